package handlers_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/api"
	"admin-api/events"
	"admin-api/handlers"
	"admin-api/models"
	"admin-api/scim"
	"admin-api/store/storetest"
)

const eventsPath = "/api/v1/events"

// message is one server-sent event; name is empty where only the position is told.
type message struct{ id, name, data string }

// listener is a client that follows the feed.
type listener struct {
	resp  *http.Response
	lines *bufio.Scanner
	leave context.CancelFunc
}

// listen opens a stream; last is where it goes on, empty for from now on.
func (s *stack) listen(t testing.TB, token, last string) *listener {
	t.Helper()
	return listenAt(t, s.client, s.URL+eventsPath, token, last)
}

func listenAt(t testing.TB, client *http.Client, url, token, last string) *listener {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	t.Cleanup(leave)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	resp, err := client.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { resp.Body.Close() })
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	return &listener{resp: resp, lines: bufio.NewScanner(resp.Body), leave: leave}
}

// next returns the next message, signs of life included; false at the end.
func (l *listener) next() (m message, more bool) {
	for l.lines.Scan() {
		field, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch field {
		case "id":
			m.id = value
		case "event":
			m.name = value
		case "data":
			m.data = value
		case "":
			if l.lines.Text() == "" {
				return m, true
			}
		}
	}
	return m, false
}

// event returns the next message that is an event.
func (l *listener) event(t testing.TB) (message, api.Event) {
	t.Helper()
	for {
		m, more := l.next()
		require.True(t, more, "the stream ended")
		if m.name == "" {
			continue
		}
		var e api.Event
		require.NoError(t, json.Unmarshal([]byte(m.data), &e))
		return m, e
	}
}

func TestEventPages(t *testing.T) {
	s := newStack(t)
	read := func(query string) api.EventPage {
		return decode[api.EventPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: eventsPath + query}))
	}
	empty := read("")
	require.Empty(t, empty.Items)
	require.Equal(t, "0", empty.LastEventID)
	a, b := s.create(t, "One"), s.create(t, "Two")
	s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: accountsPath + "/" + a.ID, Header: []string{"If-Match", "*"}})
	page := read("?pageSize=2")
	require.True(t, page.More)
	require.Equal(t, "2", page.LastEventID)
	require.Equal(t, []string{a.ID, b.ID}, []string{page.Items[0].AccountID, page.Items[1].AccountID})
	page = read("?lastEventId=2")
	require.Len(t, page.Items, 1)
	require.Equal(t, models.EventAccountDeleted, page.Items[0].Type)
	require.EqualValues(t, 2, page.Items[0].AccountVersion)
	require.False(t, page.More)
	require.Len(t, read("?type=account.created&type=account.updated&accountId="+b.ID).Items, 1)
	require.Equal(t, &api.EventGap{After: 9, Before: 4}, read("?lastEventId=9").Gap)

	for _, query := range []string{
		"?lastEventId=x", "?lastEventId=-1", "?lastEventId=01", "?lastEventId=99999999999999999999", "?lastEventId=", "?type=x",
		"?accountId=x", "?pageSize=0", "?after=1",
	} {
		s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: eventsPath + query})
	}
	page = decode[api.EventPage](t, s.must(t, http.StatusOK, call{
		Method: "GET", Path: eventsPath + "?pageSize=1", Header: []string{"Accept", "*/*"},
	}))
	require.Len(t, page.Items, 1, "who says how long a page may be wants one")
	for _, accept := range []string{"application/json", "text/event-stream"} {
		_, p := s.refused(t, api.CodeInvalidParameter, call{
			Method: "GET", Path: eventsPath, Header: []string{"Last-Event-ID", "abc", "Accept", accept},
		})
		require.Equal(t, "Last-Event-ID", p.Extra["header"])
	}
	s.refused(t, api.CodeForbidden, call{Method: "GET", Path: eventsPath, Token: s.token(t, models.ScopeAdmin)})
	s.must(t, http.StatusOK, call{Method: "HEAD", Path: eventsPath, Header: []string{"Accept", "text/event-stream"}})
	other := s.must(t, http.StatusOK, call{Method: "GET", Path: eventsPath, Token: s.contactCenter(t, "other.example")})
	require.Empty(t, decode[api.EventPage](t, other).Items, "another contact center has its own feed")
	s.requireNoSecret(t)
}

// However often the connection is lost, no event is.
func TestStreamLosesNothing(t *testing.T) {
	s := newStack(t)
	token := s.token(t, models.ScopeEventsRead)
	s.create(t, "before")
	l := s.listen(t, token, "")
	first, more := l.next()
	require.True(t, more)
	require.Equal(t, message{id: "1"}, first, "where it begins is told at once")
	l.leave()

	const accounts = 30
	var writing sync.WaitGroup
	for i := range 3 {
		writing.Go(func() {
			for n := range accounts / 3 {
				_, err := s.Accounts.Create(t.Context(), s.principal(), []byte(zendeskBody(fmt.Sprint(i, " ", n))), noKey)
				if err != nil {
					t.Errorf("create: %v", err)
				}
			}
		})
	}
	last, seen := first.id, map[string]bool{}
	for n := range accounts {
		if n%4 == 0 {
			l.leave()
			l = s.listen(t, token, last)
		}
		m, e := l.event(t)
		require.Equal(t, models.EventAccountCreated, m.name)
		require.Equal(t, strconv.Itoa(n+2), m.id)
		require.Equal(t, m.id, strconv.FormatInt(e.Sequence, 10))
		require.False(t, seen[e.AccountID])
		seen[e.AccountID], last = true, m.id
	}
	writing.Wait()
}

// Two servers on one database: each tells what happened at the other.
func TestStreamsOfTwoProcesses(t *testing.T) {
	s := newStack(t)
	other := &events.Service{
		Store: s.Store, Keys: s.Accounts.Keys, Audit: s.Accounts.Audit, Outbound: s.Accounts.Outbound, Poll: time.Millisecond,
	}
	server, err := handlers.New(handlers.Config{
		Accounts: s.Accounts, Access: s.Access, Events: other, SSO: s.SSO, Catalog: s.Accounts.Catalog, Now: s.Clock.now,
		SCIM: &scim.Service{Store: s.Store, Access: s.Access},
	})
	require.NoError(t, err)
	there := httptest.NewServer(server.Handler())
	t.Cleanup(func() { other.Close(); there.Close() })
	one, two := s.listen(t, s.Token, "0"), listenAt(t, there.Client(), there.URL+eventsPath, s.Token, "0")
	a := s.create(t, "One")
	for _, l := range []*listener{one, two} {
		_, e := l.event(t)
		require.Equal(t, a.ID, e.AccountID)
	}
}

func TestStreamFilters(t *testing.T) {
	s := newStack(t)
	l := listenAt(t, s.client, s.URL+eventsPath+"?type=account.updated&lastEventId=0", s.Token, "")
	a := s.create(t, "One")
	s.must(t, http.StatusOK, call{
		Method: "PATCH", Path: accountsPath + "/" + a.ID, Body: `{"description":"d"}`, Header: []string{"If-Match", "*"},
	})
	m, e := l.event(t)
	require.Equal(t, message{"2", models.EventAccountUpdated, m.data}, m)
	require.EqualValues(t, 2, e.AccountVersion)
}

func TestStreamTellsGaps(t *testing.T) {
	s := newStack(t)
	for i := range 3 {
		s.create(t, fmt.Sprint("a", i))
	}
	_, err := s.Store.DeleteEvents(t.Context(), models.NewTime(s.Clock.now().Add(time.Hour)), 2)
	require.NoError(t, err)
	l := s.listen(t, s.Token, "1")
	m, _ := l.event(t)
	require.Equal(t, message{"2", "feed.gap", `{"after":1,"before":3}`}, m)
	m, _ = l.event(t)
	require.Equal(t, "3", m.id)
}

// A credential that ends takes its stream along, quiet or not.
func TestRevokedTokenEndsItsStream(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) { c.Heartbeat = 5 * time.Millisecond })
	id, token, err := s.Access.CreateToken(t.Context(), access.Principal{ID: "system", Name: "test"}, access.NewTokenInput{
		ContactCenterID: s.center.ID, Name: "feed", Scopes: models.Strings{models.ScopeEventsRead},
	})
	require.NoError(t, err)
	l := s.listen(t, token, "")
	_, more := l.next()
	require.True(t, more)
	_, err = s.Access.RevokeToken(t.Context(), access.Principal{ID: "system", Name: "test"}, s.center.ID, id)
	require.NoError(t, err)
	for {
		m, more := l.next()
		if m.name == "problem" {
			require.Contains(t, m.data, `"code":"unauthenticated"`)
			_, more = l.next()
			require.False(t, more)
			break
		}
		require.True(t, more, "the last event says why")
	}
	s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: eventsPath, Token: token})
}

// A page that is left open does not keep its session, and whatever ends the session
// or takes it its use ends the stream.
func TestStreamsOfSessions(t *testing.T) {
	tests := map[string]func(t *testing.T, s *stack, l *listener){
		"unused for too long": func(t *testing.T, s *stack, l *listener) {
			s.Clock.move(20 * time.Minute)
			s.create(t, "Support")
			l.event(t) // by then the credential was looked at again
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			s.Access.RecordUses(ctx) // those until now, at once
			s.Clock.move(11 * time.Minute)
		},
		"must change the password": func(t *testing.T, s *stack, _ *listener) {
			s.must(t, http.StatusOK, call{
				Method: "PATCH", Path: "/api/v1/users/" + s.admin(t).ID, Body: `{"changePassword":true}`,
			})
		},
		"suspended": func(t *testing.T, s *stack, _ *listener) {
			_, err := storetest.Raw(t, "sqlite:"+s.Store.Path()).ExecContext(t.Context(), "UPDATE contact_centers SET suspended = 1")
			require.NoError(t, err)
		},
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			s := newStack(t, func(c *handlers.Config) { c.Heartbeat = 5 * time.Millisecond })
			with := s.signIn(t)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+eventsPath, http.NoBody)
			require.NoError(t, err)
			r.Header.Set("Accept", "text/event-stream")
			r.Header.Set(with[0], with[1])
			resp, err := s.client.Do(r)
			require.NoError(t, err)
			defer resp.Body.Close()
			require.Equal(t, http.StatusOK, resp.StatusCode)
			l := &listener{resp: resp, lines: bufio.NewScanner(resp.Body)}
			for range 3 {
				_, more := l.next()
				require.True(t, more)
			}
			end(t, s, l)
			last := message{}
			for more := true; more; {
				var m message
				if m, more = l.next(); more {
					last = m
				}
			}
			require.Equal(t, "problem", last.name)
			require.NotEqual(t, http.StatusOK, s.do(t, call{Method: "GET", Path: eventsPath, Token: "-", Header: with}).Status)
		})
	}
}

func TestTooManyStreams(t *testing.T) {
	s := newStack(t)
	token := s.token(t, models.ScopeEventsRead)
	for range events.MostListeners {
		s.listen(t, token, "")
	}
	stream := []string{"Accept", "text/event-stream"}
	_, p := s.refused(t, api.CodeRateLimited, call{Method: "GET", Path: eventsPath, Token: token, Header: stream})
	require.Contains(t, p.Detail, "10 streams")
	s.must(t, http.StatusOK, call{Method: "GET", Path: eventsPath, Token: token})
	s.listen(t, s.Token, "") // others have their own
}

// Neither the time for a request nor those of the http.Server cut a stream. That time
// is one in which a busy machine, too, begins to answer.
func TestStreamOutlivesTheTimesOfRequests(t *testing.T) {
	const short = time.Second
	s := newStack(t, func(c *handlers.Config) { c.RequestTimeout, c.Heartbeat = short, short/10 })
	server := httptest.NewUnstartedServer(s.Server.Handler())
	server.Config.ReadTimeout, server.Config.WriteTimeout = short, short
	server.Start()
	t.Cleanup(func() { s.Events.Close(); server.Close() })
	l := listenAt(t, server.Client(), server.URL+eventsPath, s.Token, "")
	for range 20 {
		m, more := l.next()
		require.True(t, more)
		require.Equal(t, "0", m.id)
	}
	s.Events.Close()
	for more := true; more; {
		_, more = l.next()
	}
	require.NoError(t, l.lines.Err(), "it ends in order")
}
