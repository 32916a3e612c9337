package filetransfer

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/platform/filetransfer/filetransfertest"
	"admin-api/secret"
)

func TestFTPS(t *testing.T) {
	const (
		passed  = "secure passed,authenticate passed,directory passed,data_connection passed"
		unasked = ",authenticate skipped,directory skipped,data_connection skipped"
	)
	good, ca := issue(t, host)
	stranger, _ := issue(t, host)
	wrong, wrongCA := issue(t, "other.test")
	old, oldCA := issue(t, host)
	old.MinVersion, old.MaxVersion = tls.VersionTLS11, tls.VersionTLS11
	tls12 := good.Clone()
	tls12.MaxVersion = tls.VersionTLS12
	tests := []struct {
		name   string
		server filetransfertest.FTPS
		edit   func(*Delivery)
		steps  string
		cause  integrations.Cause
		// hidden: no user name and no password were sent.
		hidden bool
	}{
		{name: "explicit", steps: passed},
		{
			name: "implicit", server: filetransfertest.FTPS{Implicit: true}, steps: passed,
			edit: func(d *Delivery) { d.TLSMode = tlsImplicit },
		},
		{name: "session reuse demanded", server: filetransfertest.FTPS{ReuseTLS: true}, steps: passed},
		{name: "session reuse demanded, TLS 1.2", server: filetransfertest.FTPS{ReuseTLS: true, TLS: tls12}, steps: passed},
		{name: "without EPSV", server: filetransfertest.FTPS{Replies: map[string]string{"EPSV": "500 no"}}, steps: passed},
		{name: "where the server puts the user", edit: func(d *Delivery) { d.Path = "" }, steps: passed},
		{
			name: "listing longer than may be read", edit: func(d *Delivery) { d.Path = filetransfertest.Large }, steps: passed,
		},
		{
			name: "listing not permitted", edit: func(d *Delivery) { d.Path = filetransfertest.Locked },
			steps: passed + ",data_connection warning ftp_listing_denied",
		},
		{
			name: "asks for no password", server: filetransfertest.FTPS{Open: true},
			steps: "secure passed,authenticate passed,authenticate warning credentials_not_verifiable," +
				"directory passed,data_connection passed",
		},
		{
			name: "wrong password", edit: func(d *Delivery) { d.Password = secret.New("wrong") }, cause: integrations.CauseCredentials,
			steps: "secure passed,authenticate failed credentials_rejected,directory skipped,data_connection skipped",
		},
		{
			name: "user refused at once", server: filetransfertest.FTPS{Replies: map[string]string{"USER": "530 not you"}}, cause: integrations.CauseCredentials,
			steps: "secure passed,authenticate failed credentials_rejected,directory skipped,data_connection skipped",
		},
		{
			name: "full", server: filetransfertest.FTPS{Replies: map[string]string{"greeting": "421 too many"}}, cause: integrations.CauseRemote,
			steps: "secure failed remote_error" + unasked, hidden: true,
		},
		{
			name: "no TLS", server: filetransfertest.FTPS{Replies: map[string]string{"AUTH": "530 log in with USER and PASS"}}, cause: integrations.CauseConfig,
			steps: "secure failed ftps_unavailable" + unasked, hidden: true,
		},
		{
			name: "answers before TLS", server: filetransfertest.FTPS{Replies: map[string]string{"AUTH": "234 go\r\n230 welcome"}}, cause: integrations.CauseRemote,
			steps: "secure failed ftp_unprotected_answers" + unasked, hidden: true,
		},
		{
			name: "no protection of data", server: filetransfertest.FTPS{Replies: map[string]string{"PROT": "536 no"}}, cause: integrations.CauseConfig,
			steps: "secure passed,authenticate failed ftp_data_protection_refused,directory skipped,data_connection skipped",
		},
		{
			name: "missing directory", edit: func(d *Delivery) { d.Path = "/outgoing" }, cause: integrations.CauseConfig,
			steps: "secure passed,authenticate passed,directory failed directory_unavailable,data_connection skipped",
		},
		{
			name: "no data connection", server: filetransfertest.FTPS{Replies: map[string]string{"LIST": "425 cannot open"}}, cause: integrations.CauseNetwork,
			steps: "secure passed,authenticate passed,directory passed,data_connection failed ftp_data_connection_failed",
		},
		{
			name: "no passive connections", server: filetransfertest.FTPS{Replies: map[string]string{"EPSV": "550 no", "PASV": "550 no"}}, cause: integrations.CauseNetwork,
			steps: "secure passed,authenticate passed,directory passed,data_connection failed ftp_data_connection_failed",
		},
		{
			name: "passive replies that make the library stumble",
			server: filetransfertest.FTPS{Replies: map[string]string{
				"EPSV": "500 no", "PASV": "227 )(",
			}},
			cause: integrations.CauseRemote,
			steps: "secure passed,authenticate passed,directory passed,data_connection failed unexpected_answer",
		},
		{
			name: "hung up at the password", server: filetransfertest.FTPS{Replies: map[string]string{"PASS": "hang up"}}, cause: integrations.CauseNetwork,
			steps: "secure passed,authenticate failed connection_reset,directory skipped,data_connection skipped",
		},
		{
			name: "unknown authority", server: filetransfertest.FTPS{TLS: stranger}, cause: integrations.CauseTLS,
			steps: "secure failed tls_untrusted" + unasked, hidden: true,
		},
		{
			name: "certificate for another name", server: filetransfertest.FTPS{TLS: wrong}, cause: integrations.CauseTLS,
			edit: func(d *Delivery) { d.CACertificatePEM = wrongCA }, steps: "secure failed tls_wrong_name" + unasked, hidden: true,
		},
		{
			name: "below the lowest version", server: filetransfertest.FTPS{TLS: old}, cause: integrations.CauseTLS,
			edit: func(d *Delivery) { d.CACertificatePEM = oldCA }, steps: "secure failed tls_version" + unasked, hidden: true,
		},
		{
			name: "implicit at an explicit server", edit: func(d *Delivery) { d.TLSMode = tlsImplicit }, cause: integrations.CauseTLS,
			steps: "secure failed tls_failed" + unasked, hidden: true,
		},
	}
	for i := range tests {
		tt := &tests[i]
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.server.TLS == nil {
				tt.server.TLS = good
			}
			d := &Delivery{
				Protocol: protocolFTPS, TLSMode: tlsExplicit, Host: host, Username: filetransfertest.User, Path: filetransfertest.Directory,
				Password: secret.New(filetransfertest.Password), CACertificatePEM: ca,
			}
			if tt.edit != nil {
				tt.edit(d)
			}
			got := probe(t, d, listen(t, tt.server.Serve))
			require.Equal(t, tt.steps, strings.Join(got.steps, ","))
			for _, address := range got.dialled {
				name, _, err := net.SplitHostPort(address)
				require.NoError(t, err)
				require.Equal(t, host, name, "a data connection goes to the same host, whatever the server says")
			}
			requireClear(t, &tt.server, tt.hidden)
			if tt.cause == "" {
				require.Nil(t, got.failure)
				require.Equal(t, filetransfertest.User, got.identity)
				require.Contains(t, tt.server.Commands(), "PROT P")
				return
			}
			require.Equal(t, tt.cause, got.failure.Cause)
		})
	}
}

// requireClear: nothing was said without TLS but the wish for it, and nothing was
// changed.
func requireClear(t *testing.T, server *filetransfertest.FTPS, hidden bool) {
	t.Helper()
	for _, command := range server.ClearCommands() {
		if strings.HasPrefix(command, "\x16\x03") {
			break // the beginning of TLS, some of whose random bytes look like the ends of lines
		}
		require.Equal(t, "AUTH TLS", command)
	}
	for _, command := range server.Commands() {
		verb, _, _ := strings.Cut(command, " ")
		require.Contains(t, []string{"USER", "PASS", "FEAT", "TYPE", "PBSZ", "PROT", "CWD", "EPSV", "PASV", "LIST", "QUIT"}, verb)
		require.False(t, hidden && (verb == "USER" || verb == "PASS"), command)
	}
}

func TestNoFTP(t *testing.T) {
	for _, tt := range []struct {
		name string
		talk func(net.Conn)
		code string
	}{
		{"ssh", func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.2\r\n") }, "not_ftp"},
		{"web server", func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n") }, "not_ftp"},
		{"closed at once", func(net.Conn) {}, "connection_reset"},
		{"slow", func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }, "timeout"},
		{"endless", endless, "answer_too_large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &Delivery{Protocol: protocolFTPS, TLSMode: tlsExplicit, Host: host, Username: "ann", Password: secret.New("s3cr3t")}
			got := probe(t, d, listen(t, tt.talk))
			require.Equal(t, tt.code, got.code())
			require.Equal(t, "secure failed "+tt.code, got.steps[0])
		})
	}
}
