//go:build full

package e2e_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// visit is what a person does in a browser; see signin.mjs.
type visit struct {
	Profile  string `json:"profile"`
	Open     string `json:"open,omitempty"`
	Press    string `json:"press,omitempty"`
	Username string `json:"username,omitempty"`
	Password string `json:"password,omitempty"`
	Name     string `json:"name,omitempty"`
}

// view is the page on which a visit ended and how the browser came there.
type view struct {
	URL     string
	Text    string
	Cookies []struct {
		Name, Domain, SameSite, Path string
		HTTPOnly                     bool `json:"httpOnly"`
		Secure                       bool
	}
	Hops []struct {
		Method, URL string
		Status      int
	}
	Problems []string
	Failure  string
}

// browser is Chromium under the command of a test.
type browser struct {
	in  io.Writer
	out *bufio.Scanner
}

// startBrowser starts one to which each host is at its address, whatever the port.
func startBrowser(t *testing.T, addresses map[string]string) *browser {
	t.Helper()
	rules := make([]string, 0, len(addresses))
	for host, addr := range addresses {
		rules = append(rules, "MAP "+host+" "+addr)
	}
	in, out := startScript(t, "signin.mjs", "RESOLVE="+strings.Join(rules, ","))
	return &browser{in, out}
}

// startScript starts one that answers each line with a line until the test ends.
func startScript(t *testing.T, name string, settings ...string) (io.Writer, *bufio.Scanner) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", name)
	cmd.Env = append(os.Environ(), settings...)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	cmd.Cancel = in.Close // without more lines it ends what it has begun
	cmd.WaitDelay = 10 * time.Second
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Wait() })
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 1<<20)
	return in, scanner
}

// do returns where a visit ended. A page that the browser complained about is an
// error of the test.
func (b *browser) do(t *testing.T, v visit) view {
	t.Helper()
	line, err := json.Marshal(v) //nolint:gosec // a person types this password into a form
	require.NoError(t, err)
	_, err = b.in.Write(append(line, '\n'))
	require.NoError(t, err)
	require.True(t, b.out.Scan(), "the browser ended: %v", b.out.Err())
	var got view
	require.NoError(t, json.Unmarshal(b.out.Bytes(), &got))
	require.Empty(t, got.Problems, "at %s", got.path())
	return got
}

// path is the address without its query.
func (v view) path() string {
	u, err := url.Parse(v.URL)
	if err != nil {
		return v.URL
	}
	u.RawQuery = ""
	return u.String()
}

// trail is how the browser came to the page, for people.
func (v view) trail() string {
	var b strings.Builder
	for _, hop := range v.Hops {
		at, _, _ := strings.Cut(hop.URL, "?")
		b.WriteString(hop.Method + " " + at + "\n")
	}
	return b.String()
}
