package accounts

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"admin-api/access"
	"admin-api/input"
	"admin-api/models"
	"admin-api/store"
	"admin-api/validation"
)

// idempotencyFor is how long a create is remembered under its key.
const idempotencyFor = 24 * time.Hour

// Idempotency is the key under which a create may be repeated.
type Idempotency struct {
	// Key is the client's; empty for none.
	Key string
	// Request is method and path.
	Request string
}

// Create adds an account. With an idempotency key, a repeated request answers
// what the first one did; the same key with another body returns
// models.ErrIdempotencyReused, and models.ErrIdempotencyConflict while the
// first is still being worked on. Other errors: *strict.SyntaxError,
// validation.Errors, models.ErrFeatureNotEnabled, models.ErrNameTaken,
// models.ErrLimitReached, and models.ErrLockOut where administrators would be
// shut out.
func (s *Service) Create(
	ctx context.Context, p *access.Principal, body []byte, idem Idempotency,
) (*Result, error) {
	if idem.Key == "" {
		return s.create(ctx, p, body, nil)
	}
	record := &models.IdempotencyRecord{
		ContactCenterID: p.ContactCenter.ID, Principal: p.ID, Key: idem.Key,
		RequestMAC: s.Keys.MAC("idempotency", []byte(p.ContactCenter.ID), []byte(p.ID), []byte(idem.Request), body),
	}
	flight := p.ContactCenter.ID + "\x00" + p.ID + "\x00" + idem.Key
	if !s.inFlight.enter(flight) {
		return nil, inFlight()
	}
	defer s.inFlight.leave(flight)
	if r, err := s.replay(ctx, p, record); r != nil || err != nil {
		return r, err
	}
	r, refusal := s.create(ctx, p, body, record)
	if !taken(refusal) {
		return r, refusal
	}
	// It may have been taken by the same request, which another process served first.
	if r, err := s.replay(ctx, p, record); r != nil || err != nil {
		return r, err
	}
	if errors.Is(refusal, models.ErrExists) {
		return nil, inFlight()
	}
	return nil, refusal
}

// taken reports whether a create failed because something that only one account
// or request can have is gone.
func taken(err error) bool {
	return errors.Is(err, models.ErrExists) || errors.Is(err, models.ErrNameTaken) ||
		errors.Is(err, models.ErrLimitReached)
}

func inFlight() error {
	return &models.RefusalError{
		Err: models.ErrIdempotencyConflict, RetryAfter: time.Second,
		Detail: "A request with this Idempotency-Key is being worked on; repeat this one in a moment.",
	}
}

// replay answers what the first request with the key did; nil where there was
// none.
func (s *Service) replay(ctx context.Context, p *access.Principal, want *models.IdempotencyRecord) (*Result, error) {
	have, err := s.Store.Idempotency(ctx, want.ContactCenterID, want.Principal, want.Key)
	if errors.Is(err, models.ErrNotFound) || (err == nil && !s.now().Before(have.ExpiresAt.Time)) {
		return nil, nil //nolint:nilnil // nothing to replay is no error
	}
	if err != nil {
		return nil, fmt.Errorf("idempotency: %w", err)
	}
	if !hmac.Equal(have.RequestMAC, want.RequestMAC) {
		return nil, &models.RefusalError{
			Err: models.ErrIdempotencyReused, Detail: "This Idempotency-Key was used for another request; make a new key.",
		}
	}
	a, err := s.versionRow(ctx, p, have.AccountID, have.Version)
	if err != nil {
		return nil, fmt.Errorf("idempotency: %w", err)
	}
	return &Result{Account: s.viewVersion(p, a), Replayed: true}, nil
}

func (s *Service) create(
	ctx context.Context, p *access.Principal, body []byte, idem *models.IdempotencyRecord,
) (*Result, error) {
	e, err := s.draft(ctx, p, body)
	if err != nil {
		return nil, err
	}
	if err := s.draftVerdict(ctx, e, opCreate); err != nil {
		return nil, err
	}
	now := models.NewTime(s.now())
	c, err := s.prepare(e, now)
	if err != nil {
		return nil, err
	}
	err = s.commit(ctx, p, c, opCreate, "", 0, func(tx *store.Store) error {
		return remember(ctx, tx, idem, c.account, now)
	})
	if err != nil {
		return nil, fmt.Errorf("create account: %w", s.explain(ctx, p, c.account, opCreate, err))
	}
	s.Audit.Committed(p.ContactCenter.ID)
	return &Result{Account: s.view(p, c.account), Warnings: e.c.Warnings(), Generated: e.generated}, nil
}

// draft reads and judges the document of an account that does not exist yet.
// Violations are in the edit; the edit has no definition where the type is not
// known.
func (s *Service) draft(ctx context.Context, p *access.Principal, body []byte) (*edit, error) {
	in, err := input.Members(body)
	if err != nil {
		return nil, err
	}
	e := s.newDraft(p, in)
	if e.def == nil {
		return e, nil
	}
	return e, s.judge(ctx, e)
}

// newDraft is an edit that makes an account, still to be judged.
func (s *Service) newDraft(p *access.Principal, in map[string]json.RawMessage) *edit {
	e := &edit{p: p, c: s.newContext(p)}
	e.doc = readDocument(in, nil, s.Catalog, e.c)
	if def, known := s.Catalog.Definition(e.doc.Type); known {
		e.def, e.given = def, presenceIn(e.doc.Properties)
	}
	return e
}

// draftVerdict is verdict, and then refuses a type whose feature is off.
func (s *Service) draftVerdict(ctx context.Context, e *edit, op string) error {
	if err := s.verdict(ctx, e, op); err != nil || e.p.ContactCenter.HasFeature(e.def.Feature) {
		return err
	}
	s.Refused(ctx, e.p, "account."+op, "", "feature "+e.def.Feature+" is not enabled")
	return featureOff(e.def.Feature)
}

// remember stores the idempotency record of a create; nil is none. It also
// sweeps up some that have expired.
func remember(
	ctx context.Context, tx *store.Store, idem *models.IdempotencyRecord, a *models.Account, now models.Time,
) error {
	if idem == nil {
		return nil
	}
	idem.AccountID, idem.Version = a.ID, a.Version
	idem.ExpiresAt = models.NewTime(now.Add(idempotencyFor))
	if err := tx.DeleteExpiredIdempotency(ctx, now, 100); err != nil {
		return err
	}
	return tx.InsertIdempotency(ctx, idem, now)
}

// raw is a document as a JSON object, nil for an empty body.
func raw(body []byte) json.RawMessage {
	if len(body) == 0 {
		return nil
	}
	return body
}

// shapeOnly reports whether err is about the document as such.
func shapeOnly(err error) (validation.Errors, bool) {
	var broken validation.Errors
	return broken, errors.As(err, &broken)
}
