package accounts_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/store"
	"admin-api/store/storetest"
)

// revealed is the secret as the runtime gets it.
func revealed(t *testing.T, w *world, id string) string {
	t.Helper()
	_, raw, err := w.Credentials(t.Context(), w.p, id)
	require.NoError(t, err)
	var got struct{ Word string }
	require.NoError(t, json.Unmarshal(raw, &got))
	return got.Word
}

func TestGeneratedSecrets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		idem := accounts.Idempotency{Key: "k", Request: "POST /"}
		body := []byte(`{"type":"hooked","name":"one"}`)
		made, err := w.Create(ctx, w.p, body, idem)
		require.NoError(t, err)
		first := made.Generated["/word"].Reveal()
		require.Len(t, first, 26)
		require.Equal(t, first, revealed(t, w, made.Account.ID), "what is shown is what is stored")
		require.NotContains(t, string(made.Account.Properties), first)

		again, err := w.Create(ctx, w.p, body, idem)
		require.NoError(t, err)
		require.True(t, again.Replayed)
		require.Empty(t, again.Generated, "a replay does not show it again")

		kept, err := w.Patch(ctx, w.p, made.Account.ID, at(1), []byte(`{"name":"two"}`))
		require.NoError(t, err)
		require.Empty(t, kept.Generated)
		require.Equal(t, first, revealed(t, w, made.Account.ID))

		renewed, err := w.Patch(ctx, w.p, made.Account.ID, at(2), []byte(`{"properties":{"word":null}}`))
		require.NoError(t, err)
		second := renewed.Generated["/word"].Reveal()
		require.NotEqual(t, first, second)
		require.Equal(t, second, revealed(t, w, made.Account.ID))
		require.EqualValues(t, 2, renewed.Account.Secrets["/word"].Version)

		chosen, err := w.Patch(ctx, w.p, made.Account.ID, at(3), []byte(`{"properties":{"word":"chosen by hand"}}`))
		require.NoError(t, err)
		require.Empty(t, chosen.Generated)
		require.Equal(t, "chosen by hand", revealed(t, w, made.Account.ID))

		// A client may send back what it read.
		back := []byte(`{"type":"hooked","name":"two","generatedSecrets":{"/word":"` + second + `"},"properties":{}}`)
		replaced, err := w.Replace(ctx, w.p, made.Account.ID, at(4), back)
		require.NoError(t, err)
		require.Empty(t, replaced.Generated)
		require.Equal(t, "chosen by hand", revealed(t, w, made.Account.ID))
	})
}

func TestDraftsShowNoGeneratedSecret(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		report, err := w.Validate(t.Context(), w.p, []byte(`{"type":"hooked","name":"one"}`))
		require.NoError(t, err)
		require.True(t, report.Valid, report.Errors)
	})
}
