package accounts

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/models"
)

// Sizes of a page of a list.
const (
	DefaultPage = 50
	MaxPage     = 200
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
	bound := s.bind("accounts", f, q.ExpiringWithin)
	if f.Deleted == models.DeletedInclude || f.Deleted == models.DeletedOnly {
		f.DeletedSince = models.NewTime(s.now().Add(-s.Retention)) // older ones are gone for good
	}
	if q.ExpiringWithin > 0 {
		f.ExpiresBefore = models.NewTime(s.now().Add(q.ExpiringWithin))
	}
	if q.Cursor != "" {
		f.After = &models.Position{}
		if err := s.openCursor(q.Cursor, bound, f.After); err != nil {
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
		out.NextCursor = s.sealCursor(bound, position(&rows[limit-1], f.Sort))
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

// bind describes what a cursor belongs to: the list and its filters, but not
// the size of the page.
func (s *Service) bind(list string, what ...any) []byte {
	if f, ok := what[0].(models.AccountFilter); ok {
		f.Limit, f.After = 0, nil
		what[0] = f
	}
	bound, err := json.Marshal(what)
	if err != nil { // strings, numbers and times only
		panic(fmt.Sprintf("bind cursor: %v", err))
	}
	return append([]byte(list+"\x00"), bound...)
}

const cursorMAC = 16

// sealCursor makes a cursor: a position and its MAC with what it is bound to.
func (s *Service) sealCursor(bound []byte, position any) string {
	text, err := json.Marshal(position)
	if err != nil {
		panic(fmt.Sprintf("seal cursor: %v", err))
	}
	return base64.RawURLEncoding.EncodeToString(append(s.Keys.MAC("cursor", bound, text)[:cursorMAC], text...))
}

// openCursor reads a cursor made by sealCursor with the same bound.
func (s *Service) openCursor(cursor string, bound []byte, position any) error {
	refused := &models.RefusalError{
		Err:    models.ErrBadCursor,
		Detail: "The cursor was not made for this list and these filters; begin again without it.",
	}
	data, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(data) <= cursorMAC {
		return refused
	}
	if !hmac.Equal(data[:cursorMAC], s.Keys.MAC("cursor", bound, data[cursorMAC:])[:cursorMAC]) {
		return refused
	}
	if json.Unmarshal(data[cursorMAC:], position) != nil {
		return refused
	}
	return nil
}
