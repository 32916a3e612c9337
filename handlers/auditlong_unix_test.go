//go:build unix

package handlers_test

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/audit"
)

// A verification may take longer than other requests, too. Here it waits for the
// file of ends, which is a pipe. One of a contact center runs at a time, so that
// many callers cannot take all of the server.
func TestAuditVerifyTakesItsTime(t *testing.T) {
	s := hasty(t)
	pipe := filepath.Join(t.TempDir(), "audit-heads.json")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	audit.KeepHeads(s.Accounts.Audit, pipe, time.Hour)
	begin := time.Now()
	slow := make(chan *answer)
	go func() { slow <- s.raw(t, http.MethodPost, auditPath+"/verify") }()
	end, err := os.OpenFile(pipe, os.O_WRONLY, 0) // which waits until the pipe is read
	require.NoError(t, err)
	for time.Since(begin) < 2*moment {
		a, p := s.refusedRaw(t, http.MethodPost, auditPath+"/verify")
		require.Equal(t, api.CodeRateLimited, p.Code)
		require.Contains(t, p.Detail, "A verification of the audit record is running")
		require.NotEmpty(t, a.Header.Get("Retry-After"))
	}
	_, err = end.WriteString("{}")
	require.NoError(t, err)
	require.NoError(t, end.Close())
	a := <-slow
	require.Equal(t, http.StatusOK, a.Status, a.Body)
	require.Contains(t, a.Body, `"status":"intact","records":2,`)
}
