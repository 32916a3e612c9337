package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
)

// VersionSummary says who made a version, and how.
type VersionSummary struct {
	Version   int64       `json:"version"`
	Operation string      `json:"operation"`
	CreatedAt models.Time `json:"createdAt"`
	CreatedBy string      `json:"createdBy"`
}

// VersionPage is a page of versions, newest first.
type VersionPage struct {
	Items      []VersionSummary
	NextCursor string
}

// CheckPage is a page of checks, newest first.
type CheckPage struct {
	Items      []models.CheckResult
	NextCursor string
}

// ReferencePage is a page of references in the order of their keys.
type ReferencePage struct {
	Items      []models.Reference
	NextCursor string
}

// page opens the cursor of a list that belongs to one account and returns what
// to ask the store for: one element more than the page holds.
func (s *Service) page(
	ctx context.Context, p *access.Principal, list, id string, q paging.Query,
) (page models.Page, bound []byte, err error) {
	if _, err := s.live(ctx, s.Store, p, id); err != nil {
		return page, nil, err
	}
	bound = paging.Bind(list, p.ContactCenter.ID, id)
	page, err = paging.Start(s.Keys, q, bound)
	return page, bound, err
}

// Versions lists the versions of an account.
func (s *Service) Versions(ctx context.Context, p *access.Principal, id string, q paging.Query) (*VersionPage, error) {
	page, bound, err := s.page(ctx, p, "versions", id, q)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.Versions(ctx, p.ContactCenter.ID, id, page)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	number := func(v *models.AccountVersion) string { return strconv.FormatInt(v.Version, 10) }
	rows, next := paging.Cut(s.Keys, rows, page, bound, number)
	out := &VersionPage{Items: make([]VersionSummary, 0, len(rows)), NextCursor: next}
	for _, v := range rows {
		out.Items = append(out.Items, VersionSummary{v.Version, v.Operation, v.CreatedAt, v.CreatedBy})
	}
	return out, nil
}

// Version returns an account as it was at a version. It returns
// models.ErrNotFound where there is no such account or version.
func (s *Service) Version(ctx context.Context, p *access.Principal, id string, n int64) (*models.AccountView, error) {
	if _, err := s.live(ctx, s.Store, p, id); err != nil {
		return nil, err
	}
	a, err := s.versionRow(ctx, p, id, n)
	if err != nil {
		return nil, err
	}
	return s.viewVersion(p, a), nil
}

func (s *Service) versionRow(ctx context.Context, p *access.Principal, id string, n int64) (*models.Account, error) {
	v, err := s.Store.Version(ctx, p.ContactCenter.ID, id, n)
	if err != nil {
		return nil, err
	}
	return fromSnapshot(v.Document)
}

// viewVersion shows a past state. Which key sealed a secret then says nothing
// about now, so none counts as unreadable.
func (s *Service) viewVersion(p *access.Principal, a *models.Account) *models.AccountView {
	v := s.view(p, a)
	v.Unreadable = nil
	return v
}

// Checks lists the recorded probes of an account.
func (s *Service) Checks(ctx context.Context, p *access.Principal, id string, q paging.Query) (*CheckPage, error) {
	page, bound, err := s.page(ctx, p, "checks", id, q)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.Checks(ctx, p.ContactCenter.ID, id, page)
	if err != nil {
		return nil, fmt.Errorf("list checks: %w", err)
	}
	rows, next := paging.Cut(s.Keys, rows, page, bound, func(c *models.Check) string { return c.ID })
	out := &CheckPage{Items: make([]models.CheckResult, len(rows)), NextCursor: next}
	for i, c := range rows {
		if err := json.Unmarshal(c.Document, &out.Items[i]); err != nil {
			return nil, fmt.Errorf("decode check: %w", err)
		}
	}
	return out, nil
}
