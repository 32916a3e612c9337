package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"admin-api/access"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/store"
	"admin-api/validation"
)

// No change is made after which administrators sign in only through an identity
// provider that nobody has proved to work, and which nobody could undo. Enabling
// such an account, or the section in it, is one; so are creating it enabled,
// bringing it back, and other values while it is on. Whether the service provider
// has the feature switched on makes no difference, or switching it on later would.

// testHolds is how long a test sign-in proves that an identity provider works.
const testHolds = 24 * time.Hour

const (
	whyUnproven = "no enabled user has a password and the privileges sso:bypass and accounts:write, and no test sign-in " +
		"to Admin with these values, by somebody with accounts:write, succeeded within the last 24 hours"
	codeLockOut = "would_lock_out"
	// codeNoVoucher is what dry runs call the refusal of mayVouch.
	codeNoVoucher = "grant_needed"
	lockOut       = "Administrators could sign in only through this identity provider, and nobody could undo it if it " +
		"does not let them in: " + whyUnproven + ". Give somebody who has a password a role with these privileges; or save " +
		"the values with Admin SSO switched off, run a test sign-in, and switch it on then."
)

// keepWayIn refuses with models.ErrLockOut a change that shuts administrators out.
// Where it asks, it locks the contact center, and then whoever can get in without
// single sign-on, until tx ends; so it comes before any other lock.
//
// Before that it refuses with models.ErrForbidden who may not decide that at all, see
// mayVouch.
func (s *Service) keepWayIn(ctx context.Context, tx *store.Store, p *access.Principal, c *change) error {
	a := c.account
	def, known := s.Catalog.Definition(a.Type)
	if !known || !a.Enabled || !a.DeletedAt.IsZero() {
		return nil
	}
	if _, decides := def.New().(integrations.AdminSignOn); !decides {
		return nil
	}
	now, err := decodeStored(def, a)
	if err != nil {
		return err
	}
	if err := s.mayVouch(ctx, tx, p, def, c.before, now); err != nil {
		return err
	}
	_, fingerprint := replacesSignOn(def, c.before, now)
	if fingerprint == "" {
		return nil
	}
	proven, err := s.proven(ctx, tx, a.ContactCenterID, fingerprint)
	if err != nil || proven {
		return err
	}
	return &models.RefusalError{Err: models.ErrLockOut, Detail: lockOut}
}

// mayVouch refuses a change after which an identity provider lets more people in as
// administrators, unless p may give others all that people here may do: whoever
// chooses the provider can have it vouch for any of them. now are properties of an
// enabled account.
func (s *Service) mayVouch(
	ctx context.Context, tx *store.Store, p *access.Principal, def *integrations.Definition, before *models.Account,
	now integrations.Properties,
) error {
	signOn, decides := now.(integrations.AdminSignOn)
	if !decides {
		return nil
	}
	if pointer, _ := signOn.AdminSignOn(); pointer == "" {
		return nil
	}
	if was := inUse(def, before); was != nil && signOn.AdmitsNoMore(was) {
		return nil
	}
	return access.MayVouch(ctx, tx, p)
}

// inUse returns the properties of an account by which people sign in; nil where there
// is none, or where nobody can read them: those let nobody in.
func inUse(def *integrations.Definition, a *models.Account) integrations.Properties {
	if a == nil || !a.Enabled || !a.DeletedAt.IsZero() {
		return nil
	}
	properties, err := decodeStored(def, a)
	if err != nil {
		return nil
	}
	return properties
}

// replacesSignOn returns pointer and fingerprint of the sign-on of administrators
// that now brings; nothing where it brings none, or none that was not there before.
// now are properties of an enabled account.
func replacesSignOn(
	def *integrations.Definition, before *models.Account, now integrations.Properties,
) (pointer, fingerprint string) {
	signOn, decides := now.(integrations.AdminSignOn)
	if !decides {
		return "", ""
	}
	pointer, fingerprint = signOn.AdminSignOn()
	if was := inUse(def, before); was != nil && signOn.KeepsAdminSignOn(was) {
		return "", ""
	}
	return pointer, fingerprint
}

// proven reports whether administrators may be left to the identity provider.
func (s *Service) proven(ctx context.Context, tx *store.Store, center, fingerprint string) (bool, error) {
	held, err := access.HoldBypass(ctx, tx, center)
	if err != nil || held {
		return held, err
	}
	return s.tested(ctx, tx, center, fingerprint)
}

func (s *Service) tested(ctx context.Context, tx *store.Store, center, fingerprint string) (bool, error) {
	if s.SSOTestPassed == nil {
		return false, nil
	}
	return s.SSOTestPassed(ctx, tx, center, fingerprint, models.NewTime(s.now().Add(-testHolds)))
}

// judgeWayIn reports to c what keepWayIn would refuse.
func (s *Service) judgeWayIn(ctx context.Context, e *edit, c *validation.Context) error {
	if e.properties == nil || !e.doc.Enabled {
		return nil
	}
	if err := s.judgeVoucher(ctx, e, c); err != nil {
		return err
	}
	pointer, fingerprint := replacesSignOn(e.def, e.stored, e.properties)
	if fingerprint == "" {
		return nil
	}
	proven, err := s.proven(ctx, s.Store, e.p.ContactCenter.ID, fingerprint)
	if err == nil && !proven {
		c.Violate("/properties"+pointer, codeLockOut, lockOut)
	}
	return err
}

// judgeVoucher reports to c what mayVouch would refuse.
func (s *Service) judgeVoucher(ctx context.Context, e *edit, c *validation.Context) error {
	err := s.mayVouch(ctx, s.Store, e.p, e.def, e.stored, e.properties)
	refused, ok := errors.AsType[*models.RefusalError](err)
	signOn, decides := e.properties.(integrations.AdminSignOn)
	if !ok || !decides {
		return err
	}
	pointer, _ := signOn.AdminSignOn()
	c.Add(validation.Violation{
		Pointer: "/properties" + pointer, Code: codeNoVoucher, Params: refused.Extra, Detail: refused.Detail,
	})
	return nil
}

// judgeWaysIn is judgeWayIn for the accounts of a plan.
func (s *Service) judgeWaysIn(ctx context.Context, st *set) error {
	for _, e := range st.entries {
		if e.edit == nil {
			continue
		}
		c := &validation.Context{}
		if err := s.judgeWayIn(ctx, e.edit, c); err != nil {
			return err
		}
		for _, v := range c.Errors() {
			e.add(st.c, v)
		}
	}
	return nil
}

// SSOUnproven reports whether administrators of the contact center sign in through
// an identity provider for which no test sign-in speaks. It belongs in the
// transaction of who changes people, with the lock of the contact center, for which
// keepWayIn waits.
func (s *Service) SSOUnproven(ctx context.Context, tx *store.Store, center string) (bool, error) {
	return s.someSignOn(ctx, tx, center, func(_ *integrations.Definition, fingerprint string) (bool, error) {
		tested, err := s.tested(ctx, tx, center, fingerprint)
		return !tested, err
	})
}

// SSOOn reports whether administrators of the contact center sign in through an
// identity provider now. It belongs where SSOUnproven does.
func (s *Service) SSOOn(ctx context.Context, tx *store.Store, center string) (bool, error) {
	c, err := tx.ContactCenter(ctx, center)
	if err != nil {
		return false, fmt.Errorf("single sign-on of administrators: %w", err)
	}
	return s.someSignOn(ctx, tx, center, func(def *integrations.Definition, _ string) (bool, error) {
		return c.HasFeature(def.Feature), nil
	})
}

// someSignOn reports whether is holds for a sign-on of administrators that is
// switched on.
func (s *Service) someSignOn(
	ctx context.Context, tx *store.Store, center string,
	is func(def *integrations.Definition, fingerprint string) (bool, error),
) (bool, error) {
	enabled := true
	for i := range s.Catalog {
		def := &s.Catalog[i]
		if _, decides := def.New().(integrations.AdminSignOn); !decides {
			continue
		}
		live, err := tx.ListAccounts(ctx, models.AccountFilter{
			ContactCenterID: center, Types: []string{def.Type}, Enabled: &enabled, Sort: models.SortByName,
		})
		if err != nil {
			return false, fmt.Errorf("single sign-on of administrators: %w", err)
		}
		for i := range live {
			p, err := decodeStored(def, &live[i])
			if err != nil {
				return false, err
			}
			_, fingerprint := replacesSignOn(def, nil, p)
			if fingerprint == "" {
				continue
			}
			if found, err := is(def, fingerprint); err != nil || found {
				return found, err
			}
		}
	}
	return false, nil
}
