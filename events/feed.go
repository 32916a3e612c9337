package events

import (
	"context"
	"fmt"

	"admin-api/access"
	"admin-api/models"
)

// Query says which events are asked for.
type Query struct {
	// After is the position behind which they are.
	After int64
	// Types and AccountID select among them; empty selects all.
	Types     []string
	AccountID string
	// Limit is how many there may be.
	Limit int
}

// Page is a part of the feed.
type Page struct {
	Events []models.Event
	// Position is where the feed goes on, behind all that the query left out, too.
	Position int64
	// More: there is more already.
	More bool
}

// Gap are events that are no longer kept: those behind After and before Before.
type Gap struct{ After, Before int64 }

// Head returns the position of the last event.
func (s *Service) Head(ctx context.Context, p *access.Principal) (int64, error) {
	return s.Store.EventHead(ctx, p.ContactCenter.ID)
}

// Resume says where the feed goes on behind a position. Where events in between
// are no longer kept, or are unknown because the database was put back to an
// earlier copy, there is a gap.
func (s *Service) Resume(ctx context.Context, p *access.Principal, after int64) (position int64, gap *Gap, err error) {
	head, err := s.Store.EventHead(ctx, p.ContactCenter.ID)
	if err != nil {
		return 0, nil, fmt.Errorf("resume feed: %w", err)
	}
	next, err := s.Store.EventsAfter(ctx, models.EventFilter{
		ContactCenterID: p.ContactCenter.ID, After: after, Limit: 1,
	})
	if err != nil {
		return 0, nil, fmt.Errorf("resume feed: %w", err)
	}
	first := head + 1
	if len(next) > 0 {
		first = next[0].Sequence
	}
	switch {
	case after > head && len(next) == 0:
		return head, &Gap{After: after, Before: head + 1}, nil
	case after < first-1:
		return first - 1, &Gap{After: after, Before: first}, nil
	}
	return after, nil, nil
}

// Read returns the events that the query selects, oldest first.
func (s *Service) Read(ctx context.Context, p *access.Principal, q Query) (*Page, error) {
	// The head first: all events up to it are there to be read then.
	head, err := s.Store.EventHead(ctx, p.ContactCenter.ID)
	if err != nil {
		return nil, fmt.Errorf("read feed: %w", err)
	}
	found, err := s.Store.EventsAfter(ctx, models.EventFilter{
		ContactCenterID: p.ContactCenter.ID, After: q.After, Types: q.Types, AccountID: q.AccountID, Limit: q.Limit + 1,
	})
	if err != nil {
		return nil, fmt.Errorf("read feed: %w", err)
	}
	page := &Page{Events: found, Position: max(head, q.After)}
	if len(found) > q.Limit {
		page.Events, page.More = found[:q.Limit], true
	}
	if n := len(page.Events); n > 0 && (page.More || page.Events[n-1].Sequence > page.Position) {
		page.Position = page.Events[n-1].Sequence
	}
	return page, nil
}
