package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"admin-api/integrations"
	"admin-api/models"
	"admin-api/secret"
)

// errMoved means that the account changed while it was read.
var errMoved = &models.RefusalError{
	Err: models.ErrUnavailable, Detail: "The account is being changed; try again.", RetryAfter: time.Second,
}

// readTries bounds how often an account that changes meanwhile is read again.
const readTries = 10

// steady calls read until the account does not change meanwhile.
func steady(read func() error) error {
	var err error
	for range readTries {
		if err = read(); !errors.Is(err, errMoved) {
			return err
		}
	}
	return err
}

// reveal returns the stored properties of an account with all its secrets in
// clear. A secret whose key is not at hand, or that is damaged, is
// models.ErrUnavailable and named by its pointer.
func (s *Service) reveal(
	ctx context.Context, def *integrations.Definition, a *models.Account,
) (integrations.Properties, error) {
	p, err := decodeStored(def, a)
	if err != nil {
		return nil, err
	}
	return p, s.fill(ctx, def, a, p, def.KeptSecrets(p))
}

// fill puts the stored secrets at the pointers into p. It returns errMoved where
// they are not those of the row a.
func (s *Service) fill(
	ctx context.Context, def *integrations.Definition, a *models.Account, p integrations.Properties, pointers []string,
) error {
	if len(pointers) == 0 {
		return nil
	}
	rows, err := s.Store.Secrets(ctx, a.ContactCenterID, a.ID)
	if err != nil {
		return fmt.Errorf("read secrets: %w", err)
	}
	for _, row := range rows {
		if !slices.Contains(pointers, row.Pointer) {
			continue
		}
		where := secret.Where{ContactCenter: a.ContactCenterID, Account: a.ID, Pointer: row.Pointer}
		text, err := s.Keys.Unseal(row.Sealed, where)
		if errors.Is(err, secret.ErrUnknownKey) || errors.Is(err, secret.ErrDamaged) {
			return unreadable(row.Pointer)
		}
		if err != nil {
			return fmt.Errorf("read secrets: %w", err)
		}
		// Row and secrets are read one after the other. A secret that is not
		// the row's own was written in between, perhaps for another destination.
		if s.Keys.Fingerprint(where, text) != a.Secrets[row.Pointer].Fingerprint {
			return errMoved
		}
		if err := def.SetSecret(p, row.Pointer, text); err != nil {
			return fmt.Errorf("read secrets: %w", err)
		}
	}
	return nil
}

func unreadable(pointer string) error {
	return &models.RefusalError{
		Err: models.ErrUnavailable,
		Detail: "The secret /properties" + pointer +
			" cannot be read, because its key is not in the key file; bring the key back or enter the secret again.",
		Extra: map[string]any{"pointer": "/properties" + pointer},
	}
}
