package sso

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"time"

	"admin-api/access"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/validation"
)

const (
	// keyBits is the length of keys that identity providers encrypt with.
	keyBits = 3072
	// certificateLife is how long a certificate holds. Providers trust the key that
	// the metadata names, and hardly ask; but some refuse what has expired.
	certificateLife = 10 * 365 * 24 * time.Hour
	// mostKeys is how many key pairs a contact center may have: one, the next, and
	// some for who forgets to remove the last.
	mostKeys = 4

	opRetireKey = "sso-key.retire"
	targetKey   = "sso-key" // of records
)

// KeyView is a key pair by which the identity provider encrypts for the contact
// center. The private key is never shown.
type KeyView struct {
	ID          string
	Certificate *x509.Certificate
	CreatedAt   models.Time
	CreatedBy   string
}

// SPKeys returns the key pairs of the contact center, newest first. Each decrypts;
// the metadata names the newest.
func (s *Service) SPKeys(ctx context.Context, c *models.ContactCenter) ([]KeyView, error) {
	rows, err := s.Store.SSOKeys(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	keys := make([]KeyView, len(rows))
	for i := range rows {
		x, ok := validation.DecodeCertificate(rows[i].Certificate)
		if !ok {
			return nil, fmt.Errorf("stored certificate of key pair %s: %w", rows[i].ID, models.ErrUnavailable)
		}
		keys[i] = *viewKey(&rows[i], x)
	}
	return keys, nil
}

func viewKey(row *models.SSOKey, x *x509.Certificate) *KeyView {
	return &KeyView{ID: row.ID, Certificate: x, CreatedAt: row.CreatedAt, CreatedBy: row.CreatedBy}
}

// NewSPKey makes a key pair. Those before go on decrypting until they are removed,
// so that the provider can be given the new certificate in between. Four are
// models.ErrLimitReached.
func (s *Service) NewSPKey(ctx context.Context, p *access.Principal) (*KeyView, error) {
	if err := roomForKey(ctx, s.Store, p); err != nil { // before the work of making one
		return nil, err
	}
	now := s.now()
	row := &models.SSOKey{
		ContactCenterID: p.ContactCenter.ID, ID: models.NewID(now), Pointer: models.SSOPrivateKey,
		CreatedAt: models.NewTime(now), CreatedBy: p.ID,
	}
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, fmt.Errorf("make key pair: %w", err)
	}
	x, err := selfSigned(p.ContactCenter.Domain, key, now)
	if err != nil {
		return nil, err
	}
	row.Certificate = validation.EncodeCertificate(x.Raw)
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.LockContactCenter(ctx, p.ContactCenter.ID); err != nil {
			return err
		}
		if err := roomForKey(ctx, tx, p); err != nil {
			return err
		}
		if err := s.sealKey(ctx, tx, row, key); err != nil {
			return err
		}
		if err := tx.CreateSSOKey(ctx, row); err != nil {
			return err
		}
		return s.Audit.Append(ctx, tx, p.Event("sso-key.create", targetKey, row.ID))
	})
	if err != nil {
		return nil, fmt.Errorf("make key pair: %w", err)
	}
	s.Audit.Committed(p.ContactCenter.ID)
	return viewKey(row, x), nil
}

// roomForKey refuses one key pair more than there may be.
func roomForKey(ctx context.Context, from *store.Store, p *access.Principal) error {
	all, err := from.SSOKeys(ctx, p.ContactCenter.ID)
	if err != nil || len(all) < mostKeys {
		return err
	}
	return &models.RefusalError{
		Err:    models.ErrLimitReached,
		Detail: "The contact center has four key pairs; remove one that the provider no longer uses.",
	}
}

// RetireSPKey removes a key pair: what is still encrypted for it is refused from now
// on. It returns models.ErrNotFound where there is none, and models.ErrLockOut where
// administrators rely on the identity provider, and it may be that key pair which lets
// them in.
func (s *Service) RetireSPKey(ctx context.Context, p *access.Principal, id string) error {
	if !models.ValidID(id) {
		return models.ErrNotFound
	}
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.LockContactCenter(ctx, p.ContactCenter.ID); err != nil {
			return err
		}
		if err := tx.DeleteSSOKey(ctx, p.ContactCenter.ID, id); err != nil {
			return err
		}
		if err := s.keepWayIn(ctx, tx, p.ContactCenter.ID); err != nil {
			return err
		}
		return s.Audit.Append(ctx, tx, p.Event(opRetireKey, targetKey, id))
	})
	if refused, ok := errors.AsType[*models.RefusalError](err); ok {
		s.Access.Refused(ctx, p, opRetireKey, targetKey, id, refused.Detail)
	}
	if err != nil {
		return fmt.Errorf("remove key pair: %w", err)
	}
	s.Audit.Committed(p.ContactCenter.ID)
	return nil
}

// keepWayIn refuses with models.ErrLockOut what tx did to the key pairs, where nobody
// gets in without the identity provider, and no test sign-in shows that those that are
// left let administrators in. tx has the lock of the contact center.
func (s *Service) keepWayIn(ctx context.Context, tx *store.Store, center string) error {
	stranded, err := s.Access.Stranded(ctx, tx, center)
	if err != nil || !stranded {
		return err
	}
	return &models.RefusalError{
		Err: models.ErrLockOut,
		Detail: "Administrators sign in through the identity provider, which may still encrypt for this key pair, and " +
			"nobody could switch that off: no enabled user has a password and the privileges sso:bypass and " +
			"accounts:write, and no test sign-in to Admin of the last 24 hours did without the key pair. Give the " +
			"provider the certificate of another one, run a test sign-in, and retire this one then.",
	}
}

// sealKey seals the private key within the transaction tx, with whose end a rotation
// waits.
func (s *Service) sealKey(ctx context.Context, tx *store.Store, row *models.SSOKey, key *rsa.PrivateKey) error {
	if err := tx.BeginSealing(ctx); err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode private key: %w", err)
	}
	if row.Sealed, row.KeyID, err = s.Keys.Seal(base64.StdEncoding.EncodeToString(der), placeOf(row)); err != nil {
		return fmt.Errorf("seal private key: %w", err)
	}
	return nil
}

func placeOf(row *models.SSOKey) secret.Where {
	return secret.Where{ContactCenter: row.ContactCenterID, Account: row.ID, Pointer: row.Pointer}
}

func (s *Service) unseal(row *models.SSOKey) (*rsa.PrivateKey, error) {
	text, err := s.Keys.Unseal(row.Sealed, placeOf(row))
	if err != nil {
		return nil, fmt.Errorf("unseal private key: %w", err)
	}
	der, err := base64.StdEncoding.DecodeString(text.Reveal())
	if err != nil {
		return nil, fmt.Errorf("read private key: %w", models.ErrUnavailable)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read private key: %w", models.ErrUnavailable)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("private key of another kind: %w", models.ErrUnavailable)
	}
	return private, nil
}

func selfSigned(domain string, key *rsa.PrivateKey, now time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	const longestName = 64 // of a common name (RFC 5280, ub-common-name)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: domain[:min(len(domain), longestName)]},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		KeyUsage: x509.KeyUsageKeyEncipherment | x509.KeyUsageDataEncipherment, SignatureAlgorithm: x509.SHA256WithRSA,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}
