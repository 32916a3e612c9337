package accounts

import (
	"bufio"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/outbound"
)

func TestStartTLSOfAProbe(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	defer server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	client, err := outbound.New(outbound.Config{ConnectTo: []string{"example.com:21=" + server.Listener.Addr().String()}})
	require.NoError(t, err)
	session := &integrations.Session{Classify: classify}
	session.Transport = newTransport(client, session)

	for _, again := range []bool{false, true} {
		conn, err := session.Transport.Dial(t.Context(), "tcp", "example.com:21")
		require.NoError(t, err)
		secure, err := session.StartTLS(t.Context(), conn, ca)
		require.NoError(t, err)
		_, err = io.WriteString(secure, "GET / HTTP/1.0\r\n\r\n")
		require.NoError(t, err)
		line, err := bufio.NewReader(secure).ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, line, "418")
		require.Equal(t, again, secure.(*tls.Conn).ConnectionState().DidResume, "connections of one probe share TLS sessions")
		require.NoError(t, secure.Close())
	}
	require.Equal(t, []string{"resolve", "connect", "tls"}, names(session.Steps()))

	session = &integrations.Session{Classify: classify}
	session.Transport = newTransport(client, session)
	err = session.Step("secure", func() error {
		conn, err := session.Transport.Dial(t.Context(), "tcp", "example.com:21")
		require.NoError(t, err)
		_, err = session.StartTLS(t.Context(), conn, nil)
		return err
	})
	require.ErrorContains(t, err, "tls_untrusted")
	require.Equal(t, []string{"resolve", "connect", "tls", "secure"}, names(session.Steps()))
}

func names(steps []integrations.Step) []string {
	var all []string
	for _, step := range steps {
		all = append(all, step.Name)
	}
	return all
}
