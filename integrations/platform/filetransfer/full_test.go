//go:build full

package filetransfer

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/filetransfer/filetransfertest"
	"admin-api/outbound"
	"admin-api/secret"
)

// program finds a server's program where Debian has it.
func program(t *testing.T, name, debian string) string {
	t.Helper()
	path := "/usr/sbin/" + name
	_, err := os.Stat(path)
	require.NoError(t, err, "install the Debian package %s", debian)
	return path
}

func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func pemOf(t *testing.T, key any) []byte {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "")
	require.NoError(t, err)
	return pem.EncodeToMemory(block)
}

// openSSH is a server of OpenSSH that ends with the test.
type openSSH struct {
	address, dir string
	keys         map[string]ssh.Signer // of the host, by kind
	user         *Delivery             // whom it lets in
}

// startOpenSSH starts sshd with host keys of all kinds and one user, the one who
// runs the test. sftp is its subsystem; "" for none.
func startOpenSSH(t *testing.T, sftp string) openSSH {
	t.Helper()
	sshd := program(t, "sshd", "openssh-server")
	if os.Getuid() == 0 { // as root it wants the folder that Debian makes when the service starts
		require.NoError(t, os.MkdirAll("/run/sshd", 0o755))
	}
	s := openSSH{dir: t.TempDir(), keys: map[string]ssh.Signer{}}
	port := integrationtest.FreePort(t)
	s.address = "127.0.0.1:" + port
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	config := []string{
		"ListenAddress 127.0.0.1", "Port " + port, "PidFile none", "StrictModes no", "UsePAM no", "LogLevel VERBOSE",
		"PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin prohibit-password",
		"AuthorizedKeysFile " + filepath.Join(s.dir, "authorized"),
	}
	for kind, key := range map[string]any{"ed25519": ed, "ecdsa": ec, "rsa": rs} {
		config = append(config, "HostKey "+write(t, filepath.Join(s.dir, "host_"+kind), pemOf(t, key)))
		s.keys[kind] = hostKeyOf(t, key)
	}
	if sftp != "" {
		config = append(config, "Subsystem sftp "+sftp)
	}
	text, public := userKey(t)
	write(t, filepath.Join(s.dir, "authorized"), ssh.MarshalAuthorizedKey(public))
	who, err := user.Current()
	require.NoError(t, err)
	s.user = &Delivery{
		Protocol: protocolSFTP, Host: host, Username: who.Username, PrivateKey: secret.New(text), Path: s.dir,
		HostKeyFingerprint: fingerprint(s.keys["ed25519"]),
	}
	file := write(t, filepath.Join(s.dir, "config"), []byte(strings.Join(config, "\n")+"\n"))
	run(t, "Server listening on", sshd, "-D", "-e", "-f", file)
	return s
}

// run starts a server and waits until it says what it says when it is ready. It
// ends with the test.
func run(t *testing.T, ready, path string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, args...)
	out, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines, said := bufio.NewScanner(out), ""
	for !strings.Contains(said, ready) && lines.Scan() {
		said += lines.Text() + "\n"
	}
	require.Contains(t, said, ready)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, out)
	}()
	t.Cleanup(func() {
		cancel()
		<-drained
		_ = cmd.Wait() // it was killed
	})
}

func TestOpenSSH(t *testing.T) {
	server := startOpenSSH(t, "/usr/lib/openssh/sftp-server")
	other := filetransfertest.NewKey(t)
	stranger, _ := userKey(t)
	write(t, filepath.Join(server.dir, "file"), nil)
	tests := []struct {
		name string
		edit func(*Delivery)
		code string
	}{
		{"fingerprint", func(*Delivery) {}, ""},
		{"fingerprint of the ECDSA key", func(d *Delivery) { d.HostKeyFingerprint = fingerprint(server.keys["ecdsa"]) }, ""},
		{"fingerprint of the RSA key", func(d *Delivery) { d.HostKeyFingerprint = fingerprint(server.keys["rsa"]) }, ""},
		{"whole key", func(d *Delivery) { d.HostKeyFingerprint, d.HostKey = "", line(server.keys["rsa"]) }, ""},
		{"where the server puts the user", func(d *Delivery) { d.Path = "" }, ""},
		{"no pin", func(d *Delivery) { d.HostKeyFingerprint = "" }, "host_key_not_pinned"},
		{"another host key", func(d *Delivery) { d.HostKeyFingerprint = fingerprint(other) }, "host_key_mismatch"},
		{"another whole key", func(d *Delivery) { d.HostKeyFingerprint, d.HostKey = "", line(other) }, "host_key_mismatch"},
		{"unknown key", func(d *Delivery) { d.PrivateKey = secret.New(stranger) }, "credentials_rejected"},
		{"unknown user", func(d *Delivery) { d.Username = "nobody-of-that-name" }, "credentials_rejected"},
		{"password", func(d *Delivery) { d.PrivateKey, d.Password = secret.Text{}, secret.New("s3cr3t") }, "authentication_method_refused"},
		{"missing directory", func(d *Delivery) { d.Path += "/missing" }, "directory_missing"},
		{"file", func(d *Delivery) { d.Path += "/file" }, "not_a_directory"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := *server.user
			tt.edit(&d)
			got := probe(t, &d, server.address)
			require.Equal(t, tt.code, got.code(), "%v", got.steps)
		})
	}
}

func TestOpenSSHWithoutSFTP(t *testing.T) {
	for name, sftp := range map[string]string{"no subsystem": "", "no program": "/nonexistent"} {
		t.Run(name, func(t *testing.T) {
			server := startOpenSSH(t, sftp)
			require.Equal(t, "sftp_unavailable", probe(t, server.user, server.address).code())
		})
	}
}

// startVSFTPD starts vsftpd with one user, "anonymous", whose password must be on
// a list: a user of the system would need the system's passwords.
func startVSFTPD(t *testing.T, settings ...string) (port, data string, d *Delivery) {
	t.Helper()
	vsftpd := program(t, "vsftpd", "vsftpd")
	dir := t.TempDir()
	root, empty := filepath.Join(dir, "root"), filepath.Join(dir, "empty")
	for _, folder := range []string{empty, filepath.Join(root, "incoming")} {
		require.NoError(t, os.MkdirAll(folder, 0o755))
	}
	write(t, filepath.Join(root, "incoming", "file.csv"), []byte("x"))
	require.NoError(t, os.Chmod(root, 0o555))                       // vsftpd refuses a root that can be written to
	t.Cleanup(func() { require.NoError(t, os.Chmod(root, 0o755)) }) // so that it can be removed
	who, err := user.Current()
	require.NoError(t, err)
	certificate, ca := issue(t, host)
	port, data = integrationtest.FreePort(t), integrationtest.FreePort(t)
	config := append([]string{
		"listen=YES", "background=NO", "listen_address=127.0.0.1", "listen_port=" + port, "run_as_launching_user=YES",
		"anonymous_enable=YES", "local_enable=NO", "write_enable=NO", "ftp_username=" + who.Username, "anon_root=" + root,
		"secure_chroot_dir=" + empty, "secure_email_list_enable=YES",
		"email_password_file=" + write(t, filepath.Join(dir, "passwords"), []byte(filetransfertest.Password+"\n")),
		"pasv_min_port=" + data, "pasv_max_port=" + data, "pasv_address=192.0.2.1", "seccomp_sandbox=NO",
		"ssl_enable=YES", "allow_anon_ssl=YES", "force_anon_logins_ssl=YES", "force_anon_data_ssl=YES",
		"rsa_cert_file=" + write(t, filepath.Join(dir, "server.pem"), chain(t, certificate)),
		"xferlog_enable=NO", "vsftpd_log_file=" + filepath.Join(dir, "log"), "dual_log_enable=YES",
		"xferlog_file=" + filepath.Join(dir, "transfers"),
	}, settings...)
	file := write(t, filepath.Join(dir, "config"), []byte(strings.Join(config, "\n")+"\n"))
	run(t, "", vsftpd, file)
	require.Eventually(t, func() bool {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, time.Minute, 10*time.Millisecond, "vsftpd does not listen")
	return port, data, &Delivery{
		Protocol: protocolFTPS, TLSMode: tlsExplicit, Host: host, Username: "anonymous", Path: filepath.Join(root, "incoming"),
		Password: secret.New(filetransfertest.Password), CACertificatePEM: ca,
	}
}

// chain returns a server's certificate and its key as PEM.
func chain(t *testing.T, cfg *tls.Config) []byte {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(cfg.Certificates[0].PrivateKey)
	require.NoError(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	return append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cfg.Certificates[0].Certificate[0]})...)
}

func TestVSFTPD(t *testing.T) {
	_, strangerCA := issue(t, host)
	tests := []struct {
		name          string
		settings      []string
		edit          func(*Delivery)
		code, warning string
	}{
		{name: "explicit"},
		{name: "implicit", settings: []string{"implicit_ssl=YES"}, edit: func(d *Delivery) { d.TLSMode = tlsImplicit }},
		{name: "PASV with the address of another host", settings: []string{"cmds_denied=EPSV"}},
		{name: "wrong password", edit: func(d *Delivery) { d.Password = secret.New("wrong") }, code: "credentials_rejected"},
		{name: "unknown user", edit: func(d *Delivery) { d.Username = "ann" }, code: "credentials_rejected"},
		{name: "missing directory", edit: func(d *Delivery) { d.Path = "/outgoing" }, code: "directory_unavailable"},
		{name: "unknown authority", edit: func(d *Delivery) { d.CACertificatePEM = strangerCA }, code: "tls_untrusted"},
		{name: "no TLS", settings: []string{"ssl_enable=NO"}, code: "ftps_unavailable"},
		{name: "listing denied", settings: []string{"cmds_denied=LIST"}, warning: "data_connection warning ftp_listing_denied"},
		{name: "no passive connections", settings: []string{"pasv_enable=NO"}, code: "ftp_data_connection_failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			port, data, d := startVSFTPD(t, tt.settings...)
			if tt.edit != nil {
				tt.edit(d)
			}
			control := map[string]string{tlsExplicit: "21", tlsImplicit: "990"}[d.TLSMode]
			got := probeBy(t, d, outbound.Config{ConnectTo: []string{
				fmt.Sprintf("%s:%s=127.0.0.1:%s", host, control, port), fmt.Sprintf("%s:%s=127.0.0.1:%[2]s", host, data),
			}})
			require.Equal(t, tt.code, got.code(), "%v", got.steps)
			if tt.warning != "" {
				require.Contains(t, got.steps, tt.warning)
			}
			require.NotContains(t, got.dialled, "192.0.2.1:"+data)
		})
	}
}
