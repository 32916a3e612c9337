package audit

import (
	"context"
	"fmt"
	"strconv"

	"admin-api/models"
	"admin-api/paging"
)

// Page is a page of records, newest first.
type Page struct {
	Items []models.AuditEvent
	// NextCursor is empty on the last page.
	NextCursor string
}

// List returns a page of the records that match f, whose Page it sets. It
// returns models.ErrBadCursor for a cursor that was not made by it for the same
// filters.
func (l *Log) List(ctx context.Context, f models.AuditFilter, q paging.Query) (*Page, error) {
	f.Page = models.Page{}
	bound := paging.Bind("audit-events", f)
	page, err := paging.Start(l.Keys, q, bound)
	if err != nil {
		return nil, err
	}
	f.Page = page
	rows, err := l.Store.AuditEvents(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("list audit records: %w", err)
	}
	number := func(e *models.AuditEvent) string { return strconv.FormatInt(e.Sequence, 10) }
	out := &Page{}
	out.Items, out.NextCursor = paging.Cut(l.Keys, rows, page, bound, number)
	return out, nil
}

// Export calls fn with each record that matches f, oldest first, and stops at
// its first error, which it returns. It reads a few hundred at a time and ends
// with the record that was the last one when it began.
func (l *Log) Export(ctx context.Context, f models.AuditFilter, fn func(e *models.AuditEvent) error) error {
	head, err := l.Store.AuditHead(ctx, f.ContactCenterID)
	if err != nil {
		return fmt.Errorf("export audit records: %w", err)
	}
	return l.Store.WalkAuditEvents(ctx, f, 0, head.Sequence, fn)
}
