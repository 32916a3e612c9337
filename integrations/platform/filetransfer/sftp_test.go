package filetransfer

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"admin-api/integrations"
	"admin-api/integrations/platform/filetransfer/filetransfertest"
	"admin-api/secret"
)

// userKey returns a private key as people paste it, and its public half.
func userKey(t *testing.T) (text string, public ssh.PublicKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(key, "")
	require.NoError(t, err)
	return string(pem.EncodeToMemory(block)), hostKeyOf(t, key).PublicKey()
}

// lockedKey returns a private key that "open sesame" opens quickly: ssh-keygen
// made it with a single round.
func lockedKey(t *testing.T) (text string, public ssh.PublicKey) {
	t.Helper()
	key, err := os.ReadFile("testdata/locked_key")
	require.NoError(t, err)
	_, err = ssh.ParsePrivateKey(key)
	var locked *ssh.PassphraseMissingError
	require.ErrorAs(t, err, &locked)
	return string(key), locked.PublicKey
}

func hostKeyOf(t *testing.T, key any) ssh.Signer {
	t.Helper()
	signer, err := ssh.NewSignerFromKey(key)
	require.NoError(t, err)
	return signer
}

func line(key ssh.Signer) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey())))
}

func fingerprint(key ssh.Signer) string { return ssh.FingerprintSHA256(key.PublicKey()) }

func TestSFTP(t *testing.T) {
	ed, other := filetransfertest.NewKey(t), filetransfertest.NewKey(t)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ec := hostKeyOf(t, private)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	rs := hostKeyOf(t, rsaKey)
	plain, public := userKey(t)
	locked, lockedPublic := lockedKey(t)
	all := []ssh.Signer{rs, ec, ed}

	const (
		passed  = "host_key passed,authenticate passed,open passed,directory passed"
		untried = "authenticate passed,authenticate warning credentials_not_verifiable,open passed,directory passed"
	)
	tests := []struct {
		name     string
		server   filetransfertest.SSH
		edit     func(*Delivery)
		steps    string
		cause    integrations.Cause
		attempts []string
		requests []string
	}{
		{name: "password", steps: passed, attempts: []string{"password"}, requests: []string{"Stat /incoming"}},
		{
			name: "password in a dialogue", server: filetransfertest.SSH{Password: filetransfertest.Password, Dialogue: true},
			steps: passed, attempts: []string{"keyboard-interactive"}, requests: []string{"Stat /incoming"},
		},
		{
			name: "private key", server: filetransfertest.SSH{Key: public},
			edit:  func(d *Delivery) { d.PrivateKey = secret.New(plain) },
			steps: "private_key passed," + passed, attempts: []string{"publickey"}, requests: []string{"Stat /incoming"},
		},
		{
			name: "protected private key", server: filetransfertest.SSH{Key: lockedPublic},
			edit: func(d *Delivery) {
				d.PrivateKey, d.PrivateKeyPassphrase = secret.New(locked), secret.New("open sesame")
			},
			steps: "private_key passed," + passed, attempts: []string{"publickey"}, requests: []string{"Stat /incoming"},
		},
		{
			name: "wrong passphrase", edit: func(d *Delivery) {
				d.PrivateKey, d.PrivateKeyPassphrase = secret.New(locked), secret.New("open barley")
			},
			steps: "private_key failed passphrase_wrong,host_key skipped,authenticate skipped,open skipped,directory skipped",
			cause: integrations.CauseCredentials,
		},
		{
			name: "unreadable private key", edit: func(d *Delivery) { d.PrivateKey = secret.New("none") },
			steps: "private_key failed private_key_unreadable,host_key skipped,authenticate skipped,open skipped,directory skipped",
			cause: integrations.CauseConfig,
		},
		{
			name: "asks for no password", server: filetransfertest.SSH{Open: true}, requests: []string{"Stat /incoming"},
			steps: "host_key passed," + untried,
		},
		{
			name: "asks for no key", server: filetransfertest.SSH{Open: true}, requests: []string{"Stat /incoming"},
			edit:  func(d *Delivery) { d.PrivateKey = secret.New(plain) },
			steps: "private_key passed,host_key passed," + untried,
		},
		{
			name: "whole host key", server: filetransfertest.SSH{HostKeys: all, Password: filetransfertest.Password},
			edit: func(d *Delivery) { d.HostKeyFingerprint, d.HostKey = "", line(rs) }, steps: passed,
			attempts: []string{"password"}, requests: []string{"Stat /incoming"},
		},
		{
			name: "fingerprint of the key that others would not ask for", server: filetransfertest.SSH{HostKeys: all, Password: filetransfertest.Password},
			edit: func(d *Delivery) { d.HostKeyFingerprint = fingerprint(rs) }, steps: passed,
			attempts: []string{"password"}, requests: []string{"Stat /incoming"},
		},
		{
			name: "no pin", edit: func(d *Delivery) { d.HostKeyFingerprint = "" },
			steps: "host_key failed host_key_not_pinned,authenticate skipped,open skipped,directory skipped", cause: integrations.CauseConfig,
		},
		{
			name: "no pin, private key", server: filetransfertest.SSH{Key: public},
			edit:  func(d *Delivery) { d.HostKeyFingerprint, d.PrivateKey = "", secret.New(plain) },
			steps: "private_key passed,host_key failed host_key_not_pinned,authenticate skipped,open skipped,directory skipped", cause: integrations.CauseConfig,
		},
		{
			name: "another fingerprint", edit: func(d *Delivery) { d.HostKeyFingerprint = fingerprint(other) },
			steps: "host_key failed host_key_mismatch,authenticate skipped,open skipped,directory skipped", cause: integrations.CauseConfig,
		},
		{
			name: "another host key", edit: func(d *Delivery) { d.HostKeyFingerprint, d.HostKey = "", line(other) },
			steps: "host_key failed host_key_mismatch,authenticate skipped,open skipped,directory skipped", cause: integrations.CauseConfig,
		},
		{
			name: "host key of a kind that the server has not", edit: func(d *Delivery) { d.HostKeyFingerprint, d.HostKey = "", line(rs) },
			steps: "host_key failed ssh_no_common_algorithm,authenticate skipped,open skipped,directory skipped", cause: integrations.CauseRemote,
		},
		{
			name: "wrong password", edit: func(d *Delivery) { d.Password = secret.New("wrong") }, attempts: []string{"password"},
			steps: "host_key passed,authenticate failed credentials_rejected,open skipped,directory skipped", cause: integrations.CauseCredentials,
		},
		{
			name: "wrong password in a dialogue", server: filetransfertest.SSH{Password: filetransfertest.Password, Dialogue: true},
			edit: func(d *Delivery) { d.Password = secret.New("wrong") }, attempts: []string{"keyboard-interactive"},
			steps: "host_key passed,authenticate failed credentials_rejected,open skipped,directory skipped", cause: integrations.CauseCredentials,
		},
		{
			name: "unknown private key", server: filetransfertest.SSH{Key: lockedPublic},
			edit: func(d *Delivery) { d.PrivateKey = secret.New(plain) }, attempts: []string{"publickey"},
			steps: "private_key passed,host_key passed,authenticate failed credentials_rejected,open skipped,directory skipped", cause: integrations.CauseCredentials,
		},
		{
			name: "keys only", server: filetransfertest.SSH{Key: public},
			steps: "host_key passed,authenticate failed authentication_method_refused,open skipped,directory skipped", cause: integrations.CauseConfig,
		},
		{
			name: "no sftp", server: filetransfertest.SSH{Password: filetransfertest.Password, WithoutSFTP: true}, attempts: []string{"password"},
			steps: "host_key passed,authenticate passed,open failed sftp_unavailable,directory skipped", cause: integrations.CauseConfig,
		},
		{
			name: "slow", server: filetransfertest.SSH{Password: filetransfertest.Password, Silent: true}, attempts: []string{"password"},
			steps: "host_key passed,authenticate passed,open failed timeout,directory skipped", cause: integrations.CauseNetwork,
		},
		{
			name: "where the server puts the user", edit: func(d *Delivery) { d.Path = "" }, steps: passed,
			attempts: []string{"password"}, requests: []string{"Stat /"},
		},
		{
			name: "missing directory", edit: func(d *Delivery) { d.Path = "/outgoing" }, attempts: []string{"password"}, requests: []string{"Stat /outgoing"},
			steps: "host_key passed,authenticate passed,open passed,directory failed directory_missing", cause: integrations.CauseConfig,
		},
		{
			name: "locked directory", edit: func(d *Delivery) { d.Path = filetransfertest.Locked }, attempts: []string{"password"}, requests: []string{"Stat /locked"},
			steps: "host_key passed,authenticate passed,open passed,directory failed directory_denied", cause: integrations.CausePermission,
		},
		{
			name: "file", edit: func(d *Delivery) { d.Path = filetransfertest.File }, attempts: []string{"password"}, requests: []string{"Stat /incoming/file.csv"},
			steps: "host_key passed,authenticate passed,open passed,directory failed not_a_directory", cause: integrations.CauseConfig,
		},
	}
	for i := range tests {
		tt := &tests[i]
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.server.Password == "" && tt.server.Key == nil {
				tt.server.Password = filetransfertest.Password
			}
			if tt.server.HostKeys == nil {
				tt.server.HostKeys = []ssh.Signer{ed}
			}
			d := &Delivery{
				Protocol: protocolSFTP, Host: host, Username: filetransfertest.User, Path: filetransfertest.Directory,
				Password: secret.New(filetransfertest.Password), HostKeyFingerprint: fingerprint(ed),
			}
			if tt.edit != nil {
				tt.edit(d)
			}
			got := probe(t, d, listen(t, tt.server.Serve))
			require.Equal(t, tt.steps, strings.Join(got.steps, ","))
			require.Equal(t, tt.attempts, tt.server.Attempts(), "credentials reach nobody but the pinned server")
			require.Equal(t, tt.requests, tt.server.Requests(), "nothing is asked for but attributes")
			if tt.cause == "" {
				require.Nil(t, got.failure)
				require.Equal(t, filetransfertest.User, got.identity)
				return
			}
			require.Equal(t, tt.cause, got.failure.Cause)
			switch got.failure.Code {
			case "host_key_not_pinned":
				require.Contains(t, got.failure.Hint, fingerprint(ed)+" (ssh-ed25519)", "the key can be compared and pinned")
			case "host_key_mismatch":
				require.Contains(t, got.failure.Hint, fingerprint(ed)+" (ssh-ed25519)")
			}
		})
	}
}

func TestNoSSH(t *testing.T) {
	key := filetransfertest.NewKey(t)
	says := func(text string) func(net.Conn) {
		return func(conn net.Conn) {
			_, _ = io.WriteString(conn, text)
			_ = conn.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
		}
	}
	for _, tt := range []struct {
		name string
		talk func(net.Conn)
		code string
	}{
		{"http", says("HTTP/1.1 400 Bad Request\r\n" + strings.Repeat("x", 1000)), "not_ssh"},
		{"old version", says("SSH-1.5-old\r\n" + strings.Repeat("x", 1000)), "not_ssh"},
		{"nonsense after the version", says("SSH-2.0-x\r\n" + strings.Repeat("\xff", 1000)), "not_ssh"},
		{"closed at once", func(net.Conn) {}, "connection_reset"},
		{"slow", func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }, "timeout"},
		{"endless", endless, "not_ssh"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := &Delivery{
				Protocol: protocolSFTP, Host: host, Username: "ann", Password: secret.New("s3cr3t"), HostKeyFingerprint: fingerprint(key),
			}
			got := probe(t, d, listen(t, tt.talk))
			require.Equal(t, tt.code, got.code())
			require.Equal(t, "host_key failed "+tt.code, got.steps[0])
		})
	}
}

// endless sends lines until nobody reads them.
func endless(conn net.Conn) {
	for {
		if _, err := io.WriteString(conn, "220-welcome\r\n"); err != nil {
			return
		}
	}
}
