package wfm

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/validation"
)

// codes are pointers and codes of violations or warnings.
func codes(list validation.Errors) string {
	var all []string
	for _, v := range list {
		all = append(all, v.Pointer+" "+v.Code)
	}
	return strings.Join(all, ",")
}

func decode(t *testing.T, d integrations.Definition, document string) (integrations.Properties, *validation.Context) {
	t.Helper()
	c := &validation.Context{}
	p := d.Decode(json.RawMessage(document), nil, c)
	require.NotNil(t, p)
	return p, c
}

// line is a transport whose every connection is played by a function.
type line func(net.Conn)

func (line) Do(*http.Request) (*http.Response, error) { return nil, net.ErrClosed }

func (l line) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		defer listener.Close()
		if conn, err := listener.Accept(); err == nil {
			defer conn.Close()
			l(conn)
		}
	}()
	return new(net.Dialer).DialContext(ctx, "tcp", listener.Addr().String())
}

// hangUp ends a connection at once, and in order: a reset would tell another story.
func hangUp(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
	_, _ = io.Copy(io.Discard, conn)
}

// steps probes and returns each step as "name status code".
func steps(t *testing.T, d integrations.Definition, document string, way integrations.Transport) string {
	t.Helper()
	p, c := decode(t, d, document)
	require.NoError(t, c.Err())
	s := &integrations.Session{Transport: way}
	_ = p.(integrations.Prober).Probe(t.Context(), s) // the steps tell
	var all []string
	for _, step := range s.Steps() {
		said := step.Name + " " + string(step.Status)
		if step.Failure != nil {
			said += " " + step.Failure.Code
		}
		all = append(all, said)
	}
	return strings.Join(all, ",")
}
