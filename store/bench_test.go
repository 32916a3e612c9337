package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// filled returns a store with a contact center that has n accounts.
func filled(b *testing.B, n int) (*store.Store, []*models.Account) {
	b.Helper()
	s := storetest.SQLite(b)
	cc := models.ContactCenter{ID: models.NewID(start), Domain: "a.test", CreatedAt: at(0)}
	require.NoError(b, s.CreateContactCenter(b.Context(), &cc))
	accounts := make([]*models.Account, n)
	err := s.Tx(b.Context(), func(tx *store.Store) error {
		for i := range accounts {
			accounts[i] = account(cc.ID, fmt.Sprintf("Support %05d", i), i)
			if err := tx.InsertAccount(b.Context(), accounts[i]); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(b, err)
	return s, accounts
}

func BenchmarkAccount(b *testing.B) {
	s, accounts := filled(b, 1000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		a := accounts[i%len(accounts)]
		_, err := s.Account(b.Context(), a.ContactCenterID, a.ID)
		require.NoError(b, err)
	}
}

func BenchmarkListAccounts(b *testing.B) {
	s, accounts := filled(b, 1000)
	for _, sort := range []string{models.SortByCreatedAt, models.SortByName} {
		b.Run(sort, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				a := accounts[i%(len(accounts)-50)]
				page, err := s.ListAccounts(b.Context(), models.AccountFilter{
					ContactCenterID: a.ContactCenterID, Sort: sort, Limit: 50,
					After: &models.Position{Value: a.NameKey, ID: a.ID},
				})
				require.NoError(b, err)
				require.Len(b, page, 50)
			}
		})
	}
}

func BenchmarkSearch(b *testing.B) {
	s, accounts := filled(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		page, err := s.ListAccounts(b.Context(), models.AccountFilter{
			ContactCenterID: accounts[0].ContactCenterID, Query: []string{"0998", "supp"}, Limit: 50,
		})
		require.NoError(b, err)
		require.Len(b, page, 10)
	}
}

func BenchmarkUpdateAccount(b *testing.B) {
	s, accounts := filled(b, 1000)
	for _, clients := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(clients / 2)
			var next atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					a := *accounts[next.Add(1)%int64(len(accounts))]
					now, err := s.Account(b.Context(), a.ContactCenterID, a.ID)
					if err == nil {
						_ = s.UpdateAccount(b.Context(), now, now.Version)
					}
				}
			})
		})
	}
}
