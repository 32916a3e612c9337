package accounts

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"admin-api/access"
	"admin-api/audit"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/outbound"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/validation"
)

// Service manages the accounts of all contact centers. Its exported members
// are set once, before the first call; it is safe for concurrent use.
type Service struct {
	Store    *store.Store
	Catalog  integrations.Catalog
	Keys     *secret.Keyring
	Audit    *audit.Log
	Outbound *outbound.Client
	Logger   *slog.Logger
	// PublicURL is where browsers see the server, with {domain} for that of the
	// contact center; empty means https:// and the domain.
	PublicURL string
	// Retention is how long a deleted account can be undeleted.
	Retention time.Duration
	// ProbesUnlimited switches the rate limit of probes off.
	ProbesUnlimited bool
	// Observe, when set, is told of every probe that ran.
	Observe func(typ, status, cause string, took time.Duration)
	// SSOTestPassed reports whether a test sign-in of administrators with the values of
	// the fingerprint (see integrations.AdminSignOn) succeeded since then; nil: none did.
	SSOTestPassed func(ctx context.Context, tx *store.Store, center, fingerprint string, since models.Time) (bool, error)
	// Now returns the time; nil means time.Now.
	Now func() time.Time

	inFlight flights
	probes   probes
}

// Result is the outcome of a write.
type Result struct {
	Account  *models.AccountView
	Warnings validation.Errors
	// Generated are the secrets that this write made, by pointer. They are shown
	// this once; a replay has none.
	Generated map[string]secret.Text
	// Replayed: nothing was written now; the answer is that of the first
	// request with the same idempotency key.
	Replayed bool
}

// Report is the full verdict over a draft.
type Report struct {
	Valid            bool
	Errors, Warnings validation.Errors
}

// Get returns one account; a deleted one only if includeDeleted. It returns
// models.ErrNotFound for an unknown id and for one of another contact center.
func (s *Service) Get(
	ctx context.Context, p *access.Principal, id string, includeDeleted bool,
) (*models.AccountView, error) {
	a, err := s.account(ctx, s.Store, p, id)
	if err != nil {
		return nil, err
	}
	if !a.DeletedAt.IsZero() && (!includeDeleted || s.retentionOver(a)) {
		return nil, models.ErrNotFound
	}
	return s.view(p, a), nil
}

// account reads one row, deleted or not.
func (s *Service) account(
	ctx context.Context, from *store.Store, p *access.Principal, id string,
) (*models.Account, error) {
	if !models.ValidID(id) {
		return nil, models.ErrNotFound
	}
	return from.Account(ctx, p.ContactCenter.ID, id)
}

// live reads one row that is not deleted.
func (s *Service) live(
	ctx context.Context, from *store.Store, p *access.Principal, id string,
) (*models.Account, error) {
	a, err := s.account(ctx, from, p, id)
	if err != nil {
		return nil, err
	}
	if !a.DeletedAt.IsZero() {
		return nil, models.ErrNotFound
	}
	return a, nil
}

func (s *Service) retentionOver(a *models.Account) bool {
	return s.now().Sub(a.DeletedAt.Time) > s.Retention
}

// center is what types may know of the caller's contact center.
func (s *Service) center(p *access.Principal) integrations.Center {
	return integrations.CenterAt(p.ContactCenter.Domain, s.PublicURL)
}

// view works out what is shown beside the row.
func (s *Service) view(p *access.Principal, a *models.Account) *models.AccountView {
	v := &models.AccountView{Account: *a}
	for pointer, fact := range a.Secrets {
		if !s.Keys.Has(fact.KeyID) {
			v.Unreadable = append(v.Unreadable, pointer)
		}
	}
	slices.Sort(v.Unreadable)
	if def, ok := s.Catalog.Definition(a.Type); ok && def.Computed != nil {
		v.Computed = map[string]string{}
		for _, c := range def.Computed(s.center(p)) {
			v.Computed[c.Name] = c.Value
		}
	}
	return v
}

// definition returns the type's definition for a stored account. A row of a
// type that the program does not know (an older binary on a newer database) is
// unavailable, not lost.
func (s *Service) definition(a *models.Account) (*integrations.Definition, error) {
	def, ok := s.Catalog.Definition(a.Type)
	if !ok {
		return nil, fmt.Errorf("account %s has type %q, which this version does not know: %w",
			a.ID, a.Type, models.ErrUnavailable)
	}
	return def, nil
}

func (s *Service) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// flights are the idempotency keys that are being worked on by this process.
type flights struct {
	mu   sync.Mutex
	keys map[string]bool
}

// enter claims a key; false when it is taken. leave gives it back.
func (f *flights) enter(key string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keys[key] {
		return false
	}
	if f.keys == nil {
		f.keys = map[string]bool{}
	}
	f.keys[key] = true
	return true
}

func (f *flights) leave(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.keys, key)
}
