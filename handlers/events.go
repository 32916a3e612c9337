package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"admin-api/api"
	"admin-api/events"
	"admin-api/models"
)

const (
	eventsPath        = "/api/v1/events"
	headerLastEventID = "Last-Event-ID"
	paramLastEventID  = "lastEventId"
	// eventGap is the name of the event that tells of events that are no longer kept.
	eventGap = "feed.gap"
	// streamPatience is how long a client may take to receive what is sent.
	streamPatience = 20 * time.Second
	// streamBatch is how many events are read at once for a stream.
	streamBatch = 100
)

func eventRoutes() []route {
	query := single("accountId", "pageSize", paramLastEventID)
	query.names["type"] = true
	return []route{{
		Route: Route{"event.list", http.MethodGet, eventsPath, models.ScopeEventsRead}, do: (*Server).listEvents,
		query: query,
	}}
}

// listEvents answers the feed, as a stream or page by page.
//
//	@ID          listEvents
//	@Summary     Follow what happens to the accounts
//	@Description Needs the scope events:read. Events are in the order of their commits and told at least once; they hold ids
//	@Description and types only. They are sent as they happen, from now on or behind the event that Last-Event-ID names. With
//	@Description Accept: application/json, or with pageSize, a page answers those behind lastEventId, without one the oldest kept.
//	@Description Events are kept for 30 days. Where some are gone, the stream begins with an event feed.gap, and a page
//	@Description has the member gap.
//	@Tags        events
//	@Security    BearerAuth
//	@Produce     json,text/event-stream
//	@Param       type           query  []string false "Types of events, any of them" collectionFormat(multi) Enums(account.created,account.updated,account.deleted,account.undeleted,account.rolled_back,account.authorized,account.purged,account.default_moved,account.health_changed,certificate.expiring,certificate.expired)
//	@Param       accountId      query  string   false "Events of this account" Format(uuid)
//	@Param       lastEventId    query  string   false "Position behind which the feed begins; the header field counts before it"
//	@Param       pageSize       query  int      false "Events per page" minimum(1) maximum(200) default(50)
//	@Param       Last-Event-ID  header string   false "Position behind which the feed begins, as browsers send it"
//	@Param       Contact-Center header string   false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.EventPage
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /events [get]
func (s *Server) listEvents(x *exchange) error {
	q, err := x.feedQuery()
	if err != nil {
		return err
	}
	after, given, err := x.lastEventID()
	if err != nil {
		return err
	}
	q.After = after
	if x.isHead() || x.query.Has("pageSize") || wantsJSON(x.Request().Header) {
		return s.pageEvents(x, q, given)
	}
	return s.streamEvents(x, q, given)
}

// feedQuery reads which events are asked for.
func (x *exchange) feedQuery() (events.Query, error) {
	f := &filters{query: x.query}
	q := events.Query{Types: f.someOf("type", models.AllEventTypes()), Limit: f.size()}
	if id, ok := f.get("accountId"); ok {
		if q.AccountID = id; !models.ValidID(id) {
			f.refuse("accountId", "must be the id of an account")
		}
	}
	return q, f.err
}

// lastEventID reads the position of the client. The header field counts before the
// parameter, because browsers that connect again repeat the address and add it.
func (x *exchange) lastEventID() (position int64, given bool, err error) {
	const form = "must be the id of an event of the feed, a whole number"
	fields := x.Request().Header[http.CanonicalHeaderKey(headerLastEventID)]
	if len(fields) > 0 {
		position, ok := parsePosition(fields[0])
		if len(fields) > 1 || !ok {
			return 0, false, badHeader(headerLastEventID, form)
		}
		return position, true, nil
	}
	f := &filters{query: x.query}
	text, given := f.get(paramLastEventID)
	if !given {
		return 0, false, f.err
	}
	position, ok := parsePosition(text)
	if !ok {
		return 0, false, badParam(paramLastEventID, form)
	}
	return position, true, nil
}

func parsePosition(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0 && strconv.FormatInt(n, 10) == text
}

// pageEvents answers a page.
func (s *Server) pageEvents(x *exchange, q events.Query, given bool) error {
	ctx := x.Request().Context()
	out := api.EventPage{}
	if given {
		position, gap, err := s.events.Resume(ctx, x.principal, q.After)
		if err != nil {
			return err
		}
		q.After = position
		if gap != nil {
			out.Gap = &api.EventGap{After: gap.After, Before: gap.Before}
		}
	}
	page, err := s.events.Read(ctx, x.principal, q)
	if err != nil {
		return err
	}
	out.Items, out.More = api.NewEvents(page.Events), page.More
	out.LastEventID = strconv.FormatInt(page.Position, 10)
	return x.json(http.StatusOK, out)
}

// streamEvents sends events until the client leaves, its credential ends or the
// server stops.
func (s *Server) streamEvents(x *exchange, q events.Query, given bool) error {
	l, err := s.events.Listen(x.principal)
	if errors.Is(err, models.ErrRateLimited) {
		return &api.RequestError{
			Code: api.CodeRateLimited, RetryAfter: s.beat,
			Detail: fmt.Sprintf("A credential may have at most %d streams of events at once; end one first.",
				events.MostListeners),
		}
	}
	if err != nil {
		return err
	}
	defer l.Close()
	s.metrics.streams.Inc()
	defer s.metrics.streams.Dec()
	f := &feed{
		stream: stream{x: x, patience: streamPatience}, server: s, listener: l, query: q,
		center: x.principal.ContactCenter.ID,
	}
	f.query.Limit = streamBatch
	if err := f.begin(given); err != nil {
		return err
	}
	return f.run()
}
