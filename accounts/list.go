package accounts

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
)

// ListQuery selects a page of accounts.
type ListQuery struct {
	// Filter holds what the store can compare; ContactCenterID, After and the
	// members below are set by List. Limit is the page's size.
	Filter models.AccountFilter
	// Name is compared with NFC and case folded.
	Name string
	// Q holds words; each must be the prefix of a word of name, description
	// or labels.
	Q string
	// ExpiringWithin, when positive, selects accounts with a certificate that
	// expires within that time from now, or has expired.
	ExpiringWithin time.Duration
	// Cursor is the NextCursor of the page before.
	Cursor string
}

// ListResult is a page of accounts.
type ListResult struct {
	Items []models.AccountView
	// NextCursor is empty on the last page.
	NextCursor string
}

// List returns a page of accounts. It returns models.ErrBadRequest for a
// cursor that was not made by us for the same filters.
func (s *Service) List(ctx context.Context, p *access.Principal, q ListQuery) (*ListResult, error) {
	f := q.Filter
	f.ContactCenterID = p.ContactCenter.ID
	f.NameKey = models.NameKey(q.Name)
	f.Query = strings.Fields(models.NameKey(q.Q))
	filter := f
	filter.Limit, filter.After = 0, nil // a cursor holds for pages of any size
	bound := paging.Bind("accounts", filter, q.ExpiringWithin)
	if f.Deleted == models.DeletedInclude || f.Deleted == models.DeletedOnly {
		f.DeletedSince = models.NewTime(s.now().Add(-s.Retention)) // older ones are gone for good
	}
	if q.ExpiringWithin > 0 {
		f.ExpiresBefore = models.NewTime(s.now().Add(q.ExpiringWithin))
	}
	if q.Cursor != "" {
		f.After = &models.Position{}
		if err := paging.Open(s.Keys, q.Cursor, bound, f.After); err != nil {
			return nil, err
		}
	}
	limit := f.Limit
	f.Limit++ // one more tells whether there is a next page
	rows, err := s.Store.ListAccounts(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	out := &ListResult{Items: make([]models.AccountView, 0, min(len(rows), limit))}
	if len(rows) > limit {
		rows = rows[:limit]
		out.NextCursor = paging.Seal(s.Keys, bound, position(&rows[limit-1], f.Sort))
	}
	for i := range rows {
		out.Items = append(out.Items, *s.view(p, &rows[i]))
	}
	return out, nil
}

// position is where an account stands in a list with the sort order.
func position(a *models.Account, sort string) models.Position {
	at := models.Position{ID: a.ID}
	switch sort {
	case models.SortByName:
		at.Value = a.NameKey
	case models.SortByType:
		at.Value = a.Type
	case models.SortByUpdatedAt:
		at.Value = strconv.FormatInt(a.UpdatedAt.UnixMilli(), 10)
	}
	return at
}
