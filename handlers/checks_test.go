package handlers_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
)

func TestTestAccount(t *testing.T) {
	s := newStack(t)
	a := s.create(t, "Support")
	path := accountsPath + "/" + a.ID + "/test"

	stored := decode[api.Check](t, s.must(t, http.StatusOK, call{Method: "POST", Path: path}))
	require.Equal(t, models.CheckPassed, stored.Status)
	require.Equal(t, "ann@acme.com", stored.Identity)
	require.False(t, stored.Draft)
	require.Equal(t, int64(1), stored.AccountVersion)

	edits := `{"properties":{"apiToken":"` + newSecret + `"}}`
	edited := decode[api.Check](t, s.must(t, http.StatusOK, call{Method: "POST", Path: path, Body: edits}))
	require.Equal(t, models.CheckFailed, edited.Status)
	require.Equal(t, "credentials", *edited.Cause)
	require.True(t, edited.Draft)

	draft := decode[api.Check](t, s.must(t, http.StatusOK, call{Method: "POST", Path: accountsPath + "/test", Body: zendeskBody("x")}))
	require.Equal(t, models.CheckPassed, draft.Status)

	s.refused(t, api.CodeValidationFailed, call{Method: "POST", Path: path, Body: `{"properties":{"url":"https://other.zendesk.com"}}`})
	s.refused(t, api.CodeMalformedJSON, call{Method: "POST", Path: accountsPath + "/test"})

	list := decode[api.CheckPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath + "/" + a.ID + "/checks"}))
	require.Len(t, list.Items, 1, "only what is stored has a record")
	require.Equal(t, stored.Steps, list.Items[0].Steps)
	read := decode[api.Account](t, s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath + "/" + a.ID}))
	require.Equal(t, models.HealthOK, read.Health.Status)
	require.Equal(t, "1-1", read.ETag)
	s.requireNoSecret(t)
}

// event is one server-sent event.
type event struct{ name, data string }

func readEvents(t *testing.T, text string) []event {
	t.Helper()
	var out []event
	for block := range strings.SplitSeq(strings.TrimSuffix(text, "\n\n"), "\n\n") {
		name, data, ok := strings.Cut(strings.TrimPrefix(block, "event: "), "\ndata: ")
		require.True(t, ok, block)
		require.True(t, json.Valid([]byte(data)), data)
		out = append(out, event{name, data})
	}
	return out
}

func TestTestAccountAsEvents(t *testing.T) {
	s := newStack(t)
	path := accountsPath + "/" + s.create(t, "Support").ID + "/test"
	stream := []string{"Accept", "text/event-stream"}
	a := s.must(t, http.StatusOK, call{Method: "POST", Path: path, Header: stream})
	require.Equal(t, "text/event-stream", a.Header.Get("Content-Type"))
	events := readEvents(t, a.Body)
	last := events[len(events)-1]
	require.Equal(t, "check", last.name)
	var check api.Check
	require.NoError(t, json.Unmarshal([]byte(last.data), &check))
	require.Equal(t, models.CheckPassed, check.Status)

	var steps []models.CheckStep
	for _, e := range events[:len(events)-1] {
		require.Equal(t, "step", e.name)
		var step models.CheckStep
		require.NoError(t, json.Unmarshal([]byte(e.data), &step))
		steps = append(steps, step)
	}
	require.Equal(t, check.Steps, steps, "the same steps, in the same order")

	s.refused(t, api.CodeValidationFailed, call{Method: "POST", Path: accountsPath + "/test", Body: `{}`, Header: stream})
	s.refused(t, api.CodeMalformedJSON, call{Method: "POST", Path: accountsPath + "/test", Body: `{`, Header: stream})
	s.requireNoSecret(t)
}

// The first step must reach the client while the probe still runs.
func TestEventsAreSentAtOnce(t *testing.T) {
	s := newStack(t)
	id := s.create(t, "Support").ID
	release := make(chan struct{})
	s.Remote.play(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		w.WriteHeader(http.StatusUnauthorized)
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+accountsPath+"/"+id+"/test", http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+s.Token)
	r.Header.Set("Accept", "text/event-stream")
	resp, err := s.client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	require.True(t, lines.Scan())
	require.Equal(t, "event: step", lines.Text())
	close(release)
	var rest []string
	for lines.Scan() {
		rest = append(rest, lines.Text())
	}
	require.Contains(t, rest, "event: check")
}

func TestRequestTimeout(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) { c.RequestTimeout = moment })
	test := call{Method: "POST", Path: accountsPath + "/test", Body: waitingBody}
	a, _ := s.refused(t, api.CodeTimeout, test)
	require.Equal(t, http.StatusServiceUnavailable, a.Status)
	require.Equal(t, "5", a.Header.Get("Retry-After"))

	test.Header = []string{"Accept", "text/event-stream"}
	events := readEvents(t, s.must(t, http.StatusOK, test).Body)
	require.Equal(t, "step", events[0].name)
	last := events[len(events)-1]
	require.Equal(t, "problem", last.name, "what fails after the first event is told by an event")
	require.Contains(t, last.data, `"code":"timeout"`)
}

func TestRequestTimeoutInTheDatabase(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) { c.RequestTimeout = time.Nanosecond })
	s.refused(t, api.CodeTimeout, call{Method: "GET", Path: accountsPath})
}

func TestClientGone(t *testing.T) {
	s := newStack(t)
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+accountsPath+"/test", strings.NewReader(waitingBody))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+s.Token)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	resp, err := s.client.Do(r) // returns with the first event
	require.NoError(t, err)
	defer resp.Body.Close()
	leave()
	s.close() // returns when the request has ended
	require.Contains(t, s.Printed.String(), `"status":499`)
	require.NotContains(t, s.Printed.String(), `"level":"ERROR"`)
}
