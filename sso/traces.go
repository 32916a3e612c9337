package sso

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
)

// What is kept of sign-ins where the settings do not say it.
const (
	DefaultTraces         = 500
	DefaultTraceRetention = 30 * 24 * time.Hour
)

// Somebody who is nobody can send as much as they like. Beyond freeTraces a minute
// and contact center, like failures are only counted.
const (
	freeTraces  = 10
	traceMinute = time.Minute
)

// TraceView is one sign-in that was tried.
type TraceView struct {
	ID, Section string
	At          models.Time
	// Reference is what the person was shown.
	Reference string
	// Count is more than one where like failures were too many to be kept. Whoever they
	// happened to was shown this reference.
	Count int
	// UserID is empty where no user came of it. Username is what the provider says; it
	// is empty where that is not proved.
	UserID, Username string
	// Provisioned: the sign-in made the user.
	Provisioned        bool
	Address, UserAgent string
	Result             Result
}

// TraceQuery selects traces.
type TraceQuery struct {
	paging.Query
	// Outcome is models.OutcomeSuccess or models.OutcomeRefused, empty for both. User
	// is an id, Username compared as user names are.
	Outcome, Code, Section, User, Username, Reference string
}

// Traces returns a page of the traces, newest first, and the cursor of the next. It
// returns models.ErrBadCursor for a cursor of another list.
func (s *Service) Traces(
	ctx context.Context, p *access.Principal, q TraceQuery,
) (page []TraceView, next string, err error) {
	f := models.SSOTraceFilter{
		ContactCenterID: p.ContactCenter.ID, Section: q.Section, Outcome: q.Outcome, Code: q.Code, UserID: q.User,
		UsernameKey: models.NameKey(q.Username), Reference: strings.ToUpper(q.Reference),
	}
	bound := paging.Bind("sso-traces", f)
	if f.Page, err = paging.Start(s.Keys, q.Query, bound); err != nil {
		return nil, "", err
	}
	rows, err := s.Store.SSOTraces(ctx, f)
	if err != nil {
		return nil, "", err
	}
	rows, next = paging.Cut(s.Keys, rows, f.Page, bound, func(t *models.SSOTrace) string { return t.ID })
	page = make([]TraceView, len(rows))
	for i := range rows {
		one, err := readTrace(&rows[i])
		if err != nil {
			return nil, "", err
		}
		page[i] = *one
	}
	return page, next, nil
}

// Trace returns one, or models.ErrNotFound.
func (s *Service) Trace(ctx context.Context, p *access.Principal, id string) (*TraceView, error) {
	if !models.ValidID(id) {
		return nil, models.ErrNotFound
	}
	row, err := s.Store.SSOTrace(ctx, p.ContactCenter.ID, id)
	if err != nil {
		return nil, err
	}
	return readTrace(row)
}

func readTrace(row *models.SSOTrace) (*TraceView, error) {
	r, err := readResult(row.Report)
	if err != nil || r == nil {
		return nil, err
	}
	t := &TraceView{
		ID: row.ID, Section: row.Section, At: row.At, Reference: row.Reference, Count: row.Count, UserID: row.UserID,
		Address: r.Address, UserAgent: r.UserAgent, Result: *r,
	}
	if row.UsernameKey != "" && r.Seen != nil {
		t.Username = r.Seen.NameID
	}
	if r.User != nil {
		t.Provisioned = r.User.New
	}
	return t, nil
}

// newTrace makes the trace of a sign-in; a is nil where none arrived.
func (s *Service) newTrace(at Place, reference string, a *arrival, r *Result) *models.SSOTrace {
	now := s.now()
	t := &models.SSOTrace{
		ContactCenterID: at.Center.ID, ID: models.NewID(now), Section: at.Section, Outcome: models.OutcomeSuccess,
		Reference: reference, Count: 1, At: models.NewTime(now),
	}
	if r.Code != "" {
		t.Outcome, t.Code = models.OutcomeRefused, r.Code
	}
	if a != nil && a.accepted != nil {
		t.Verified, t.UsernameKey, t.UserID = a.used, models.NameKey(a.accepted.NameID), a.userID
	}
	t.Report, _ = r.encode() // texts and times can always be encoded
	return t
}

// trace keeps what became of a sign-in that nobody is let in by, and returns the
// reference to show. That it cannot be kept changes nothing for the person.
func (s *Service) trace(ctx context.Context, t *models.SSOTrace) (reference string) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	reference, err := s.keep(bounded, s.Store, t)
	if err != nil {
		s.logger().ErrorContext(ctx, "trace of a sign-in not kept", "reference", t.Reference, "error", err)
		return t.Reference
	}
	return reference
}

// keep stores a trace and returns the reference by which it is found: of failures that
// are only counted, that of the one that stands for them. When a provider has changed
// its certificate everybody fails within minutes, and whoever calls first is to be helped.
func (s *Service) keep(ctx context.Context, to *store.Store, t *models.SSOTrace) (reference string, err error) {
	if t.Verified {
		return t.Reference, to.CreateSSOTrace(ctx, t)
	}
	after := models.FirstID(t.At.Add(-traceMinute))
	n, err := to.CountSSOTraces(ctx, t.ContactCenterID, after)
	if err != nil {
		return "", err
	}
	if n >= freeTraces {
		standing, err := to.RepeatSSOTrace(ctx, t, after)
		if !errors.Is(err, models.ErrNotFound) {
			return standing, err
		}
	}
	return t.Reference, to.CreateSSOTrace(ctx, t)
}

// logRefusal tells the log of a sign-in that came to nothing: what is to be found in
// the trace, and nothing about the person.
func (s *Service) logRefusal(ctx context.Context, at Place, e *Error, verified bool) {
	s.logger().LogAttrs(ctx, slog.LevelInfo, "single sign-on refused", slog.String("code", e.Code),
		slog.String("contactCenter", at.Center.Domain), slog.String("section", at.Section),
		slog.String("reference", e.Reference), slog.Bool("verified", verified), slog.Bool("test", e.TestID != ""))
}

// sweep intervals and batches are those of package access.
const (
	sweepInterval = 30 * time.Second
	sweepBatch    = 500
	// mostRequests bounds the requests of a contact center that nobody has answered:
	// whoever asks for a sign-in makes one. Beyond it the oldest go, as if the quarter
	// of an hour that somebody has were shorter.
	mostRequests = 20_000
	// testsKept is how long a test sign-in can be looked at.
	testsKept = 30 * 24 * time.Hour
)

// RunSweeps sweeps now and then until the context ends. Several processes may do so
// on one database.
func (s *Service) RunSweeps(ctx context.Context) {
	tick := time.NewTicker(sweepInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.logger().WarnContext(ctx, "sweep of single sign-on failed; it is tried again", "error", err)
			}
		}
	}
}

// Sweep removes what has ended: requests that nobody answered, codes that nobody
// exchanged, assertions that their age has refused by now, and traces and test
// sign-ins beyond what is kept.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	var errs []error
	for {
		n, err := s.Store.DeleteExpiredSSO(ctx, models.NewTime(now), sweepBatch)
		if err != nil || n < sweepBatch {
			errs = append(errs, err)
			break
		}
	}
	_, err := s.Store.TrimSSORequests(ctx, cmp.Or(s.KeepRequests, mostRequests))
	errs = append(errs, err)
	_, err = s.Store.DeleteSSOTests(ctx, models.NewTime(now.Add(-testsKept)), sweepBatch)
	errs = append(errs, err)
	keep, retention := cmp.Or(s.KeepTraces, DefaultTraces), cmp.Or(s.TraceRetention, DefaultTraceRetention)
	_, err = s.Store.TrimSSOTraces(ctx, models.NewTime(now.Add(-retention)), keep)
	return errors.Join(append(errs, err)...)
}
