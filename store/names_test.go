package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestNamesArePassedOnInOneTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		a, b := account(cc, "a", 1), account(cc, "b", 2)
		require.NoError(t, s.InsertAccount(ctx, a))
		require.NoError(t, s.InsertAccount(ctx, b))
		a.Name, a.NameKey, b.Name, b.NameKey = b.Name, b.NameKey, a.Name, a.NameKey
		swap := func(tx *store.Store) error {
			if err := tx.UpdateAccount(ctx, a, 1); err != nil {
				return err
			}
			return tx.UpdateAccount(ctx, b, 1)
		}
		require.ErrorIs(t, s.Tx(ctx, swap), models.ErrNameTaken)
		require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
			for _, one := range []*models.Account{a, b} {
				if err := tx.FreeName(ctx, cc, one.ID); err != nil {
					return err
				}
			}
			return swap(tx)
		}))
		holder, err := s.NameHolder(ctx, cc, a.NameKey)
		require.NoError(t, err)
		require.Equal(t, a.ID, holder)
		require.ErrorIs(t, s.FreeName(ctx, center(t, s, "b.test"), a.ID), models.ErrNotFound, "of another contact center")
	})
}
