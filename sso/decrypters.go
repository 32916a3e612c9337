package sso

import (
	"context"
	"crypto"
	"errors"
	"io"

	"admin-api/models"
	"admin-api/validation"
)

// privateKey is that of a key pair. It is unsealed when it is needed, which for an
// assertion in clear it is not. Anybody can send a cipher, and what is in it is not
// known to be of the provider before it is opened: so private keys work one after the
// other, and who sends many of them takes one processor and not all.
type privateKey struct {
	service *Service
	row     models.SSOKey
	public  crypto.PublicKey
	// over says why nobody waits any more; damaged is told why the key cannot be read.
	over    func() error
	damaged func(error)
}

// decrypters returns the private keys of the contact center, newest first.
func (s *Service) decrypters(ctx context.Context, c *models.ContactCenter) ([]crypto.Decrypter, error) {
	pairs, err := s.Store.SSOKeys(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var keys []crypto.Decrypter
	for i := range pairs {
		damaged := func(err error) {
			s.logger().WarnContext(ctx, "a key pair of single sign-on cannot be read", "contactCenter", c.Domain,
				"key", pairs[i].ID, "error", err)
		}
		x, ok := validation.DecodeCertificate(pairs[i].Certificate)
		if !ok {
			damaged(errors.New("its certificate is none"))
			continue
		}
		keys = append(keys, &privateKey{s, pairs[i], x.PublicKey, ctx.Err, damaged})
	}
	return keys, nil
}

// Public implements crypto.Decrypter.
func (k *privateKey) Public() crypto.PublicKey { return k.public }

// Decrypt implements crypto.Decrypter.
func (k *privateKey) Decrypt(rand io.Reader, message []byte, options crypto.DecrypterOpts) ([]byte, error) {
	k.service.opening.Lock()
	defer k.service.opening.Unlock()
	if err := k.over(); err != nil {
		return nil, err
	}
	key, err := k.service.unseal(&k.row)
	if err != nil { // another one may do
		k.damaged(err)
		return nil, err
	}
	return key.Decrypt(rand, message, options)
}
