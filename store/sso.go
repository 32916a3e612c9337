package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// CreateSSORequest stores a request that a browser takes along.
func (s *Store) CreateSSORequest(ctx context.Context, r *models.SSORequest) error {
	return s.create(ctx, "request of single sign-on", r)
}

// TakeSSORequest removes a request and returns it; only one caller gets it. It is
// models.ErrNotFound for one that is not there, belongs to another browser, or had
// expired at now.
func (s *Store) TakeSSORequest(
	ctx context.Context, contactCenter, id string, browser []byte, now models.Time,
) (*models.SSORequest, error) {
	if !storable(id) {
		return nil, fmt.Errorf("take request of single sign-on: %w", models.ErrNotFound)
	}
	var taken []models.SSORequest
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Clauses(clause.Returning{}).
			Where("contact_center_id = ? AND id = ? AND browser_hash = ? AND expires_at > ?", contactCenter, id, browser, now).
			Delete(&taken))
	})
	if err != nil {
		return nil, fmt.Errorf("take request of single sign-on: %w", err)
	}
	return &taken[0], nil
}

// SSORequest returns a request, or models.ErrNotFound, whatever browser has it.
func (s *Store) SSORequest(ctx context.Context, contactCenter, id string) (*models.SSORequest, error) {
	r := &models.SSORequest{}
	if !storable(id) {
		return nil, fmt.Errorf("read request of single sign-on: %w", models.ErrNotFound)
	}
	return r, s.take(ctx, "request of single sign-on", r, "contact_center_id = ? AND id = ?", contactCenter, id)
}

// UseSSOAssertion notes that an assertion was used; models.ErrExists means that it
// had been before.
func (s *Store) UseSSOAssertion(ctx context.Context, a *models.SSOAssertion) error {
	return s.create(ctx, "use of an assertion", a)
}

// CreateSSOCode stores a one-time code.
func (s *Store) CreateSSOCode(ctx context.Context, c *models.SSOCode) error {
	return s.create(ctx, "one-time code", c)
}

// SSOCode returns a one-time code, or models.ErrNotFound.
func (s *Store) SSOCode(ctx context.Context, contactCenter string, hash []byte) (*models.SSOCode, error) {
	c := &models.SSOCode{}
	return c, s.take(ctx, "one-time code", c, "contact_center_id = ? AND hash = ?", contactCenter, hash)
}

// TakeSSOCode removes a one-time code and returns it; only one caller gets it. It
// is models.ErrNotFound for one that is not there or had expired at now. In a
// transaction its user must be locked before: whoever deletes the user has that lock
// and waits for the code, which goes with the user.
func (s *Store) TakeSSOCode(
	ctx context.Context, contactCenter string, hash []byte, now models.Time,
) (*models.SSOCode, error) {
	var taken []models.SSOCode
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Clauses(clause.Returning{}).
			Where("contact_center_id = ? AND hash = ? AND expires_at > ?", contactCenter, hash, now).Delete(&taken))
	})
	if err != nil {
		return nil, fmt.Errorf("take one-time code: %w", err)
	}
	return &taken[0], nil
}

// DeleteExpiredSSO removes at most limit of the requests, used assertions and
// one-time codes each that had expired at now, and returns how many in all.
func (s *Store) DeleteExpiredSSO(ctx context.Context, now models.Time, limit int) (int, error) {
	all := 0
	for _, table := range []struct{ name, key string }{
		{"sso_requests", "id"}, {"sso_assertions", "hash"}, {"sso_codes", "hash"},
	} {
		key := "contact_center_id, " + table.key
		n, err := s.deleteSome(ctx, table.name, "DELETE FROM "+table.name+" WHERE ("+key+") IN (SELECT "+key+" FROM "+
			table.name+" WHERE expires_at <= ? LIMIT ?)", now, limit)
		if err != nil {
			return all, err
		}
		all += n
	}
	return all, nil
}

// TrimSSORequests removes of each contact center the oldest requests, so that at most
// most of them are left, and returns how many. Those of test sign-ins stay longest, as
// few can make them; but more than a tenth are not theirs, because who has the link of
// one can begin it without end.
func (s *Store) TrimSSORequests(ctx context.Context, most int) (int, error) {
	const newest = "created_at DESC"
	tests, err := s.trimSSORequests(ctx, "test_id <> ''", newest, (most+9)/10)
	if err != nil {
		return tests, err
	}
	all, err := s.trimSSORequests(ctx, "true", "test_id = '', "+newest, most)
	return tests + all, err
}

// trimSSORequests leaves of those that the condition selects the first in the order.
func (s *Store) trimSSORequests(ctx context.Context, condition, order string, most int) (int, error) {
	var over []string
	err := s.query(ctx).Model(&models.SSORequest{}).Where(condition).Group("contact_center_id").
		Having("count(*) > ?", most).Order("contact_center_id").Pluck("contact_center_id", &over).Error
	if err != nil {
		return 0, fmt.Errorf("count requests of single sign-on: %w", translate(err))
	}
	all := 0
	for _, center := range over {
		n, err := s.deleteSome(ctx, "requests of single sign-on beyond their bound",
			s.beyond("sso_requests", "contact_center_id = ? AND "+condition, order), center, most)
		all += n
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// beyond is a statement for deleteSome: of the rows that the condition selects it
// leaves the first in the order, as many as its last argument says. Those are not
// locked, which is why the rows to remove are looked up once more.
func (s *Store) beyond(table, condition, order string) string {
	rest := "LIMIT -1 OFFSET ?"
	if s.dialect == Postgres {
		rest = "OFFSET ?"
	}
	const key = "(contact_center_id, id)"
	from := "SELECT contact_center_id, id FROM " + table + " WHERE "
	return "DELETE FROM " + table + " WHERE " + key + " IN (" + from + key + " IN (" + from + condition +
		" ORDER BY " + order + " " + rest + "))"
}

// CreateSSOKey stores a key pair, whose private key is sealed within the same
// transaction; see BeginSealing.
func (s *Store) CreateSSOKey(ctx context.Context, k *models.SSOKey) error {
	return s.create(ctx, "key pair of single sign-on", k)
}

// SSOKeys returns the key pairs of a contact center, newest first.
func (s *Store) SSOKeys(ctx context.Context, contactCenter string) ([]models.SSOKey, error) {
	var all []models.SSOKey
	err := s.query(ctx).Where("contact_center_id = ?", contactCenter).Order("id DESC").Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list key pairs of single sign-on: %w", translate(err))
	}
	return all, nil
}

// DeleteSSOKey removes a key pair, or returns models.ErrNotFound.
func (s *Store) DeleteSSOKey(ctx context.Context, contactCenter, id string) error {
	return s.remove(ctx, "key pair of single sign-on", &models.SSOKey{}, contactCenter, id)
}

// SSOAssertionUsed reports whether an assertion was used.
func (s *Store) SSOAssertionUsed(ctx context.Context, contactCenter string, hash []byte) (bool, error) {
	n := int64(0)
	err := s.query(ctx).Model(&models.SSOAssertion{}).
		Where("contact_center_id = ? AND hash = ?", contactCenter, hash).Count(&n).Error
	if err != nil {
		return false, fmt.Errorf("look for use of an assertion: %w", translate(err))
	}
	return n > 0, nil
}
