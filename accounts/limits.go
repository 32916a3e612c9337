package accounts

import (
	"context"
	"fmt"
	"time"

	"admin-api/access"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/validation"
)

// Limits asks the remote system of a stored account how much of it may be used.
// Nothing is recorded: the account may work well and not be allowed to know.
// That the remote system refuses is no error: the result says so. Errors are
// models.ErrNotFound, validation.Errors where the type tells no limits,
// models.ErrProbeRunning and models.ErrRateLimited, which are shared with Test.
func (s *Service) Limits(ctx context.Context, p *access.Principal, id string) (*models.LimitsResult, error) {
	t, err := s.steadyTrial(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if err := s.mayUse(ctx, p, t.def, id, opLimits); err != nil {
		return nil, err
	}
	reader, can := t.properties.(integrations.LimitReader)
	if !can {
		return nil, validation.Errors{{
			Pointer: "/type", Code: "limits_not_supported", Detail: "The remote system of this type of account tells no limits.",
		}}
	}
	leave, err := s.enter(t)
	if err != nil {
		return nil, err
	}
	defer leave()
	r := s.readLimits(ctx, t, reader)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("read limits: %w", ctx.Err())
	}
	return r, nil
}

// steadyTrial is a stored account as it is, with its secrets.
func (s *Service) steadyTrial(ctx context.Context, p *access.Principal, id string) (t *trial, err error) {
	err = steady(func() error {
		t, err = s.storedTrial(ctx, p, id)
		return err
	})
	return t, err
}

func (s *Service) readLimits(ctx context.Context, t *trial, reader integrations.LimitReader) *models.LimitsResult {
	started := time.Now()
	r := &models.LimitsResult{Limits: []models.Usage{}, AccountVersion: t.account.Version}
	session, failure := s.ask(ctx, t.p, nil, func(ctx context.Context, session *integrations.Session) error {
		usage, err := reader.ReadLimits(ctx, session)
		for _, u := range usage {
			r.Limits = append(r.Limits, models.Usage(u))
		}
		return err
	})
	check := models.CheckResult{Steps: []models.CheckStep{}}
	conclude(&check, session, failure)
	r.Status, r.Cause, r.Steps = check.Status, check.Cause, check.Steps
	r.Identity, r.Retryable = check.Identity, check.Retryable
	r.CheckedAt, r.DurationMs = models.NewTime(s.now()), time.Since(started).Milliseconds()
	return r
}
