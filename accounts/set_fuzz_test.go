package accounts_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/models"
	"admin-api/store/storetest"
	"admin-api/strict"
	"admin-api/validation"
)

// Whatever comes as a set is planned, applied or refused by an error that the
// client is told, and what was applied has nothing left to do.
func FuzzSet(f *testing.F) {
	f.Add([]byte(setOf(true, gadgetBody("one"), `{"type":"lone","name":"two","properties":{}}`)))
	f.Add([]byte(`{"accounts":[{"id":"x","name":null,"type":7,"properties":{"token":{"fromEnv":"X"},"extra":null}}]}`))
	f.Add([]byte(`{"accounts":[{"type":"hooked","name":"a","properties":{"word":null}}],"pruneOnly":{"labels":{"a":"b"}}}`))
	w := newWorld(f, storetest.SQLite(f))
	f.Fuzz(func(t *testing.T, body []byte) {
		plan, err := w.PlanSet(t.Context(), w.p, body)
		if err != nil {
			requireTold(t, err)
			return
		}
		var doc map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &doc))
		doc["base"], err = json.Marshal(plan.Base)
		require.NoError(t, err)
		request, err := json.Marshal(doc)
		require.NoError(t, err)
		_, err = w.ApplySet(t.Context(), w.p, request)
		if err != nil {
			requireTold(t, err)
			require.NotEmpty(t, plan.Errors, "a plan knows: %v", err)
			return
		}
		require.Empty(t, plan.Errors)
		again, err := w.PlanSet(t.Context(), w.p, body)
		require.NoError(t, err)
		for _, i := range again.Items {
			require.Equal(t, accounts.SetNone, i.Action)
		}
	})
}

func requireTold(t *testing.T, err error) {
	t.Helper()
	var syntax *strict.SyntaxError
	var broken validation.Errors
	var refusal *models.RefusalError
	require.True(t, errors.As(err, &syntax) || errors.As(err, &broken) || errors.As(err, &refusal), "%v", err)
}
