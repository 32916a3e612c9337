package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// CreateSSOTest stores a test sign-in.
func (s *Store) CreateSSOTest(ctx context.Context, t *models.SSOTest) error {
	return s.create(ctx, "test sign-in", t)
}

// SSOTest returns a test sign-in, or models.ErrNotFound.
func (s *Store) SSOTest(ctx context.Context, contactCenter, id string) (*models.SSOTest, error) {
	t := &models.SSOTest{}
	return t, s.take(ctx, "test sign-in", t, "contact_center_id = ? AND id = ?", contactCenter, id)
}

// CountSSOTests counts the test sign-ins that a principal has begun and whose ids come
// after the given one.
func (s *Store) CountSSOTests(ctx context.Context, contactCenter, by, after string) (int, error) {
	n := int64(0)
	err := s.query(ctx).Model(&models.SSOTest{}).
		Where("contact_center_id = ? AND id > ? AND created_by = ?", contactCenter, after, by).Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count test sign-ins: %w", translate(err))
	}
	return int(n), nil
}

// SSOTestByToken returns the test sign-in with the hash of its token, or
// models.ErrNotFound.
func (s *Store) SSOTestByToken(ctx context.Context, contactCenter string, hash []byte) (*models.SSOTest, error) {
	t := &models.SSOTest{}
	return t, s.take(ctx, "test sign-in", t, "contact_center_id = ? AND token_hash = ?", contactCenter, hash)
}

// SSOTests returns a page of the test sign-ins of a contact center, newest first.
func (s *Store) SSOTests(ctx context.Context, contactCenter string, page models.Page) ([]models.SSOTest, error) {
	db := s.query(ctx).Where("contact_center_id = ?", contactCenter)
	if page.Before != "" {
		db = db.Where("id < ?", page.Before)
	}
	var all []models.SSOTest
	if err := limited(db, page.Limit).Order("id DESC").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list test sign-ins: %w", translate(err))
	}
	return all, nil
}

// FinishSSOTest stores what became of a test sign-in that is pending; another one
// is models.ErrNotFound.
func (s *Store) FinishSSOTest(ctx context.Context, t *models.SSOTest) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Model(&models.SSOTest{}).
			Where("contact_center_id = ? AND id = ? AND status = ?", t.ContactCenterID, t.ID, models.SSOTestPending).
			Select("status", "fingerprint", "report", "finished_at").UpdateColumns(t))
	})
	if err != nil {
		return fmt.Errorf("finish test sign-in %s: %w", t.ID, err)
	}
	return nil
}

// mostPassed bounds how many test sign-ins SSOTestsPassed returns.
const mostPassed = 100

// SSOTestsPassed returns the newest test sign-ins to the section that passed with
// exactly the values of the fingerprint since then.
func (s *Store) SSOTestsPassed(
	ctx context.Context, contactCenter, section, fingerprint string, since models.Time,
) ([]models.SSOTest, error) {
	var passed []models.SSOTest
	err := s.query(ctx).
		Where("contact_center_id = ? AND section = ? AND fingerprint = ? AND status = ? AND finished_at >= ?",
			contactCenter, section, fingerprint, models.SSOTestPassed, since).
		Order("id DESC").Limit(mostPassed).Find(&passed).Error
	if err != nil {
		return nil, fmt.Errorf("look for test sign-in: %w", translate(err))
	}
	return passed, nil
}

// DeleteSSOTests removes at most limit test sign-ins that began before then, and
// returns how many.
func (s *Store) DeleteSSOTests(ctx context.Context, before models.Time, limit int) (int, error) {
	return s.deleteSome(ctx, "test sign-ins", `DELETE FROM sso_tests WHERE (contact_center_id, id) IN (
		SELECT contact_center_id, id FROM sso_tests WHERE created_at < ? LIMIT ?)`, before, limit)
}

// CreateSSOTrace stores what became of a sign-in.
func (s *Store) CreateSSOTrace(ctx context.Context, t *models.SSOTrace) error {
	return s.create(ctx, "trace of a sign-in", t)
}

// CountSSOTraces counts the traces of sign-ins that no provider vouched for and
// whose ids come after the given one.
func (s *Store) CountSSOTraces(ctx context.Context, contactCenter, after string) (int, error) {
	n := int64(0)
	err := s.query(ctx).Model(&models.SSOTrace{}).
		Where("contact_center_id = ? AND id > ? AND NOT verified", contactCenter, after).Count(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count traces of sign-ins: %w", translate(err))
	}
	return int(n), nil
}

// RepeatSSOTrace lets the newest trace after an id that has section and code of t,
// and that no provider vouched for either, stand for t as well, and returns the
// reference of it. It is models.ErrNotFound where there is none.
func (s *Store) RepeatSSOTrace(ctx context.Context, t *models.SSOTrace, after string) (reference string, err error) {
	var standing models.SSOTrace
	err = s.exec(ctx, func(db *gorm.DB) error {
		newest := s.query(ctx).Model(&models.SSOTrace{}).Select("max(id)").
			Where("contact_center_id = ? AND id > ? AND section = ? AND code = ? AND NOT verified",
				t.ContactCenterID, after, t.Section, t.Code)
		return affected(db.Model(&standing).Clauses(clause.Returning{Columns: []clause.Column{{Name: "reference"}}}).
			Where("contact_center_id = ? AND id = (?)", t.ContactCenterID, newest).
			UpdateColumn("count", gorm.Expr("count + 1")))
	})
	if err != nil {
		return "", fmt.Errorf("repeat trace of a sign-in: %w", err)
	}
	return standing.Reference, nil
}

// SSOTraces returns a page of the traces that match f, newest first.
func (s *Store) SSOTraces(ctx context.Context, f models.SSOTraceFilter) ([]models.SSOTrace, error) {
	texts := []string{f.Section, f.Outcome, f.Code, f.UserID, f.UsernameKey, f.Reference, f.Page.Before}
	if !storable(strings.Join(texts, "")) {
		return nil, nil
	}
	db := s.query(ctx).Where("contact_center_id = ?", f.ContactCenterID)
	for _, exact := range []struct{ condition, value string }{
		{"section = ?", f.Section},
		{"outcome = ?", f.Outcome},
		{"code = ?", f.Code},
		{"user_id = ?", f.UserID},
		{"username_key = ?", f.UsernameKey},
		{"reference = ?", f.Reference},
		{"id < ?", f.Page.Before},
	} {
		if exact.value != "" {
			db = db.Where(exact.condition, exact.value)
		}
	}
	var all []models.SSOTrace
	if err := limited(db, f.Page.Limit).Order("id DESC").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list traces of sign-ins: %w", translate(err))
	}
	return all, nil
}

// SSOTrace returns a trace, or models.ErrNotFound.
func (s *Store) SSOTrace(ctx context.Context, contactCenter, id string) (*models.SSOTrace, error) {
	t := &models.SSOTrace{}
	return t, s.take(ctx, "trace of a sign-in", t, "contact_center_id = ? AND id = ?", contactCenter, id)
}

// TrimSSOTraces removes the traces that are older than before, and of each contact
// center the oldest beyond keep, and beyond half of that of those that no provider
// vouched for: who is nobody cannot push out the others. It returns how many.
// Several may trim at once: each passes over what another one is at.
func (s *Store) TrimSSOTraces(ctx context.Context, before models.Time, keep int) (int, error) {
	all, err := s.deleteSome(ctx, "old traces of sign-ins", `DELETE FROM sso_traces WHERE (contact_center_id, id) IN (
		SELECT contact_center_id, id FROM sso_traces WHERE at < ?)`, before)
	if err != nil {
		return 0, err
	}
	for verified, most := range map[bool]int{true: keep, false: (keep + 1) / 2} {
		n, err := s.trimSSOTraces(ctx, verified, most)
		all += n
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

func (s *Store) trimSSOTraces(ctx context.Context, verified bool, most int) (int, error) {
	var over []string
	// Not within a transaction: on SQLite this must not hold up those who write.
	if err := s.query(ctx).Raw(ssoTracesOver, verified, most).Find(&over).Error; err != nil {
		return 0, fmt.Errorf("count traces of sign-ins: %w", translate(err))
	}
	all := 0
	for _, center := range over {
		n, err := s.deleteSome(ctx, "traces of sign-ins beyond their bound",
			s.beyond("sso_traces", "contact_center_id = ? AND verified = ?", "id DESC"), center, verified, most)
		all += n
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// ssoTracesOver finds the contact centers with more than so many traces.
const ssoTracesOver = `SELECT contact_center_id FROM sso_traces WHERE verified = ?
	GROUP BY contact_center_id HAVING count(*) > ? ORDER BY contact_center_id`
