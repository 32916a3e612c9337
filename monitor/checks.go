package monitor

import (
	"context"
	"errors"
	"time"

	"golang.org/x/time/rate"

	"admin-api/models"
)

const (
	// leaseTime is how long a claimed check is left to whoever claimed it. A probe
	// takes a sixth of it at most.
	leaseTime = time.Minute
	// longestBackoff bounds how rarely an account that keeps failing is checked.
	longestBackoff = 24 * time.Hour
	// mostDoublings keeps the arithmetic small.
	mostDoublings = 10
)

// checks gives the due checks to the workers that are free.
func (m *Monitor) checks(ctx context.Context) {
	if m.Interval <= 0 {
		return
	}
	var exhausted []string // types whose vendors have had enough in this minute
	for ctx.Err() == nil {
		f := m.due(exhausted)
		if f.Limit == 0 {
			return
		}
		due, err := m.Store.DueChecks(ctx, f)
		m.failed(ctx, "due checks not read", err)
		if len(due) == 0 {
			return
		}
		for _, c := range due {
			if !m.reserve(c.ContactCenterID) {
				continue // ask again, without it
			}
			if !m.permits(c.AccountType) {
				m.leave(c.ContactCenterID)
				exhausted = append(exhausted, c.AccountType)
				break // ask again, without them
			}
			m.start(ctx, c)
		}
	}
}

// due is what to ask the store for.
func (m *Monitor) due(exhausted []string) models.DueFilter {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := models.DueFilter{Now: m.now(), ExceptTypes: exhausted, Limit: m.free}
	for center := range m.active {
		if !m.hasRoom(center) {
			f.ExceptCenters = append(f.ExceptCenters, center)
		}
	}
	return f
}

// hasRoom reports whether a contact center may have one worker more: while it has
// fewer than are free. So one gets half of them at most, each further one half of what
// is left, and a worker that becomes free goes to who has least: whose vendors hang
// holds up nobody else. m is locked.
func (m *Monitor) hasRoom(center string) bool { return m.active[center] < m.free }

// reserve takes a worker for a contact center, unless it has its share.
func (m *Monitor) reserve(center string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.hasRoom(center) {
		return false
	}
	m.free--
	m.active[center]++
	return true
}

// leave gives the worker back.
func (m *Monitor) leave(center string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.free++
	if m.active[center]--; m.active[center] == 0 {
		delete(m.active, center)
	}
}

// permits takes one probe from the allowance of a type.
func (m *Monitor) permits(typ string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.rates[typ]
	if l == nil {
		l = rate.NewLimiter(rate.Every(time.Minute/time.Duration(m.PerMinute)), max(1, m.PerMinute/10))
		m.rates[typ] = l
	}
	return l.AllowN(m.Now(), 1)
}

// start claims a check and gives it to the worker that is reserved for it, unless
// another process was quicker.
func (m *Monitor) start(ctx context.Context, c models.ScheduledCheck) {
	until := models.NewTime(m.Now().Add(leaseTime))
	claimed, err := m.Store.ClaimCheck(ctx, c, until)
	m.failed(ctx, "check not claimed", err)
	if !claimed {
		m.leave(c.ContactCenterID)
		return
	}
	m.working.Go(func() {
		defer m.release(c.ContactCenterID)
		m.check(ctx, c, until)
	})
}

func (m *Monitor) release(center string) {
	m.leave(center)
	select {
	case m.woken <- struct{}{}:
	default: // somebody will look anyway
	}
}

// check probes one account and says when it is to be checked again. What is
// written stands even if we are told to stop meanwhile.
func (m *Monitor) check(ctx context.Context, c models.ScheduledCheck, claimed models.Time) {
	key := models.AccountKey{ContactCenterID: c.ContactCenterID, ID: c.AccountID}
	result, a, err := m.Accounts.Check(ctx, key)
	kept := context.WithoutCancel(ctx)
	switch {
	case errors.Is(err, models.ErrNotFound):
		err = m.Store.UnscheduleCheck(kept, c, claimed)
	case errors.Is(err, models.ErrFeatureNotEnabled): // which can end at any time, without a word to us
		c.DueAt = models.NewTime(m.Now().Add(m.jitter(m.Interval)))
		err = m.Store.RescheduleCheck(kept, &c, claimed)
	case errors.Is(err, models.ErrProbeRunning), ctx.Err() != nil:
		c.DueAt = models.NewTime(m.Now().Add(leaseTime / 2))
		err = m.Store.RescheduleCheck(kept, &c, claimed)
	case err != nil: // the database or a key; neither says anything about the account
		m.failed(ctx, "account not checked", err)
		c.DueAt = models.NewTime(m.Now().Add(m.jitter(m.Interval)))
		err = m.Store.RescheduleCheck(kept, &c, claimed)
	default:
		m.report(ctx, a, result)
		m.plan(&c, result)
		err = m.Store.RescheduleCheck(kept, &c, claimed)
	}
	m.failed(ctx, "check not rescheduled", err)
}

// plan sets when an account is checked again: after the interval while it is
// well, at longer and longer intervals while it fails, and never before the
// remote system wants to be asked again. Vendors lock out whoever knocks with a
// wrong password too often.
func (m *Monitor) plan(c *models.ScheduledCheck, result *models.CheckResult) {
	wait := m.Interval
	if result.Status == models.CheckFailed {
		c.Failures++
		wait <<= min(c.Failures-1, mostDoublings)
		wait = max(m.Interval, min(wait, longestBackoff))
	} else {
		c.Failures = 0
	}
	wait = m.jitter(wait)
	for _, step := range result.Steps {
		wait = max(wait, time.Duration(step.RetryAfterSeconds)*time.Second)
	}
	c.DueAt = models.NewTime(m.Now().Add(wait))
}

// report logs a change of an account's health; others hear of it by an event.
func (m *Monitor) report(ctx context.Context, a *models.Account, result *models.CheckResult) {
	failed := result.Status == models.CheckFailed
	switch was := a.HealthStatus == models.HealthFailing; {
	case failed && !was:
		cause := ""
		if result.Cause != nil {
			cause = *result.Cause
		}
		m.Logger.WarnContext(ctx, "account fails", "contactCenter", a.ContactCenterID, "account", a.ID, "type", a.Type,
			"cause", cause)
	case !failed && was:
		m.Logger.InfoContext(ctx, "account is well again", "contactCenter", a.ContactCenterID, "account", a.ID,
			"type", a.Type)
	}
}
