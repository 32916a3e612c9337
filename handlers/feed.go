package handlers

import (
	"net/http"
	"time"

	"admin-api/api"
	"admin-api/events"
	"admin-api/models"
)

// feed is one stream of events.
type feed struct {
	stream
	server   *Server
	listener *events.Listener
	// query holds the position that the client has.
	query events.Query
	// center is the contact center of the stream.
	center string
}

// begin finds out where the stream starts and says so: a client that loses the
// connection before the first event knows then where to go on.
func (f *feed) begin(given bool) error {
	ctx := f.x.Request().Context()
	if !given {
		head, err := f.server.events.Head(ctx, f.x.principal)
		f.query.After = head
		if err == nil {
			f.endure()
			f.comment(head, "events from now on")
		}
		return err
	}
	position, gap, err := f.server.events.Resume(ctx, f.x.principal, f.query.After)
	if err != nil {
		return err
	}
	f.query.After = position
	f.endure()
	f.comment(position, "events behind "+headerLastEventID)
	if gap != nil {
		f.sendAt(position, eventGap, api.EventGap{After: gap.After, Before: gap.Before})
	}
	return nil
}

// endure frees the request from the time that others may take.
func (f *feed) endure() {
	f.x.ongoing = true
	f.x.SetRequest(f.x.Request().WithContext(f.x.whole))
	// Where the connection has no deadlines, it has none that could cut it.
	_ = http.NewResponseController(f.x.Response()).SetReadDeadline(time.Time{})
}

// run sends what comes.
func (f *feed) run() error {
	beat := time.NewTicker(f.server.beat)
	defer beat.Stop()
	for {
		connected, err := f.pass()
		if err != nil {
			return f.fail(err)
		}
		if !connected {
			return nil
		}
		select {
		case <-f.x.Request().Context().Done():
			return nil
		case <-f.listener.Ended():
			return nil
		case <-f.listener.More(f.query.After):
		case <-beat.C:
			if !f.comment(f.query.After, "still here") {
				return nil
			}
		}
	}
}

// pass sends all events behind the position of the client, as long as it may have
// them. It reports whether the client is still there.
func (f *feed) pass() (connected bool, err error) {
	for {
		if err := f.permitted(); err != nil {
			return false, err
		}
		page, err := f.server.events.Read(f.x.Request().Context(), f.x.principal, f.query)
		if err != nil {
			return false, err
		}
		for i := range page.Events {
			e := page.Events[i].Document()
			if !f.sendAt(e.Sequence, e.Type, api.Event(e)) {
				return false, nil
			}
		}
		if f.query.After = page.Position; !page.More {
			return true, nil
		}
	}
}

// permitted finds out anew who listens: a credential that was revoked, or lost its
// right, gets no further event.
func (f *feed) permitted() error {
	x := f.x
	if err := f.server.authenticate(x); err != nil {
		return err
	}
	if err := f.server.enter(x); err != nil {
		return err
	}
	switch {
	case x.principal.ContactCenter.ID != f.center:
		return models.ErrUnauthenticated
	case x.principal.MustChangePassword:
		return &api.RequestError{Code: api.CodePasswordChangeRequired}
	case !x.principal.Can(x.route.Scope):
		return models.ErrForbidden
	}
	return x.principal.Suspension(x.route.Scope)
}
