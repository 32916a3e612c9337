package sso

import (
	"context"
	"crypto"
	"crypto/rsa"
	"testing"

	"admin-api/models"
)

// Public is the public key of a key pair.
func (k *KeyView) Public(t *testing.T) *rsa.PublicKey {
	t.Helper()
	key, ok := k.Certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		t.Fatal("no RSA key")
	}
	return key
}

// WarnOfAddress is what an import thinks of where the document was.
func (out *Import) WarnOfAddress(address string) { out.warnOfAddress(address) }

// Decrypters are the private keys of a contact center.
func (s *Service) Decrypters(ctx context.Context, c *models.ContactCenter) ([]crypto.Decrypter, error) {
	return s.decrypters(ctx, c)
}
