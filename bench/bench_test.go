package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFloorChecksTheTokenAndAnswersTheBytes(t *testing.T) {
	dir := t.TempDir()
	body := bytes.Repeat([]byte(`{"items":[]}`), 1000)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "page"), body, 0o600))
	handler, err := floorHandler(dir, "right")
	require.NoError(t, err)

	for token, status := range map[string]int{"right": http.StatusOK, "wrong": http.StatusUnauthorized, "": http.StatusUnauthorized} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/page", http.NoBody)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		require.Equal(t, status, w.Code, "token %q", token)
		if status == http.StatusOK {
			require.Equal(t, body, w.Body.Bytes())
			require.Equal(t, "application/json", w.Header().Get("Content-Type"))
			require.Equal(t, "12000", w.Header().Get("Content-Length"))
		}
	}
}

func TestOptions(t *testing.T) {
	got, err := parse([]string{"-rounds", "1", "-duration", "2s", "-check", "-json"})
	require.NoError(t, err)
	require.Equal(t, options{rounds: 1, duration: 2 * time.Second, connections: 16, accounts: 200, check: true, json: true}, got)

	for _, args := range [][]string{
		{"-rounds", "0"}, {"-duration", "1500ms"}, {"-duration", "0s"}, {"-connections", "1"}, {"-accounts", "50"}, {"extra"},
	} {
		_, err := parse(args)
		require.Error(t, err, "%v", args)
	}
}

func TestCommandsDoNotInheritSettings(t *testing.T) {
	t.Setenv("ADMIN_API_DATABASE", "postgres://production.invalid/")
	c := serverConfig{binary: "admin-api", data: "here"}
	env := c.command(t.Context(), "serve").Env
	require.NotContains(t, env, "ADMIN_API_DATABASE=postgres://production.invalid/")
	require.Contains(t, env, "ADMIN_API_DATA=here")
	require.Contains(t, env, "PATH="+os.Getenv("PATH"))
}

func TestQuantileAndMedian(t *testing.T) {
	var times []time.Duration
	for i := range 200 {
		times = append(times, time.Duration(i+1))
	}
	require.EqualValues(t, 100, quantile(times, 0.5))
	require.EqualValues(t, 198, quantile(times, 0.99))
	require.EqualValues(t, 1, quantile(times[:1], 0.99))

	same := func(v float64) float64 { return v }
	require.InDelta(t, 3, median([]float64{9, 1, 3}, same), 0)
	require.InDelta(t, 2, median([]float64{3, 1, 9, 1}, same), 0)
}

func figures(ratio, tail float64) *report {
	r := newReport(options{connections: 16, duration: 3 * time.Second})
	r.Reads = []readResult{{
		Name: "read", AtLeast: 0.3, Ratio: ratio,
		Rounds: []readRound{{Floor: sample{Rate: 100}, Ours: sample{Rate: 100 * ratio}, Ratio: ratio}},
	}}
	r.Writes = []writeResult{{
		Name: "create", AtMost: 15, Tail: tail,
		Rounds: []writeRound{{sample: sample{Rate: 10, Median: 2, P99: 2 * tail}, Tail: tail}},
	}}
	return r
}

func TestReportNamesWhatIsMissed(t *testing.T) {
	require.Empty(t, figures(0.3, 14.9).missed())
	require.Len(t, figures(0.299, 14.9).missed(), 1)
	require.Len(t, figures(0.3, 15).missed(), 1)

	var text bytes.Buffer
	require.NoError(t, figures(0.2, 20).print(&text, false))
	require.Contains(t, text.String(), "MISSED read: 0.200 of the floor, wanted 0.30")
	require.Contains(t, text.String(), "MISSED create: p99 is 20.0 times the median, wanted under 15")
}

func TestReportForPrograms(t *testing.T) {
	var text bytes.Buffer
	require.NoError(t, figures(0.5, 4).print(&text, true))
	var got report
	require.NoError(t, json.Unmarshal(text.Bytes(), &got))
	require.Equal(t, *figures(0.5, 4), got)
}

func TestProcessorTimeOfThisProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		require.Zero(t, processTime(os.Getpid()))
		return
	}
	before, machine := processTime(os.Getpid()), machineTime()
	for end := time.Now().Add(10 * time.Second); processTime(os.Getpid()) < before+5*tick; {
		require.True(t, time.Now().Before(end), "no processor time after 10 s of work")
	}
	require.Greater(t, machineTime(), machine)
	require.Zero(t, processTime(-1))
}
