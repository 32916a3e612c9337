package filetransfer

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"slices"
	"strings"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"admin-api/integrations"
)

// clientVersion names us to servers (RFC 4253 section 4.2).
const clientVersion = "SSH-2.0-admin-api"

func (d *Delivery) probeSFTP(ctx context.Context, s *integrations.Session) error {
	steps := newRunner(s, stepHostKey, stepAuthenticate, stepOpen, stepDirectory)
	var signer ssh.Signer
	if d.PrivateKey.IsSet() {
		steps.step(stepPrivateKey, func() (err error) {
			signer, err = d.signer()
			return err
		})
	}
	var h *handshake
	steps.step(stepHostKey, func() (err error) {
		h, err = d.verifyHostKey(ctx, s, signer)
		return err
	})
	if h == nil {
		return steps.end()
	}
	defer h.end()
	steps.step(stepAuthenticate, func() error { return h.authenticate(ctx, s) })
	if steps.err == nil && !h.tried {
		s.Warn(stepAuthenticate, credentialsNotVerifiable.Failure())
	}
	var files *sftp.Client
	steps.step(stepOpen, func() (err error) {
		s.SetIdentity(d.Username)
		files, err = h.openSFTP(ctx, s)
		return err
	})
	steps.step(stepDirectory, func() error { return h.findDirectory(ctx, s, files, d.directory()) })
	return steps.end()
}

// verifyHostKey returns a handshake whose server has the pinned key. Of a
// fingerprint one cannot tell the kind of key, and a server proves one key per
// connection: so each kind is asked for, until the right one turns up.
func (d *Delivery) verifyHostKey(
	ctx context.Context, s *integrations.Session, signer ssh.Signer,
) (*handshake, error) {
	var offered []string
	for _, algorithms := range d.algorithms() {
		h, err := d.shakeHands(ctx, s, signer, algorithms)
		if err != nil {
			return nil, err
		}
		err = <-h.key
		if err == nil {
			return h, nil
		}
		h.end()
		switch f := refusedKey(err); {
		case f != nil && f.Code == hostKeyMismatch.Code:
			offered = append(offered, h.offered)
		case f != nil:
			return nil, f
		case !isNegotiation(err):
			return nil, handshakeFailure(ctx, s, err)
		}
	}
	if offered == nil {
		return nil, noCommonAlgorithm.Failure()
	}
	f := hostKeyMismatch.Failure()
	f.Hint += " What it offers is " + strings.Join(offered, ", ") + "."
	return nil, f
}

// algorithms are those that are offered to the server, one list per connection.
func (d *Delivery) algorithms() [][]string {
	switch {
	case d.HostKey != "":
		kind, _, _ := strings.Cut(d.HostKey, " ")
		return [][]string{algorithmsOf(kind)}
	case d.HostKeyFingerprint != "":
		return hostKeyFamilies()
	}
	return [][]string{slices.Concat(hostKeyFamilies()...)}
}

func refusedKey(err error) *integrations.Failure {
	f, _ := errors.AsType[*integrations.Failure](err)
	return f
}

func isNegotiation(err error) bool {
	_, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err)
	return ok
}

// handshakeFailure says what err means before the server has shown its key.
func handshakeFailure(ctx context.Context, s *integrations.Session, err error) error {
	if b := broken(ctx, s, err); b != nil {
		return b
	}
	return notSSH.Failure()
}

// handshake is an SSH connection that is being made. The library checks the host
// key and signs in within one call, which a goroutine makes.
type handshake struct {
	key  chan error // what became of the host key, nil for accepted
	done chan struct{}
	stop func() bool
	conn net.Conn

	// Written before key or done tell of it.
	offered string // the fingerprint that the server has, and the kind of key
	tried   bool   // the credentials were sent
	client  *ssh.Client
	err     error
}

func (d *Delivery) shakeHands(
	ctx context.Context, s *integrations.Session, signer ssh.Signer, algorithms []string,
) (*handshake, error) {
	conn, err := s.Transport.Dial(ctx, "tcp", d.address())
	if err != nil {
		return nil, err
	}
	h := &handshake{key: make(chan error, 1), done: make(chan struct{}), conn: conn}
	h.stop = context.AfterFunc(ctx, func() { _ = conn.Close() }) // ends the call below
	config := &ssh.ClientConfig{
		User: d.Username, Auth: h.credentials(d, signer), ClientVersion: clientVersion, HostKeyAlgorithms: algorithms,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			h.offered = ssh.FingerprintSHA256(key) + " (" + key.Type() + ")"
			err := d.acceptHostKey(key)
			h.tell(err)
			return err
		},
	}
	go func() {
		defer close(h.done)
		h.err = sane(func() error {
			conn, channels, requests, err := ssh.NewClientConn(conn, d.address(), config)
			if err == nil {
				h.client = ssh.NewClient(conn, channels, requests)
			}
			return err
		})
		h.tell(h.err)
	}()
	return h, nil
}

// tell passes on what became of the host key; only the first word counts.
func (h *handshake) tell(err error) {
	select {
	case h.key <- err:
	default:
	}
}

// acceptHostKey refuses every key but the pinned one. Nothing secret has been
// sent when it is asked.
func (d *Delivery) acceptHostKey(key ssh.PublicKey) error {
	fingerprint := ssh.FingerprintSHA256(key)
	switch {
	case d.HostKeyFingerprint != "" && d.HostKeyFingerprint == fingerprint:
		return nil
	case d.HostKey != "":
		if pinned, err := parseHostKey(d.HostKey); err == nil && ssh.FingerprintSHA256(pinned) == fingerprint {
			return nil
		}
	case d.HostKeyFingerprint == "":
		f := hostKeyNotPinned.Failure()
		f.Hint = "The server offers " + fingerprint + " (" + key.Type() + "). Ask its operator whether that is its key; " +
			"if it is, enter the fingerprint."
		return f
	}
	return hostKeyMismatch.Failure()
}

// credentials are the key or the password. Servers that ask for the password in
// a dialogue (RFC 4256) get it as the answer to a single hidden question.
func (h *handshake) credentials(d *Delivery, signer ssh.Signer) []ssh.AuthMethod {
	if signer != nil {
		return []ssh.AuthMethod{ssh.PublicKeysCallback(func() ([]ssh.Signer, error) {
			h.tried = true
			return []ssh.Signer{signer}, nil
		})}
	}
	password := func() string {
		h.tried = true
		return d.Password.Reveal()
	}
	dialogue := func(_, _ string, questions []string, echoes []bool) ([]string, error) {
		switch {
		case len(questions) == 0:
			return nil, nil
		case len(questions) > 1 || echoes[0] || h.tried:
			return nil, errors.New("ssh: more than a password is asked for")
		}
		return []string{password()}, nil
	}
	return []ssh.AuthMethod{
		ssh.PasswordCallback(func() (string, error) { return password(), nil }), ssh.KeyboardInteractive(dialogue),
	}
}

// authenticate waits until the server has let the user in.
func (h *handshake) authenticate(ctx context.Context, s *integrations.Session) error {
	<-h.done
	if h.err == nil {
		return nil
	}
	if b := broken(ctx, s, h.err); b != nil {
		return b
	}
	if !h.tried {
		return methodRefused.Failure()
	}
	return credentialsRejected.Failure()
}

func (h *handshake) openSFTP(ctx context.Context, s *integrations.Session) (*sftp.Client, error) {
	files, err := sftp.NewClient(h.client)
	if err != nil {
		return nil, h.failure(ctx, s, sftpUnavailable)
	}
	return files, nil
}

// findDirectory asks for the attributes of the directory.
func (h *handshake) findDirectory(ctx context.Context, s *integrations.Session, files *sftp.Client, path string) error {
	info, err := files.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return directoryMissing.Failure()
	case errors.Is(err, fs.ErrPermission):
		return directoryDenied.Failure()
	case err != nil:
		return h.failure(ctx, s, nonsense)
	}
	// Servers may leave the mode out; then the name at least exists.
	if known, ok := info.Sys().(*sftp.FileStat); ok && known.Mode != 0 && !info.IsDir() {
		return notDirectory.Failure()
	}
	return nil
}

// failure returns why the connection ended, if it did, or else the diagnosis. The
// libraries give an EOF in either case.
func (h *handshake) failure(ctx context.Context, s *integrations.Session, otherwise integrations.Diagnosis) error {
	_ = h.conn.Close() // what ended it before is what Wait returns
	err := h.client.Wait()
	if ctx.Err() == nil && errors.Is(err, net.ErrClosed) {
		return otherwise.Failure()
	}
	if b := broken(ctx, s, err); b != nil {
		return b
	}
	return otherwise.Failure()
}

// end closes the connection and waits for what uses it.
func (h *handshake) end() {
	h.stop()
	_ = h.conn.Close() // nothing was written that could be lost
	<-h.done
	if h.client != nil {
		_ = h.client.Close() // its connection is closed already
	}
}
