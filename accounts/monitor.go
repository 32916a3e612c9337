package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"admin-api/access"
	"admin-api/events"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/store"
)

// Monitor is the principal of what is done in the background.
const Monitor = "monitor"

// settleTime is how long after a change an account is checked: more edits often
// follow, and people test by hand first.
const settleTime = 30 * time.Second

// schedule has a written account checked soon, if it can be. One that was
// switched off or deleted falls out of the schedule when it is due.
func (s *Service) schedule(ctx context.Context, tx *store.Store, a *models.Account) error {
	def, known := s.Catalog.Definition(a.Type)
	if !known || def.NoProbe != "" || !a.Enabled || !a.DeletedAt.IsZero() {
		return nil
	}
	return tx.ScheduleCheck(ctx, &models.ScheduledCheck{
		ContactCenterID: a.ContactCenterID, AccountID: a.ID, AccountType: a.Type,
		DueAt: models.NewTime(a.UpdatedAt.Add(settleTime)),
	})
}

// Check probes a stored account in the background, records the result and
// returns it with the account as it was. An account that is not to be checked
// (gone, switched off, of a type that cannot be probed) is models.ErrNotFound; one
// that is not to be checked now (of a type that is switched off, of a contact
// center that is suspended) is models.ErrFeatureNotEnabled; models.ErrProbeRunning
// means that somebody tests it right now.
func (s *Service) Check(ctx context.Context, key models.AccountKey) (*models.CheckResult, *models.Account, error) {
	center, err := s.Store.ContactCenter(ctx, key.ContactCenterID)
	if err != nil {
		return nil, nil, fmt.Errorf("check account: %w", err)
	}
	if center.Suspended {
		return nil, nil, models.ErrFeatureNotEnabled
	}
	p := &access.Principal{ID: Monitor, Name: Monitor, ContactCenter: *center}
	var t *trial
	err = steady(func() (err error) {
		t, err = s.storedTrial(ctx, p, key.ID)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if _, can := t.properties.(integrations.Prober); !can || !t.account.Enabled {
		return nil, nil, models.ErrNotFound
	}
	if !center.HasFeature(t.def.Feature) {
		return nil, nil, models.ErrFeatureNotEnabled
	}
	running := key.ContactCenterID + "/" + key.ID
	if err := s.probes.enter(running, t.def, true, s.now()); err != nil {
		return nil, nil, err
	}
	defer s.probes.leave(running)
	check := s.probe(ctx, t, nil)
	if ctx.Err() != nil { // we are stopping: what was seen says nothing about the account
		return nil, nil, fmt.Errorf("check account: %w", ctx.Err())
	}
	return check, t.account, s.recordCheck(ctx, t, check)
}

// settleHealth brings the health of an account in line with a check, and tells
// others where it changed. An account that was changed meanwhile stays as it is.
func (s *Service) settleHealth(
	ctx context.Context, tx *store.Store, a *models.Account, check *models.CheckResult,
) error {
	status, code := health(check)
	// What this check was told of the health before may be what another one, of
	// another process, has changed meanwhile.
	if err := tx.LockAccount(ctx, a.ContactCenterID, a.ID); err != nil {
		return err
	}
	stored, err := tx.Account(ctx, a.ContactCenterID, a.ID)
	if err != nil {
		return err
	}
	err = tx.SetHealth(ctx, a.ContactCenterID, a.ID, a.Version, status, code, check.CheckedAt)
	if errors.Is(err, models.ErrVersionMismatch) {
		return nil // changed meanwhile: this check is about what was
	}
	if err != nil || status == stored.HealthStatus {
		return err
	}
	return events.Append(ctx, tx, models.EventHealthChanged, a, check.CheckedAt.Time)
}
