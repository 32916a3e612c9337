package accounts

import (
	"context"
	"encoding/json"
	"errors"

	"admin-api/access"
	"admin-api/input"
	"admin-api/models"
	"admin-api/validation"
)

// Validate judges a draft as Create would or, where it has a member id, as
// Patch would, without writing or dialling anything. Where the account's
// document as such cannot be read, errors are those of Create.
func (s *Service) Validate(ctx context.Context, p *access.Principal, body []byte) (*Report, error) {
	in, err := input.Members(body)
	if err != nil {
		return asReport(err)
	}
	var id string
	if text, ok := in["id"]; ok && json.Unmarshal(text, &id) == nil && id != "" {
		return s.validateStored(ctx, p, id, Match{Any: true}, body, s.patched)
	}
	return s.ValidateCreate(ctx, p, body)
}

// ValidateCreate judges a document as Create would, without writing.
func (s *Service) ValidateCreate(ctx context.Context, p *access.Principal, body []byte) (*Report, error) {
	e, err := s.draft(ctx, p, body)
	if err != nil {
		return asReport(err)
	}
	return s.report(ctx, e)
}

// ValidateReplace judges a document as Replace would, without writing.
func (s *Service) ValidateReplace(
	ctx context.Context, p *access.Principal, id string, m Match, body []byte,
) (*Report, error) {
	return s.validateStored(ctx, p, id, m, body, s.replacement)
}

// ValidatePatch judges a merge patch as Patch would, without writing.
func (s *Service) ValidatePatch(
	ctx context.Context, p *access.Principal, id string, m Match, body []byte,
) (*Report, error) {
	return s.validateStored(ctx, p, id, m, body, s.patched)
}

func (s *Service) validateStored(
	ctx context.Context, p *access.Principal, id string, m Match, body []byte,
	build func(context.Context, *access.Principal, *models.Account, []byte) (*edit, error),
) (*Report, error) {
	a, err := s.live(ctx, s.Store, p, id)
	if err != nil {
		return nil, err
	}
	if err := s.check(ctx, p, m, a, opValidate); err != nil {
		return nil, err
	}
	e, err := build(ctx, p, a, body)
	if err != nil {
		return asReport(err)
	}
	return s.report(ctx, e)
}

// asReport turns violations of the document's shape into a report; other
// errors stay errors.
func asReport(err error) (*Report, error) {
	if broken, ok := shapeOnly(err); ok {
		return &Report{Errors: broken}, nil
	}
	return nil, err
}

// report adds what only the database knows: whether the name is free, whether
// there may be one more, and whether administrators would be shut out.
func (s *Service) report(ctx context.Context, e *edit) (*Report, error) {
	if e.def != nil {
		if err := s.judgePlace(ctx, e); err != nil {
			return nil, err
		}
		if err := s.judgeWayIn(ctx, e, e.c); err != nil {
			return nil, err
		}
	}
	broken := e.c.Errors()
	return &Report{Valid: len(broken) == 0, Errors: broken, Warnings: e.c.Warnings()}, nil
}

func (s *Service) judgePlace(ctx context.Context, e *edit) error {
	center := e.p.ContactCenter.ID
	holder, err := found(s.Store.NameHolder(ctx, center, models.NameKey(e.doc.Name)))
	if err != nil {
		return err
	}
	if holder != "" && holder != storedID(e.stored) {
		e.c.Violate("/name", "name_taken", "Another account of the contact center has this name; choose another.")
	}
	if key := limitKey(e.def); key != nil && e.stored == nil {
		other, err := found(s.Store.FindLimit(ctx, center, *key))
		if err != nil {
			return err
		}
		if other != "" {
			e.c.Add(validation.Violation{
				Pointer: "/type", Code: "limit_reached", Params: map[string]any{"existingId": other},
				Detail: "The contact center has its one account of this kind already; change that one.",
			})
		}
	}
	if e.p.ContactCenter.HasFeature(e.def.Feature) {
		return nil
	}
	switch {
	case e.stored == nil:
		e.c.Violate("/type", "feature_not_enabled", "The service provider has not switched this type on.")
	case e.doc.Enabled && !e.stored.Enabled:
		e.c.Violate("/enabled", "feature_not_enabled", "The service provider has not switched this type on.")
	}
	return nil
}

// found returns an id, empty where there is none.
func found(id string, err error) (string, error) {
	if errors.Is(err, models.ErrNotFound) {
		return "", nil
	}
	return id, err
}
