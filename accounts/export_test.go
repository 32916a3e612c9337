package accounts

import (
	"context"

	"admin-api/models"
	"admin-api/store"
)

// WriteStale writes a row as an update does that read it some time ago.
func WriteStale(ctx context.Context, s *Service, a *models.Account) error {
	return s.Store.Tx(ctx, func(tx *store.Store) error {
		return s.writeRow(ctx, tx, &change{account: a}, a.Version)
	})
}
