package accounts

import (
	"context"
	"slices"
	"strconv"

	"admin-api/access"
	"admin-api/input"
	"admin-api/models"
	"admin-api/strict"
	"admin-api/validation"
)

// ExportInput says which accounts are exported.
type ExportInput struct {
	// Types and Labels select accounts; none selects all.
	Types  []string          `json:"types"`
	Labels map[string]string `json:"labels"`
	// IDs: the set names each account by its id too, so that it can be renamed.
	IDs      bool `json:"ids"`
	PageSize int  `json:"pageSize" validate:"min=1,max=200"`
	// Cursor is the NextCursor of the page before, with the same selection.
	Cursor string `json:"cursor"`
}

// exportPage is how many accounts a page of an export has if nobody says.
const exportPage = 200

// Export returns a page of the live accounts in the order of their names, and how
// it was asked for. The body is an ExportInput, or empty for all accounts. Errors:
// *strict.SyntaxError, validation.Errors, models.ErrBadCursor.
func (s *Service) Export(ctx context.Context, p *access.Principal, body []byte) (*ListResult, ExportInput, error) {
	in := ExportInput{PageSize: exportPage}
	if len(body) > 0 {
		c := &validation.Context{}
		if err := input.Decode(body, &in, c); err != nil {
			return nil, in, err
		}
		for i, typ := range in.Types {
			if _, known := s.Catalog.Definition(typ); !known {
				c.Violate(strict.Pointer("types", strconv.Itoa(i)), "unknown_type",
					"There is no such type; GET /api/v1/integration-types lists them.")
			}
		}
		if err := c.Err(); err != nil {
			return nil, in, err
		}
	}
	slices.Sort(in.Types)
	page, err := s.List(ctx, p, ListQuery{
		Filter: models.AccountFilter{Types: in.Types, Labels: in.Labels, Sort: models.SortByName, Limit: in.PageSize},
		Cursor: in.Cursor,
	})
	return page, in, err
}
