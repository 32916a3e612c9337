package accounts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// An account whose type was switched off is not put to work: not tested, not
// authorized, not asked for its limits. Each attempt is on record.
func TestAccountsOfATypeThatIsSwitchedOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newAuthorizing(t, db)
		w.Catalog[len(w.Catalog)-1].Feature = models.FeatureAWS
		w.p.ContactCenter.Features = nil
		ctx := t.Context()
		for name, door := range map[string]func() error{
			"test":      func() error { return second(w.Test(ctx, w.p, w.id, nil, nil)) },
			"edit":      func() error { return second(w.Test(ctx, w.p, w.id, []byte(`{"name":"two"}`), nil)) },
			"authorize": func() error { return second(w.BeginAuthorization(ctx, w.p, w.id, back, "")) },
			"limits":    func() error { return second(w.Limits(ctx, w.p, w.id)) },
		} {
			require.ErrorIs(t, door(), models.ErrFeatureNotEnabled, name)
		}
		operations := w.operations(t)
		require.Subset(t, operations, []string{"account.test refused", "account.authorize refused", "account.limits refused"})
		_, err := w.Get(ctx, w.p, w.id, false)
		require.NoError(t, err)
		require.NoError(t, w.Delete(ctx, w.p, w.id, at(1)))
	})
}
