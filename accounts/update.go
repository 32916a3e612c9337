package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"admin-api/access"
	"admin-api/input"
	"admin-api/models"
	"admin-api/strict"
)

// Match is a parsed If-Match header.
type Match struct {
	// Missing: there was no header.
	Missing bool
	// Any: "*", a deliberate overwrite of whatever is stored.
	Any bool
	// Versions are the version parts of the entity tags.
	Versions []int64
}

// overwriteTries bounds how often a deliberate overwrite is tried again
// because someone else was quicker.
const overwriteTries = 100

// check reports whether the account may be changed under the precondition.
func (s *Service) check(ctx context.Context, p *access.Principal, m Match, a *models.Account, op string) error {
	switch {
	case m.Missing:
		return &models.RefusalError{
			Err:    models.ErrPreconditionRequired,
			Detail: "Send If-Match with the ETag of the account you read, so that nobody's change is lost.",
		}
	case m.Any || slices.Contains(m.Versions, a.Version):
		return nil
	default:
		return s.mismatch(ctx, p, a, op)
	}
}

// mismatch is the audited refusal of a stale version, with the current tag.
func (s *Service) mismatch(ctx context.Context, p *access.Principal, a *models.Account, op string) error {
	if op != opValidate { // which writes nothing, also no record
		s.Refused(ctx, p, "account."+op, a.ID, "stale If-Match")
	}
	return &models.RefusalError{
		Err: models.ErrVersionMismatch, ETag: s.view(p, a).ETag(),
		Detail: "The account was changed since you read it; read it again and repeat your change.",
	}
}

// Replace is PUT: the document replaces what is stored; members that are
// absent get their defaults, secrets that are absent are kept.
// Errors as Create, and models.ErrNotFound, models.ErrVersionMismatch (with
// the current tag), models.ErrPreconditionRequired.
func (s *Service) Replace(ctx context.Context, p *access.Principal, id string, m Match, body []byte) (*Result, error) {
	return s.update(ctx, p, id, m, opUpdate, func(a *models.Account) (*edit, error) {
		return s.replacement(ctx, p, a, body)
	})
}

// Patch is PATCH with a JSON merge patch (RFC 7396). Errors as Replace.
func (s *Service) Patch(ctx context.Context, p *access.Principal, id string, m Match, body []byte) (*Result, error) {
	return s.update(ctx, p, id, m, opUpdate, func(a *models.Account) (*edit, error) {
		return s.patched(ctx, p, a, body)
	})
}

// update reads, checks the precondition, judges what build makes of the stored
// account, and writes it if nobody was quicker.
func (s *Service) update(
	ctx context.Context, p *access.Principal, id string, m Match, op string,
	build func(*models.Account) (*edit, error),
) (*Result, error) {
	for try := 1; ; try++ {
		a, err := s.live(ctx, s.Store, p, id)
		if err != nil {
			return nil, err
		}
		if err := s.check(ctx, p, m, a, op); err != nil {
			return nil, err
		}
		r, err := s.updateFrom(ctx, p, a, m, op, build)
		if !errors.Is(err, models.ErrVersionMismatch) {
			return r, err
		}
		if !m.Any || try == overwriteTries {
			return nil, s.lost(ctx, p, id, op)
		}
	}
}

// lost is the refusal where someone was quicker between reading and writing.
func (s *Service) lost(ctx context.Context, p *access.Principal, id, op string) error {
	a, err := s.live(ctx, s.Store, p, id)
	if err != nil {
		return err
	}
	return s.mismatch(ctx, p, a, op)
}

func (s *Service) updateFrom(
	ctx context.Context, p *access.Principal, a *models.Account, m Match, op string,
	build func(*models.Account) (*edit, error),
) (*Result, error) {
	e, err := build(a)
	if err != nil {
		return nil, err
	}
	if err := s.mayEnable(ctx, e, op); err != nil {
		return nil, err
	}
	if err := s.verdict(ctx, e, op); err != nil {
		return nil, err
	}
	c, err := s.prepare(e, models.NewTime(s.now()))
	if err != nil {
		return nil, err
	}
	detail := e.detail
	if m.Any {
		detail = strings.TrimSpace(detail + " overwritten whatever was stored (If-Match: *)")
	}
	err = s.commit(ctx, p, c, op, detail, a.Version, nil)
	if err != nil {
		return nil, fmt.Errorf("%s account: %w", op, s.explain(ctx, p, c.account, op, err))
	}
	s.Audit.Committed(p.ContactCenter.ID)
	return &Result{Account: s.view(p, c.account), Warnings: e.c.Warnings(), Generated: e.generated}, nil
}

// mayEnable refuses to switch an account on whose feature is off.
func (s *Service) mayEnable(ctx context.Context, e *edit, op string) error {
	if !e.doc.Enabled || e.stored.Enabled || e.p.ContactCenter.HasFeature(e.def.Feature) {
		return nil
	}
	s.Refused(ctx, e.p, "account."+op, e.stored.ID, "feature "+e.def.Feature+" is not enabled")
	return featureOff(e.def.Feature)
}

// replacement judges a whole document against the stored account.
func (s *Service) replacement(ctx context.Context, p *access.Principal, a *models.Account, body []byte) (*edit, error) {
	in, err := input.Members(body)
	if err != nil {
		return nil, err
	}
	e, err := s.newReplacement(p, a, in)
	if err != nil {
		return nil, err
	}
	return e, s.judge(ctx, e)
}

// newReplacement is an edit that puts a document in the place of the stored
// account, still to be judged.
func (s *Service) newReplacement(
	p *access.Principal, a *models.Account, in map[string]json.RawMessage,
) (*edit, error) {
	e, err := s.newEdit(p, a)
	if err != nil {
		return nil, err
	}
	e.doc = readDocument(in, a, s.Catalog, e.c)
	e.given = presenceIn(e.doc.Properties)
	return e, nil
}

// patched judges what a merge patch makes of the stored account.
func (s *Service) patched(ctx context.Context, p *access.Principal, a *models.Account, body []byte) (*edit, error) {
	in, err := input.Members(body)
	if err != nil {
		return nil, err
	}
	base, err := storedDocument(a)
	if err != nil {
		return nil, err
	}
	merged, err := strict.MergePatch(base, body)
	if err != nil {
		return nil, fmt.Errorf("merge patch: %w", err)
	}
	result, _, err := strict.Object(merged)
	if err != nil {
		return nil, fmt.Errorf("merge patch: %w", err)
	}
	e, err := s.newEdit(p, a)
	if err != nil {
		return nil, err
	}
	e.doc = readDocument(result, a, s.Catalog, e.c)
	e.given = presenceIn(in["properties"])
	return e, s.judge(ctx, e)
}

func (s *Service) newEdit(p *access.Principal, a *models.Account) (*edit, error) {
	def, err := s.definition(a)
	if err != nil {
		return nil, err
	}
	return &edit{p: p, def: def, stored: a, c: s.newContext(p)}, nil
}
