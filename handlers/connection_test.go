package handlers_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
)

// A client that closes its sending side in the middle of a body is still there
// for the answer.
func TestBodyThatIsCutOffOnTheWire(t *testing.T) {
	s := newStack(t)
	for name, rest := range map[string]string{
		"length":  "Content-Length: 100\r\n\r\n{\"a\":",
		"chunked": "Transfer-Encoding: chunked\r\n\r\n64\r\n{\"a\":",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://")) //nolint:noctx // a test's own server
			require.NoError(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, "POST "+accountsPath+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+s.Token+
				"\r\nContent-Type: application/json\r\n"+rest)
			require.NoError(t, err)
			require.NoError(t, conn.(*net.TCPConn).CloseWrite())
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.Equal(t, http.StatusBadRequest, resp.StatusCode, string(body))
			require.Contains(t, string(body), api.CodeMalformedJSON)
		})
	}
	require.NotContains(t, s.Printed.String(), `"level":"ERROR"`)
}

func TestAllowanceOfProbes(t *testing.T) {
	s := newStack(t)
	s.Accounts.ProbesUnlimited = false
	test := call{Method: "POST", Path: accountsPath + "/" + s.create(t, "one").ID + "/test"}
	var a *answer
	for range 7 { // six are allowed in a minute
		a = s.do(t, test)
	}
	require.Equal(t, http.StatusTooManyRequests, a.Status)
	require.Equal(t, `"probe";r=0;t=`+a.Header.Get("Retry-After"), a.Header.Get("RateLimit"))
	require.Empty(t, a.Header.Get("RateLimit-Policy"))
}
