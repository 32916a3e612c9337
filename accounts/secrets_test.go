package accounts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/models"
	"admin-api/store/storetest"
)

const withExtra = `{"type":"gadget","name":"one","properties":{"url":"https://example.com","token":"right",
	"extra":{"host":"h","pin":"1234"}}}`

func TestSecretsOnWrite(t *testing.T) {
	tests := []struct {
		name        string
		put, patch  string // the same intention at both doors; empty: not at this door
		want        []string
		credentials string
		warnings    []string
	}{
		{
			name:        "absent is kept",
			put:         `{"name":"one","properties":{"url":"https://example.com","note":"n","extra":{"host":"h"}}}`,
			patch:       `{"properties":{"note":"n"}}`,
			credentials: `{"url":"https://example.com","scheme":"token","token":"right","note":"n","extra":{"host":"h","pin":"1234"}}`,
		},
		{
			name:        "a new value replaces",
			put:         `{"name":"one","properties":{"url":"https://example.com","token":"new","extra":{"host":"h"}}}`,
			patch:       `{"properties":{"token":"new"}}`,
			credentials: `{"url":"https://example.com","scheme":"token","token":"new","extra":{"host":"h","pin":"1234"}}`,
		},
		{
			name:        "null clears",
			put:         `{"name":"one","properties":{"url":"https://example.com","extra":{"host":"h","pin":null}}}`,
			patch:       `{"properties":{"extra":{"pin":null}}}`,
			credentials: `{"url":"https://example.com","scheme":"token","token":"right","extra":{"host":"h"}}`,
		},
		{
			name:  "null of a required secret",
			put:   `{"name":"one","properties":{"url":"https://example.com","token":null,"extra":{"host":"h"}}}`,
			patch: `{"properties":{"token":null}}`,
			want:  []string{"/properties/token required"},
		},
		{
			name:  "empty",
			put:   `{"name":"one","properties":{"url":"https://example.com","token":"","extra":{"host":"h"}}}`,
			patch: `{"properties":{"token":""}}`,
			want:  []string{"/properties/token secret_mask_submitted"},
		},
		{
			name:  "blank",
			put:   `{"name":"one","properties":{"url":"https://example.com","token":"  \u200b","extra":{"host":"h","pin":" \u00a0"}}}`,
			patch: `{"properties":{"token":"  \u200b","extra":{"pin":"\t "}}}`,
			want:  []string{"/properties/token secret_mask_submitted", "/properties/extra/pin secret_mask_submitted"},
		},
		{
			name:  "null clears all that belongs to it",
			patch: `{"properties":null}`,
			want:  []string{"/properties/url required", "/properties/token required"},
		},
		{
			name:  "mask",
			put:   `{"name":"one","properties":{"url":"https://example.com","token":"••••••••","extra":{"host":"h","pin":"[REDACTED]"}}}`,
			patch: `{"properties":{"token":"<secret>","extra":{"pin":"***"}}}`,
			want:  []string{"/properties/token secret_mask_submitted", "/properties/extra/pin secret_mask_submitted"},
		},
		{
			name:  "a destination goes with its parent",
			put:   `{"name":"one","properties":{"url":"https://example.com"}}`,
			patch: `{"properties":{"extra":null}}`,
			want:  []string{"/properties/token secret_reentry_required"},
		},
		{
			name:        "the parent goes, silently",
			put:         `{"name":"one","properties":{"url":"https://example.com","token":"right"}}`,
			credentials: `{"url":"https://example.com","scheme":"token","token":"right"}`,
			warnings:    []string{"/properties/extra/pin secret_dropped"},
		},
		{
			name:  "destination moves",
			put:   `{"name":"one","properties":{"url":"https://other.example","extra":{"host":"h"}}}`,
			patch: `{"properties":{"url":"https://other.example"}}`,
			want:  []string{"/properties/token secret_reentry_required", "/properties/extra/pin secret_reentry_required"},
		},
		{
			name:  "a destination below moves",
			put:   `{"name":"one","properties":{"url":"https://example.com","extra":{"host":"i"}}}`,
			patch: `{"properties":{"extra":{"host":"i"}}}`,
			want:  []string{"/properties/token secret_reentry_required", "/properties/extra/pin secret_reentry_required"},
		},
		{
			name:        "destination moves and all secrets are given",
			put:         `{"name":"one","properties":{"url":"https://other.example","token":"a2","extra":{"host":"h","pin":"b2"}}}`,
			patch:       `{"properties":{"url":"https://other.example","token":"a2","extra":{"pin":"b2"}}}`,
			credentials: `{"url":"https://other.example","scheme":"token","token":"a2","extra":{"host":"h","pin":"b2"}}`,
		},
		{
			name:        "destination moves and secrets are cleared",
			put:         `{"name":"one","properties":{"url":"https://other.example","token":"a2"}}`,
			patch:       `{"properties":{"url":"https://other.example","token":"a2","extra":null}}`,
			credentials: `{"url":"https://other.example","scheme":"token","token":"a2"}`,
		},
	}
	for _, tt := range tests {
		doors := map[string]string{"put": tt.put, "patch": tt.patch}
		for door, body := range doors {
			if body == "" {
				continue
			}
			t.Run(door+" "+tt.name, func(t *testing.T) {
				w := newWorld(t, storetest.SQLite(t))
				made := w.create(t, withExtra)
				write, judge := w.Replace, w.ValidateReplace
				if door == "patch" {
					write, judge = w.Patch, w.ValidatePatch
				}
				report, err := judge(t.Context(), w.p, made.ID, at(1), []byte(body))
				require.NoError(t, err)
				require.ElementsMatch(t, tt.want, codes(report.Errors), "validateOnly")
				r, err := write(t.Context(), w.p, made.ID, at(1), []byte(body))
				if tt.want != nil {
					requireCodes(t, err, tt.want...)
					require.Contains(t, w.credentials(t, made.ID), `"right"`, "nothing is stored")
					return
				}
				require.NoError(t, err)
				require.JSONEq(t, tt.credentials, w.credentials(t, made.ID))
				if door == "put" && tt.warnings != nil {
					require.Equal(t, tt.warnings, codes(r.Warnings))
				}
			})
		}
	}
}

func TestDestinationRuleAtEveryOtherDoor(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	made := w.create(t, gadgetBody("one"))
	moved := []byte(`{"properties":{"url":"https://other.example"}}`)
	want := "/properties/token secret_reentry_required"
	before := w.way.Dials()

	_, err := w.Test(t.Context(), w.p, made.ID, moved, nil)
	requireCodes(t, err, want)
	report, err := w.Validate(t.Context(), w.p, []byte(`{"id":"`+made.ID+`","properties":{"url":"https://other.example"}}`))
	require.NoError(t, err)
	require.Equal(t, []string{want}, codes(report.Errors))

	r, err := w.Patch(t.Context(), w.p, made.ID, at(1), []byte(`{"properties":{"url":"https://other.example","token":"two"}}`))
	require.NoError(t, err)
	_, err = w.Rollback(t.Context(), w.p, made.ID, at(2), []byte(`{"version":1}`))
	requireCodes(t, err, want)
	require.Equal(t, before, w.way.Dials(), "nothing is dialled")
	require.EqualValues(t, 2, r.Account.Secrets["/token"].Version)

	back, err := w.Rollback(t.Context(), w.p, made.ID, at(2), []byte(`{"version":1,"secrets":{"/token":"right"}}`))
	require.NoError(t, err)
	require.EqualValues(t, 3, back.Account.Version)
	require.JSONEq(t, `{"url":"https://example.com","scheme":"token","token":"right"}`, w.credentials(t, made.ID))
	refused := 0
	for _, op := range w.operations(t) {
		if op == "account.test refused" || op == "account.rollback refused" {
			refused++
		}
	}
	require.Equal(t, 2, refused, "refusals are on record")
}

func TestFingerprintTellsWhetherASecretIsTheSame(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	made := w.create(t, gadgetBody("one"))
	first := made.Secrets["/token"].Fingerprint
	r, err := w.Patch(t.Context(), w.p, made.ID, at(1), []byte(`{"properties":{"token":"other"}}`))
	require.NoError(t, err)
	require.NotEqual(t, first, r.Account.Secrets["/token"].Fingerprint)
	r, err = w.Patch(t.Context(), w.p, made.ID, at(2), []byte(`{"properties":{"token":"right"}}`))
	require.NoError(t, err)
	require.Equal(t, first, r.Account.Secrets["/token"].Fingerprint)
	require.NotEqual(t, first, w.create(t, gadgetBody("two")).Secrets["/token"].Fingerprint, "another account, another fingerprint")
}

func TestUnreadableSecretBreaksNothingElse(t *testing.T) {
	db := storetest.SQLite(t)
	w := newWorld(t, db)
	made := w.create(t, gadgetBody("one"))
	lost := newWorld2(t, w) // the same database with another key file
	got, err := lost.Get(t.Context(), w.p, made.ID, false)
	require.NoError(t, err)
	require.Equal(t, []string{"/token"}, got.Unreadable)
	require.Equal(t, "1-0u", got.ETag())

	r, err := lost.Patch(t.Context(), w.p, made.ID, at(1), []byte(`{"name":"renamed"}`))
	require.NoError(t, err, "other members can still be edited")
	require.Equal(t, []string{"/token"}, r.Account.Unreadable)
	_, _, err = lost.Credentials(t.Context(), w.p, made.ID)
	require.ErrorIs(t, err, models.ErrUnavailable)
	_, err = lost.Test(t.Context(), w.p, made.ID, nil, nil)
	require.ErrorIs(t, err, models.ErrUnavailable)

	r, err = lost.Patch(t.Context(), w.p, made.ID, at(2), []byte(`{"properties":{"token":"right"}}`))
	require.NoError(t, err, "entering it again repairs it")
	require.Empty(t, r.Account.Unreadable)
	_, raw, err := lost.Credentials(t.Context(), w.p, made.ID)
	require.NoError(t, err)
	require.Contains(t, string(raw), `"right"`)
}

// What is damaged does not come back with a key, so nobody is sent to look for
// one.
func TestDamagedSecretSaysSo(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	made := w.create(t, gadgetBody("one"))
	reason := func(s *accounts.Service) string {
		_, _, err := s.Credentials(t.Context(), w.p, made.ID)
		require.ErrorIs(t, err, models.ErrUnavailable)
		var refusal *models.RefusalError
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, "/properties/token", refusal.Extra["pointer"])
		return refusal.Detail
	}
	require.Contains(t, reason(newWorld2(t, w)), "its key is not in the key file")

	rows, err := w.db.Secrets(t.Context(), w.p.ContactCenter.ID, made.ID)
	require.NoError(t, err)
	rows[0].Sealed[len(rows[0].Sealed)-1] ^= 1
	require.NoError(t, w.db.PutSecrets(t.Context(), rows))
	require.Contains(t, reason(w.Service), "is damaged; enter the secret again")
	require.NotContains(t, reason(w.Service), "key")

	_, err = w.Patch(t.Context(), w.p, made.ID, at(1), []byte(`{"properties":{"token":"right"}}`))
	require.NoError(t, err)
	_, _, err = w.Credentials(t.Context(), w.p, made.ID)
	require.NoError(t, err)
}

// newWorld2 is a second service on the same database whose key file is another.
func newWorld2(t *testing.T, w *world) *accounts.Service {
	t.Helper()
	other := newWorld(t, storetest.SQLite(t))
	other.Store = w.db
	other.Audit.Store = w.db
	return other.Service
}
