package sso_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/secret"
	"admin-api/sso"
	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
	"admin-api/store"
	"admin-api/store/storetest"
)

// A backup does not know what was used after it was made. What nobody asked for and
// was issued before the restore is good no more; what comes later is.
func TestAnswersFromBeforeARestore(t *testing.T) {
	before := newWorld(t, storetest.SQLite(t))
	before.user("jane.doe", `,"roles":["Agent"]`)
	file := filepath.Join(t.TempDir(), "backup.db")
	require.NoError(t, before.db.Backup(t.Context(), file, store.CopyOptions{}))
	used := before.respond(before.desk(), "", nil)
	_, err := before.accept(before.desk(), used, "")
	require.NoError(t, err)
	before.clock = before.clock.Add(time.Minute)

	storetest.EachEmpty(t, func(t *testing.T, address string) {
		again := store.CopyOptions{Now: func() time.Time { return before.clock }}
		require.NoError(t, store.Restore(t.Context(), store.Config{URL: address}, file, again))
		w := *before
		w.t, w.db = t, storetest.Open(t, store.Config{URL: address})
		w.Service = before.replica(w.db)
		w.Now = func() time.Time { return w.clock }
		center, err := w.db.ContactCenter(t.Context(), w.center.ID)
		require.NoError(t, err)
		w.center = center

		out, err := w.accept(w.desk(), used, "")
		w.refused(sso.CodeReplayed, out, err)
		require.Contains(t, why(t, err).Detail, "restored from a backup at 2026-03-15T12:01:00")
		w.clock = w.clock.Add(89 * time.Second)
		out, err = w.accept(w.desk(), w.respond(w.desk(), "", nil), "")
		w.refused(sso.CodeReplayed, out, err) // a provider's clock may be that much ahead
		_, err = w.signIn(w.desk(), nil)
		require.NoError(t, err, "an answer to a request made since")
		w.clock = w.clock.Add(2 * time.Second)
		_, err = w.accept(w.desk(), w.respond(w.desk(), "", nil), "")
		require.NoError(t, err)

		w.clock = before.clock.Add(time.Hour)
		out, err = w.accept(w.desk(), used, "")
		require.Error(t, err, "too old by now")
		require.Nil(t, out)
	})
}

// That somebody tried to get in as a known user is on record, also where the answer
// was refused before anybody asked who it is.
func TestRefusalsOfKnownUsersAreOnRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		u := w.user("jane.doe", `,"roles":["Agent"]`)
		id, cookie := w.begin(w.desk(), "", "")
		response := w.respond(w.desk(), id, nil)
		attempts := map[string]func() (*sso.Outcome, error){
			sso.CodeBrowserUnknown: func() (*sso.Outcome, error) { return w.accept(w.desk(), response, "") },
			sso.CodeRequestUnknown: func() (*sso.Outcome, error) { return w.accept(w.desk(), w.respond(w.desk(), "_never", nil), cookie) },
			sso.CodeIDPInitiatedRefused: func() (*sso.Outcome, error) {
				w.set.AgentDesktop.AllowIDPInitiated = false
				w.save()
				return w.accept(w.desk(), w.respond(w.desk(), "", nil), "")
			},
			sso.CodeReplayed: func() (*sso.Outcome, error) {
				w.set.AgentDesktop.AllowIDPInitiated = true
				w.save()
				again := w.respond(w.desk(), "", nil)
				_, err := w.accept(w.desk(), again, "")
				require.NoError(t, err)
				return w.accept(w.desk(), again, "")
			},
		}
		for code, try := range attempts {
			w.clock = w.clock.Add(time.Minute)
			id, cookie = w.begin(w.desk(), "", "")
			response = w.respond(w.desk(), id, nil)
			out, err := try()
			w.refused(code, out, err)
			rows, err := w.db.AuditEvents(t.Context(), models.AuditFilter{ContactCenterID: w.center.ID, Page: models.Page{Limit: 1}})
			require.NoError(t, err)
			require.Equal(t, []string{"session.create", "user:" + u.ID, models.OutcomeRefused, u.ID},
				[]string{rows[0].Operation, rows[0].Actor, rows[0].Outcome, rows[0].TargetID}, code)
			require.Contains(t, rows[0].Detail, code)
		}
		_, err := w.accept(w.desk(), w.respond(w.desk(), "_never", func(r *assertiontest.Response) { r.NameID = "nobody" }), cookie)
		require.Error(t, err)
		rows, err := w.db.AuditEvents(t.Context(), models.AuditFilter{ContactCenterID: w.center.ID, Page: models.Page{Limit: 1}})
		require.NoError(t, err)
		require.Equal(t, u.ID, rows[0].TargetID, "who is not there has no record")
	})
}

// Private keys are touched for what is encrypted only, and for nobody who has gone.
func TestPrivateKeysRest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		key, err := w.NewSPKey(t.Context(), w.admin)
		require.NoError(t, err)
		gone, leave := context.WithCancel(t.Context())
		keys, err := w.Decrypters(gone, w.center)
		require.NoError(t, err)
		require.Equal(t, key.Public(t), keys[0].Public())
		leave()
		_, err = keys[0].Decrypt(rand.Reader, []byte("x"), nil)
		require.ErrorIs(t, err, context.Canceled)

		other, err := secret.Create(filepath.Join(t.TempDir(), "keys.json"))
		require.NoError(t, err)
		var log bytes.Buffer
		w.Keys, w.Logger = other, slog.New(slog.NewTextHandler(&log, nil))
		_, err = w.signIn(w.desk(), nil)
		require.NoError(t, err)
		require.NotContains(t, log.String(), "cannot be read")
		out, err := w.signIn(w.desk(), func(r *assertiontest.Response) {
			r.EncryptTo, r.Cipher = key.Public(t), "http://www.w3.org/2009/xmlenc11#aes256-gcm"
		})
		w.refused(assertion.CodeDecryptionFailed, out, err)
		require.Contains(t, log.String(), "cannot be read")
	})
}

// A process whose clock is ahead does not sweep away what one that is behind still has
// to know.
func TestUsedWhileClocksOfProcessesDiffer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		response := w.respond(w.desk(), "", nil)
		_, err := w.accept(w.desk(), response, "")
		require.NoError(t, err)
		behind := w.clock.Add(5*time.Minute + assertion.Skew - time.Second)
		w.clock = behind.Add(assertion.Skew)
		require.NoError(t, w.Sweep(t.Context()))
		w.clock = behind
		out, err := w.accept(w.desk(), response, "")
		w.refused(sso.CodeReplayed, out, err)
	})
}
