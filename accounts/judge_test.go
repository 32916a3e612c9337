package accounts_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/store/storetest"
)

// What a patch does not touch counts as untouched, however it would be escaped.
func TestUntouchedValuesAreNotChanges(t *testing.T) {
	for _, note := range []string{"rd", "r&d", "<b>"} {
		t.Run(note, func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t))
			made := w.create(t, `{"type":"gadget","name":"one","properties":{"url":"https://example.com","token":"right",
				"only":"`+note+`"}}`)
			r, err := w.Patch(t.Context(), w.p, made.ID, at(1), []byte(`{"properties":{"scheme":"none","token":null}}`))
			require.NoError(t, err)
			require.Equal(t, []string{"/properties/only property_dropped"}, codes(r.Warnings))
		})
	}
}

// A type that is switched off is the last thing to be said about a draft, and
// judging one writes nothing.
func TestDraftsOfATypeThatIsSwitchedOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		w.p = w.center(t, "b.example") // without features
		body := []byte(`{"type":"lone","name":"one"}`)
		report, err := w.Validate(t.Context(), w.p, []byte(`{"type":"lone","name":"","bogus":1}`))
		require.NoError(t, err)
		require.Equal(t, []string{"/name required", "/bogus unknown_member", "/type feature_not_enabled"}, codes(report.Errors))
		require.Empty(t, w.operations(t), "judging leaves no record")

		_, err = w.Create(t.Context(), w.p, []byte(`{"type":"lone","name":"one","bogus":1}`), accounts.Idempotency{})
		requireCodes(t, err, "/bogus unknown_member")
		_, err = w.Create(t.Context(), w.p, body, accounts.Idempotency{})
		require.ErrorIs(t, err, models.ErrFeatureNotEnabled)
		_, err = w.Test(t.Context(), w.p, "", body, nil)
		require.ErrorIs(t, err, models.ErrFeatureNotEnabled)
		require.Equal(t, []string{"account.create refused", "account.test refused"}, w.operations(t))
	})
}

func TestTypeOfAStoredAccount(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	made := w.create(t, gadgetBody("one"))
	for body, want := range map[string][]string{
		`{"type":""}`:       {"/type read_only"},
		`{"type":"lone"}`:   {"/type read_only"},
		`{"type":7}`:        {"/type type"},
		`{"type":"gadget"}`: nil,
		`{"type":null}`:     nil,
	} {
		report, err := w.ValidatePatch(t.Context(), w.p, made.ID, at(1), []byte(body))
		require.NoError(t, err)
		require.Equal(t, want, codes(report.Errors), body)
	}
}

func TestNamesCanBeSeen(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	for name, want := range map[string][]string{
		`\u200b\u2060`: {"/name invisible"},
		`a\u202eb`:     {"/name control_character"},
		`a\u200db`:     nil, // joins emoji and letters of some scripts
	} {
		report, err := w.Validate(t.Context(), w.p, []byte(`{"type":"hooked2","name":"`+name+`"}`))
		require.NoError(t, err)
		require.Equal(t, append([]string{"/type unknown_type"}, want...), codes(report.Errors), name)
	}
}

// What can no longer be undeleted is listed no more.
func TestListsHideWhatIsGoneForGood(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("one"))
		require.NoError(t, w.Delete(t.Context(), w.p, made.ID, at(1)))
		listed := func(deleted string) int {
			r, err := w.List(t.Context(), w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 5, Deleted: deleted}})
			require.NoError(t, err)
			return len(r.Items)
		}
		require.Equal(t, 1, listed(models.DeletedOnly))
		require.Equal(t, 1, listed(models.DeletedInclude))
		w.now = w.now.Add(w.Retention + time.Second)
		require.Zero(t, listed(models.DeletedOnly))
		require.Zero(t, listed(models.DeletedInclude))
	})
}

func TestReferencesAtTheirLimits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("one"))
		require.ErrorIs(t, w.DeleteReference(t.Context(), w.p, made.ID, "\x00"), models.ErrNotFound)
		require.ErrorIs(t, w.DeleteReference(t.Context(), w.p, made.ID, "no such"), models.ErrNotFound)
	})
}

// An update that was read before a rotation does not bring the older key back.
func TestUpdateBesideARotation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("one"))
		older := w.Keys.Primary()
		_, err := w.Keys.Rotate()
		require.NoError(t, err)
		rows, err := db.Secrets(t.Context(), made.ContactCenterID, made.ID)
		require.NoError(t, err)
		where := secret.Where{ContactCenter: made.ContactCenterID, Account: made.ID, Pointer: rows[0].Pointer}
		fresh := rows[0]
		fresh.Sealed, fresh.KeyID, err = w.Keys.Seal("right", where)
		require.NoError(t, err)
		replaced, err := db.ReplaceSealed(t.Context(), rows[0], fresh)
		require.NoError(t, err)
		require.True(t, replaced)
		// The row as it was read before.
		facts := made.Secrets["/token"]
		require.Equal(t, older, facts.KeyID)
		require.NoError(t, accounts.WriteStale(t.Context(), w.Service, &made.Account))
		got, err := w.Get(t.Context(), w.p, made.ID, false)
		require.NoError(t, err)
		require.Equal(t, fresh.KeyID, got.Secrets["/token"].KeyID)
	})
}

// A change that was sealed before a rotation and is written after it is under the
// new key, although the rotation has looked through everything meanwhile.
func TestChangeSealedBeforeARotation(t *testing.T) {
	db := storetest.SQLite(t)
	w := newWorld(t, db)
	made := w.create(t, gadgetBody("one"))
	changed := make(chan error, 2)
	var newest string
	require.NoError(t, db.Tx(t.Context(), func(*store.Store) error {
		go func() {
			_, err := w.Create(t.Context(), w.p, []byte(gadgetBody("two")), accounts.Idempotency{})
			changed <- err
		}()
		go func() {
			patch := []byte(`{"properties":{"token":"another"}}`)
			_, err := w.Patch(t.Context(), w.p, made.ID, at(1), patch)
			changed <- err
		}()
		for db.Stats().Waiting < 2 { // both are sealed and wait for their turn
			runtime.Gosched()
		}
		var err error
		newest, err = w.Keys.Rotate()
		return err
	}))
	require.NoError(t, errors.Join(<-changed, <-changed))
	rows, err := db.SecretsNotOnKey(t.Context(), newest, models.AccountSecret{}, 9)
	require.NoError(t, err)
	require.Empty(t, rows)
	list, err := db.ListAccounts(t.Context(), models.AccountFilter{ContactCenterID: w.p.ContactCenter.ID})
	require.NoError(t, err)
	require.Len(t, list, 2)
	for _, a := range list {
		require.Equal(t, newest, a.Secrets["/token"].KeyID)
		_, got, err := w.Credentials(t.Context(), w.p, a.ID)
		require.NoError(t, err)
		require.NotEmpty(t, got)
	}
}
