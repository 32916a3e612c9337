package accounts

import (
	"context"
	"errors"
	"fmt"
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
	sealed := map[string][]byte{}
	for _, row := range rows {
		sealed[row.Pointer] = row.Sealed
	}
	for _, pointer := range pointers {
		text, err := s.unseal(a, pointer, sealed)
		if err != nil {
			return err
		}
		if err := def.SetSecret(p, pointer, text); err != nil {
			return fmt.Errorf("read secrets: %w", err)
		}
	}
	return nil
}

// unseal opens one secret of the row a. Row and secrets are read one after the
// other: a secret that has gone, or is not the row's own, was changed in between,
// perhaps for another destination, which is errMoved.
func (s *Service) unseal(a *models.Account, pointer string, sealed map[string][]byte) (secret.Text, error) {
	box, found := sealed[pointer]
	if !found {
		return secret.Text{}, errMoved
	}
	where := secret.Where{ContactCenter: a.ContactCenterID, Account: a.ID, Pointer: pointer}
	text, err := s.Keys.Unseal(box, where)
	switch {
	case errors.Is(err, secret.ErrUnknownKey), errors.Is(err, secret.ErrDamaged):
		return secret.Text{}, unreadable(pointer, err)
	case err != nil:
		return secret.Text{}, fmt.Errorf("read secrets: %w", err)
	case s.Keys.Fingerprint(where, text) != a.Secrets[pointer].Fingerprint:
		return secret.Text{}, errMoved
	}
	return text, nil
}

// unreadable says why a secret cannot be read. Only a missing key can come back.
func unreadable(pointer string, err error) error {
	why := "because what is stored of it is damaged; enter the secret again."
	if errors.Is(err, secret.ErrUnknownKey) {
		why = "because its key is not in the key file; bring the key back or enter the secret again."
	}
	return &models.RefusalError{
		Err: models.ErrUnavailable, Detail: "The secret /properties" + pointer + " cannot be read, " + why,
		Extra: map[string]any{"pointer": "/properties" + pointer},
	}
}
