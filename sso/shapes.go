package sso

import (
	"context"
	"crypto/x509"
	"errors"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/sso/assertion"
)

// On returns nil where single sign-on is on at a place, else the *Error that says why
// it is not.
func (s *Service) On(context.Context, Place) error { return errors.ErrUnsupported }

// Result is what became of an answer of the identity provider.
type Result struct {
	// Code is empty where it was accepted.
	Code, Detail, Cure string
	Steps              []assertion.Step
	// Seen is nil where nothing came that could be read.
	Seen     *assertion.Seen
	Verified bool
	// User is nil where it does not come to that.
	User *Mapped
}

// Mapped is who an answer leads to.
type Mapped struct {
	// Username is the NameID; ID is empty for who does not exist.
	Username, ID string
	// New says that just-in-time provisioning makes the user, with what follows.
	New                        bool
	FirstName, LastName, Email string
	TemplateID, TeamID         string
	Roles                      models.Strings
	Skills                     models.Skills
}

// The states of a test sign-in.
const (
	TestPending = "pending"
	TestPassed  = "passed"
	TestFailed  = "failed"
	TestExpired = "expired"
)

// TestView is one test sign-in.
type TestView struct {
	ID, Section string
	// Status is one of the states above.
	Status     string
	CreatedAt  models.Time
	CreatedBy  string
	ExpiresAt  models.Time
	FinishedAt models.Time
	// Result is nil while it is pending.
	Result *Result
}

// StartTest begins a test sign-in at a section, whether or not it is on, and returns
// the address where a browser begins, once.
func (s *Service) StartTest(
	_ context.Context, _ *access.Principal, _ string,
) (test *TestView, startURL string, err error) {
	return nil, "", errors.ErrUnsupported
}

// Test returns a test sign-in, or models.ErrNotFound.
func (s *Service) Test(context.Context, *access.Principal, string) (*TestView, error) {
	return nil, errors.ErrUnsupported
}

// Tests returns a page of the test sign-ins, newest first, and the cursor of the next.
func (s *Service) Tests(context.Context, *access.Principal, paging.Query) ([]TestView, string, error) {
	return nil, "", errors.ErrUnsupported
}

// TraceView is one sign-in that was tried.
type TraceView struct {
	ID, Section string
	At          models.Time
	// TestID is the test sign-in that it was; empty for a real one.
	TestID string
	// UserID is empty where no user came of it.
	UserID, Username   string
	Provisioned        bool
	Address, UserAgent string
	// Result lacks Steps and Seen in lists.
	Result Result
}

// TraceQuery selects traces.
type TraceQuery struct {
	paging.Query
	// Outcome is models.OutcomeSuccess or models.OutcomeRefused, empty for both.
	Outcome, Code, Section, User string
}

// Traces returns a page of the traces, newest first, and the cursor of the next.
func (s *Service) Traces(context.Context, *access.Principal, TraceQuery) ([]TraceView, string, error) {
	return nil, "", errors.ErrUnsupported
}

// Trace returns one, whole, or models.ErrNotFound.
func (s *Service) Trace(context.Context, *access.Principal, string) (*TraceView, error) {
	return nil, errors.ErrUnsupported
}

// KeyView is a key pair of the contact center, without its private half.
type KeyView struct {
	ID          string
	Certificate *x509.Certificate
	CreatedAt   models.Time
	CreatedBy   string
}

// SPKeys returns the key pairs, newest first.
func (s *Service) SPKeys(context.Context, *access.Principal) ([]KeyView, error) {
	return nil, errors.ErrUnsupported
}

// NewSPKey makes a key pair.
func (s *Service) NewSPKey(context.Context, *access.Principal) (*KeyView, error) {
	return nil, errors.ErrUnsupported
}

// RetireSPKey removes one, or returns models.ErrNotFound.
func (s *Service) RetireSPKey(context.Context, *access.Principal, string) error {
	return errors.ErrUnsupported
}
