package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"admin-api/access"
	"admin-api/input"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/store"
)

// trial is what is to be probed.
type trial struct {
	p          *access.Principal
	def        *integrations.Definition
	account    *models.Account // nil for a draft
	properties integrations.Properties
	// draft: what is probed is not what is stored, so nothing is recorded.
	draft bool
}

// Test probes a draft (id empty), a stored account (body empty) or edits laid
// over a stored one (body is a merge patch). onStep, when not nil, is told of
// each step as it ends, from the same goroutine. A probe that fails is no
// error: the result says so. Errors are those of Create and Patch (then nothing
// was dialled), models.ErrFeatureNotEnabled also for a stored account,
// models.ErrProbeRunning and models.ErrRateLimited.
func (s *Service) Test(
	ctx context.Context, p *access.Principal, id string, body []byte, onStep func(models.CheckStep),
) (*models.CheckResult, error) {
	var t *trial
	err := steady(func() (err error) {
		t, err = s.trial(ctx, p, id, body)
		return err
	})
	if err != nil {
		return nil, err
	}
	leave, err := s.enter(t)
	if err != nil {
		return nil, err
	}
	defer leave()
	check := s.probe(ctx, t, onStep)
	if ctx.Err() != nil { // the client has gone: what was seen says nothing about the account
		return nil, fmt.Errorf("test account: %w", ctx.Err())
	}
	if t.draft {
		return check, nil
	}
	return check, s.recordCheck(ctx, t, check)
}

// enter claims what is to be asked, as models.ErrProbeRunning and
// models.ErrRateLimited say; leave gives it back.
func (s *Service) enter(t *trial) (leave func(), err error) {
	key := t.p.ContactCenter.ID + "/draft/" + t.p.ID + "/" + t.def.Type // each type has its own rate
	if t.account != nil {
		key = t.p.ContactCenter.ID + "/" + t.account.ID
	}
	if err := s.probes.enter(key, t.def, s.ProbesUnlimited, s.now()); err != nil {
		return nil, err
	}
	return func() { s.probes.leave(key) }, nil
}

// trial prepares what is to be probed, through the same rules as a write.
func (s *Service) trial(ctx context.Context, p *access.Principal, id string, body []byte) (*trial, error) {
	if id == "" {
		return s.draftTrial(ctx, p, body)
	}
	if raw(body) == nil {
		return s.usableTrial(ctx, p, id, opTest)
	}
	a, err := s.live(ctx, s.Store, p, id)
	if err != nil {
		return nil, err
	}
	e, err := s.patched(ctx, p, a, body)
	if err != nil {
		return nil, err
	}
	if err := s.verdict(ctx, e, opTest); err != nil {
		return nil, err
	}
	if err := s.mayUse(ctx, p, e.def, a.ID, opTest); err != nil {
		return nil, err
	}
	t := &trial{p: p, def: e.def, account: a, properties: e.properties, draft: true}
	return t, s.fill(ctx, e.def, a, e.properties, e.kept)
}

// usableTrial is storedTrial where the type is not switched off.
func (s *Service) usableTrial(ctx context.Context, p *access.Principal, id, op string) (*trial, error) {
	t, err := s.storedTrial(ctx, p, id)
	if err != nil {
		return nil, err
	}
	return t, s.mayUse(ctx, p, t.def, id, op)
}

// mayUse refuses to work with an account whose feature is off.
func (s *Service) mayUse(
	ctx context.Context, p *access.Principal, def *integrations.Definition, id, op string,
) error {
	if p.ContactCenter.HasFeature(def.Feature) {
		return nil
	}
	s.Refused(ctx, p, "account."+op, id, "feature "+def.Feature+" is not enabled")
	return featureOff(def.Feature)
}

// storedTrial is a stored account with its secrets, as it is.
func (s *Service) storedTrial(ctx context.Context, p *access.Principal, id string) (*trial, error) {
	a, err := s.live(ctx, s.Store, p, id)
	if err != nil {
		return nil, err
	}
	def, err := s.definition(a)
	if err != nil {
		return nil, err
	}
	properties, err := s.reveal(ctx, def, a)
	return &trial{p: p, def: def, account: a, properties: properties}, err
}

func (s *Service) draftTrial(ctx context.Context, p *access.Principal, body []byte) (*trial, error) {
	in, err := input.Members(body)
	if err != nil {
		return nil, err
	}
	if _, named := in["name"]; !named { // a form is tested before it is named
		in["name"] = json.RawMessage(`"draft"`)
	}
	named, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("test draft: %w", err)
	}
	e, err := s.draft(ctx, p, named)
	if err != nil {
		return nil, err
	}
	if err := s.draftVerdict(ctx, e, opTest); err != nil {
		return nil, err
	}
	return &trial{p: p, def: e.def, properties: e.properties, draft: true}, nil
}

// probe runs the type's probe and sums it up.
func (s *Service) probe(ctx context.Context, t *trial, onStep func(models.CheckStep)) *models.CheckResult {
	started := time.Now()
	check := &models.CheckResult{Steps: []models.CheckStep{}, Draft: t.draft, CheckedBy: t.p.ID}
	if t.account != nil {
		check.AccountVersion = t.account.Version
	}
	if prober, can := t.properties.(integrations.Prober); can {
		session, failure := s.ask(ctx, t.p, onStep, prober.Probe)
		conclude(check, session, failure)
	} else {
		check.Status, check.Reason = models.CheckUnsupported, t.def.NoProbe
	}
	check.CheckedAt = models.NewTime(s.now())
	took := time.Since(started)
	check.DurationMs = took.Milliseconds()
	if s.Observe != nil {
		s.Observe(t.def.Type, check.Status, causeOf(check), took)
	}
	return check
}

func causeOf(check *models.CheckResult) string {
	if check.Cause == nil {
		return ""
	}
	return *check.Cause
}

// ask lets a type talk to its remote system, within the bounds of the way out.
// The failure is nil where that went well.
func (s *Service) ask(
	ctx context.Context, p *access.Principal, onStep func(models.CheckStep),
	talk func(context.Context, *integrations.Session) error,
) (*integrations.Session, *integrations.Failure) {
	timeout, _ := s.Outbound.Limits()
	bounded, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	session := &integrations.Session{Clock: s.Now, Center: s.center(p), Classify: classify}
	session.Transport = newTransport(s.Outbound, session)
	if onStep != nil {
		session.OnStep = func(step integrations.Step) { onStep(wireStep(step)) }
	}
	return session, failureOf(s.survive(ctx, func() error { return talk(bounded, session) }))
}

// survive turns a panic into an error. What a remote system sends is parsed by
// the code of many types and libraries; a mistake there is no reason to stop
// serving, in the background least of all.
func (s *Service) survive(ctx context.Context, fn func() error) (err error) {
	defer func() {
		if what := recover(); what != nil {
			err = errProbePanicked
			if s.Logger != nil {
				s.Logger.ErrorContext(ctx, "probe panicked", "stack", string(debug.Stack()))
			}
		}
	}()
	return fn()
}

var errProbePanicked = errors.New("the probe panicked")

// conclude sums up a probe that ran.
func conclude(check *models.CheckResult, session *integrations.Session, failure *integrations.Failure) {
	check.Status = models.CheckPassed
	for _, step := range session.Steps() {
		if step.Status == integrations.StepWarning {
			check.Status = models.CheckPartial
		}
		check.Steps = append(check.Steps, wireStep(step))
	}
	check.Identity = session.Identity()
	if failure == nil {
		return
	}
	cause := string(failure.Cause)
	check.Status, check.Cause, check.Retryable = models.CheckFailed, &cause, failure.Retryable
}

func wireStep(step integrations.Step) models.CheckStep {
	out := models.CheckStep{Name: step.Name, Status: string(step.Status), DurationMs: step.Duration.Milliseconds()}
	if f := step.Failure; f != nil {
		out.Code, out.HTTPStatus, out.Detail, out.Hint = f.Code, f.HTTPStatus, f.Detail, f.Hint
		out.RetryAfterSeconds = int64(f.RetryAfter.Seconds())
	}
	return out
}

// recordCheck stores the result and the health that follows from it, unless
// the account was changed meanwhile.
func (s *Service) recordCheck(ctx context.Context, t *trial, check *models.CheckResult) error {
	check.ID = models.NewID(check.CheckedAt.Time)
	document, err := json.Marshal(check)
	if err != nil {
		return fmt.Errorf("encode check: %w", err)
	}
	a := t.account
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		err := tx.InsertCheck(ctx, &models.Check{
			ContactCenterID: a.ContactCenterID, AccountID: a.ID, ID: check.ID, AccountVersion: a.Version,
			Status: check.Status, Document: document, CheckedAt: check.CheckedAt, CheckedBy: t.p.ID,
		})
		if err != nil {
			return err
		}
		return s.settleHealth(ctx, tx, a, check)
	})
	if err != nil {
		return fmt.Errorf("record check: %w", err)
	}
	return nil
}

// health is what a check says of an account: its state and, where that is not
// "ok", the code of the first step that says why.
func health(check *models.CheckResult) (status, code string) {
	switch check.Status {
	case models.CheckPassed:
		return models.HealthOK, "ok"
	case models.CheckUnsupported:
		return models.HealthUnsupported, ""
	case models.CheckPartial:
		return models.HealthDegraded, codeOf(check, integrations.StepWarning)
	default:
		return models.HealthFailing, codeOf(check, integrations.StepFailed)
	}
}

func codeOf(check *models.CheckResult, status integrations.StepStatus) string {
	for _, step := range check.Steps {
		if step.Status == string(status) {
			return step.Code
		}
	}
	return "unexpected"
}
