package access

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"admin-api/models"
	"admin-api/store"
)

// apiSecretPrefix lets secret scanners recognise our API secrets.
const apiSecretPrefix = "aas_"

// ClientTokenLife is how long a token of the client-credentials call holds.
const ClientTokenLife = time.Hour

// NewAPISecret returns the text of a fresh API secret of a user: a prefix, 256
// random bits and a checksum.
func NewAPISecret() string { return newCredential(apiSecretPrefix) }

// HashAPISecret returns what is stored of an API secret. It has 256 random bits,
// so a fast hash is enough.
func HashAPISecret(text string) []byte { return HashToken(text) }

// ClientToken checks the API secret of a user and returns a token that holds for
// ClientTokenLife and gives what the user may do. Attempts are counted like those
// with passwords, apart from them; the errors are those of SignIn.
func (s *Service) ClientToken(
	ctx context.Context, c *models.ContactCenter, username, secret string, from Client,
) (string, error) {
	a, err := s.newAttempt(ctx, bySecret, c, username, from.Address)
	if err != nil {
		return "", err
	}
	want := make([]byte, 32) // no text that we know has this hash
	if a.user != nil && len(a.user.APISecretHash) == len(want) {
		copy(want, a.user.APISecretHash)
	}
	if subtle.ConstantTimeCompare(HashAPISecret(secret), want) != 1 || !a.usable() {
		return "", s.failed(ctx, a)
	}
	return s.issue(ctx, a, from)
}

func (s *Service) issue(ctx context.Context, a *attempt, from Client) (string, error) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	text, now := hex.EncodeToString(b[:]), s.now()
	p := &Principal{
		ID: UserPrincipal + a.user.ID, Name: a.user.Username, Address: from.Address, RequestID: from.RequestID,
	}
	t := models.Token{
		ContactCenterID: a.center.ID, ID: models.NewID(now), Kind: models.TokenOAuth, Name: a.user.Username,
		Hash: HashToken(text), Scopes: models.AllScopes(), UserID: a.user.ID,
		CreatedAt: models.NewTime(now), CreatedBy: p.ID, ExpiresAt: models.NewTime(now.Add(ClientTokenLife)),
	}
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		return firstError(
			func() error { return s.succeeded(ctx, tx, a) },
			func() error { return unchanged(ctx, tx, a) },
			func() error { return tx.CreateToken(ctx, &t) },
			func() error {
				return s.recordChange(ctx, tx, p, "token.issue", target{a.center.ID, "token", t.ID}, "client credentials", nil)
			},
		)
	})
	if errors.Is(err, models.ErrNotFound) { // disabled, or given another secret, at this moment
		return "", s.failed(ctx, a)
	}
	if err != nil {
		return "", fmt.Errorf("issue token: %w", err)
	}
	s.Audit.Committed(a.center.ID)
	return text, nil
}

// unchanged returns models.ErrNotFound unless the user of the attempt has the same
// API secret as when it was checked, and keeps that so until the transaction ends:
// who replaces the secret ends the tokens that it opened, and would miss this one.
func unchanged(ctx context.Context, tx *store.Store, a *attempt) error {
	u, err := tx.HoldUser(ctx, a.center.ID, a.user.ID)
	if err == nil && (u.Disabled || !bytes.Equal(u.APISecretHash, a.user.APISecretHash)) {
		err = models.ErrNotFound
	}
	return err
}
