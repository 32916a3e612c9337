package sso

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/validation"
)

const (
	// testLife is how long somebody may take for a test sign-in.
	testLife = 15 * time.Minute
	// mostTests is how many one credential may begin in that time: they are kept for
	// long, and nobody tries more.
	mostTests = 30
)

// TestView is one test sign-in.
type TestView struct {
	ID, Section string
	// Status is models.SSOTestPending and so on.
	Status     string
	CreatedAt  models.Time
	CreatedBy  string
	ExpiresAt  models.Time
	FinishedAt models.Time
	// Result is nil while it is pending.
	Result *Result
}

// StartTest prepares a test sign-in to a section, which may be switched off, and
// returns where a browser begins. Errors are models.ErrFeatureNotEnabled,
// validation.Errors where the section has no values yet, and models.ErrRateLimited for
// who has begun too many.
func (s *Service) StartTest(
	ctx context.Context, p *access.Principal, section string,
) (test *TestView, startURL string, err error) {
	at := Place{Center: &p.ContactCenter, Section: section}
	set, err := s.settingsOf(ctx, at)
	if refused, ok := errors.AsType[*Error](err); ok {
		return nil, "", untestable(refused)
	}
	if err != nil {
		return nil, "", err
	}
	if !set.Complete() {
		return nil, "", untestable(refusal(CodeNotEnabled,
			"The section "+section+" has no values of an identity provider yet.",
			"Enter its address, issuer and certificate first."))
	}
	now := s.now()
	if err := s.mayStartTest(ctx, p, now); err != nil {
		return nil, "", err
	}
	token := access.NewSecret()
	t := models.SSOTest{
		ContactCenterID: p.ContactCenter.ID, ID: models.NewID(now), Section: section, TokenHash: access.HashToken(token),
		Status: models.SSOTestPending, Fingerprint: set.Fingerprint(), CreatedAt: models.NewTime(now), CreatedBy: p.ID,
		ExpiresAt: models.NewTime(now.Add(testLife)),
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.CreateSSOTest(ctx, &t); err != nil {
			return err
		}
		e := p.Event("sso-test.create", "sso-test", t.ID)
		e.Detail = "section " + section
		return s.Audit.Append(ctx, tx, e)
	})
	if err != nil {
		return nil, "", fmt.Errorf("start test sign-in: %w", err)
	}
	s.Audit.Committed(p.ContactCenter.ID)
	test, err = s.readTest(&t)
	return test, s.LoginURL(at) + "?test=" + url.QueryEscape(token), err
}

// mayStartTest refuses who has begun too many test sign-ins lately.
func (s *Service) mayStartTest(ctx context.Context, p *access.Principal, now time.Time) error {
	n, err := s.Store.CountSSOTests(ctx, p.ContactCenter.ID, p.ID, models.FirstID(now.Add(-testLife)))
	if err != nil || n < mostTests {
		return err
	}
	return &models.RefusalError{
		Err: models.ErrRateLimited, RetryAfter: time.Minute,
		Detail: fmt.Sprintf("You have begun %d test sign-ins within a quarter of an hour; use one that is "+
			"pending, or wait.", n),
	}
}

func untestable(e *Error) error {
	if e.Code == CodeFeatureOff {
		return featureNotEnabled(e)
	}
	return validation.Errors{{Pointer: "/section", Code: "section_without_values", Detail: e.Detail + " " + e.Cure}}
}

// pendingTest returns the test sign-in that a browser begins.
func (s *Service) pendingTest(ctx context.Context, at Place, token string) (*models.SSOTest, error) {
	if !access.IsSecret(token) {
		return nil, testUnknown()
	}
	t, err := s.Store.SSOTestByToken(ctx, at.Center.ID, access.HashToken(token))
	if errors.Is(err, models.ErrNotFound) {
		return nil, testUnknown()
	}
	if err != nil {
		return nil, err
	}
	if t.Section != at.Section || t.Status != models.SSOTestPending || !s.now().Before(t.ExpiresAt.Time) {
		return nil, testUnknown()
	}
	return t, nil
}

func testUnknown() *Error {
	return refusal(CodeTestUnknown, "The test sign-in is over, was never begun, or belongs to another section.",
		"Begin a new one with POST /api/v1/sso/test-sign-ins.")
}

// finishTest stores the report of a test sign-in, and the values of the provider
// that it was made with: those of the moment of the answer. It is put on record,
// because one that passed is what Admin may be switched on by; the browser has no
// credential, so the record names nobody. Somebody who was quicker is
// models.ErrNotFound.
func (s *Service) finishTest(ctx context.Context, tx *store.Store, a *arrival, status string) error {
	text, err := a.report.encode()
	if err != nil {
		return err
	}
	t := *a.test
	t.Status, t.Report, t.Fingerprint, t.FinishedAt = status, text, a.set.Fingerprint(), models.NewTime(s.now())
	if err := tx.FinishSSOTest(ctx, &t); err != nil {
		return err
	}
	e := &models.AuditEvent{
		ContactCenterID: t.ContactCenterID, Actor: "system", ActorName: "single sign-on", Address: a.from.Address,
		RequestID: a.from.RequestID, Operation: "sso-test.finish", TargetType: "sso-test", TargetID: t.ID,
		Detail: "section " + t.Section + ", " + status,
	}
	if status == models.SSOTestFailed {
		e.Outcome = models.OutcomeRefused
		e.Detail += ": " + a.report.Code
	}
	return s.Audit.Append(ctx, tx, e)
}

// AdminTestPassed reports whether somebody passed a test sign-in to Admin since then with
// the values of the fingerprint who could come in by it and switch single sign-on off
// now, as tx sees it: the user is there, and so is the key pair that was needed. It fits
// accounts.Service.SSOTestPassed.
func (s *Service) AdminTestPassed(
	ctx context.Context, tx *store.Store, center, fingerprint string, since models.Time,
) (bool, error) {
	passed, err := tx.SSOTestsPassed(ctx, center, models.SectionAdmin, fingerprint, since)
	if err != nil {
		return false, err
	}
	pairs, err := tx.SSOKeys(ctx, center)
	if err != nil {
		return false, err
	}
	for i := range passed {
		r, err := readResult(passed[i].Report)
		if err != nil {
			return false, err
		}
		if r == nil || r.User == nil || !r.readableWith(pairs) {
			continue
		}
		if can, err := undoes(ctx, tx, center, r.User); err != nil || can {
			return can, err
		}
	}
	return false, nil
}

// undoes reports whether who passed a test sign-in is still there, or would still be
// made, and could switch single sign-on off.
func undoes(ctx context.Context, from *store.Store, center string, who *Mapped) (bool, error) {
	u, err := from.UserByName(ctx, center, models.NameKey(who.Username))
	if errors.Is(err, models.ErrNotFound) {
		if !who.New {
			return false, nil
		}
		u, err = &models.User{ContactCenterID: center, Roles: who.Roles}, nil
	}
	if err != nil || u.Disabled {
		return false, err
	}
	return access.CanUndo(ctx, from, u)
}

// Test returns a test sign-in, or models.ErrNotFound. The browser that comes back from
// it, which has no credential, knows the id by the answer that it brought.
func (s *Service) Test(ctx context.Context, c *models.ContactCenter, id string) (*TestView, error) {
	if !models.ValidID(id) {
		return nil, models.ErrNotFound
	}
	row, err := s.Store.SSOTest(ctx, c.ID, id)
	if err != nil {
		return nil, err
	}
	return s.readTest(row)
}

// Tests returns a page of the test sign-ins, newest first, and the cursor of the next.
// It returns models.ErrBadCursor for a cursor of another list.
func (s *Service) Tests(
	ctx context.Context, p *access.Principal, q paging.Query,
) (page []TestView, next string, err error) {
	bound := paging.Bind("sso-tests", p.ContactCenter.ID)
	at, err := paging.Start(s.Keys, q, bound)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.Store.SSOTests(ctx, p.ContactCenter.ID, at)
	if err != nil {
		return nil, "", err
	}
	rows, next = paging.Cut(s.Keys, rows, at, bound, func(t *models.SSOTest) string { return t.ID })
	page = make([]TestView, len(rows))
	for i := range rows {
		one, err := s.readTest(&rows[i])
		if err != nil {
			return nil, "", err
		}
		page[i] = *one
	}
	return page, next, nil
}

func (s *Service) readTest(row *models.SSOTest) (*TestView, error) {
	t := &TestView{
		ID: row.ID, Section: row.Section, Status: row.Status, CreatedAt: row.CreatedAt, CreatedBy: row.CreatedBy,
		ExpiresAt: row.ExpiresAt, FinishedAt: row.FinishedAt,
	}
	if t.Status == models.SSOTestPending && !s.now().Before(t.ExpiresAt.Time) {
		t.Status = models.SSOTestExpired
	}
	var err error
	t.Result, err = readResult(row.Report)
	return t, err
}
