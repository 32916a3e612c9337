package filetransfer

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/textproto"
	"strings"

	"github.com/jlaffaye/ftp"

	"admin-api/integrations"
)

// Replies of FTP servers (RFC 959 section 4.2, RFC 4217).
const (
	replyNotAvailable = 421
	replyBadUser      = 430
	replyNotSignedIn  = 530
	replyUnavailable  = 550
	replyFileBusy     = 450
)

func (d *Delivery) probeFTPS(ctx context.Context, s *integrations.Session) error {
	steps := newRunner(s, stepSecure, stepAuthenticate, stepDirectory, stepDataConnection)
	v := &ftpVisit{delivery: d, session: s}
	defer v.end()
	steps.step(stepSecure, func() error { return v.connect(ctx) })
	steps.step(stepAuthenticate, func() error { return v.signIn(ctx) })
	if steps.err == nil && !v.control.tried {
		s.Warn(stepAuthenticate, credentialsNotVerifiable.Failure())
	}
	steps.step(stepDirectory, func() error {
		s.SetIdentity(d.Username)
		return v.enter(ctx)
	})
	steps.step(stepDataConnection, func() error { return v.list(ctx) })
	if steps.err == nil && v.warning != nil {
		s.Warn(stepDataConnection, v.warning)
	}
	return steps.end()
}

// ftpVisit is one signed-in conversation with an FTP server.
type ftpVisit struct {
	delivery *Delivery
	session  *integrations.Session
	control  *greetedConn
	server   *ftp.ServerConn
	closers  []func()
	// connected: there was a data connection.
	connected bool
	warning   *integrations.Failure
}

// connect makes the control connection. The library would start TLS itself, but
// neither by the transport's rules nor refusing what was said too early; it gets
// the finished connection, and the greeting that it waits for.
func (v *ftpVisit) connect(ctx context.Context) error {
	conn, err := v.dial(ctx, v.delivery.address())
	if err != nil {
		return err
	}
	greeting := ""
	if v.delivery.TLSMode != tlsImplicit {
		greeting = "220 ready\r\n"
		if err := v.askForTLS(ctx, conn); err != nil {
			return err
		}
	}
	secure, err := v.session.StartTLS(ctx, conn, []byte(v.delivery.CACertificatePEM))
	if err != nil {
		return err
	}
	v.control = &greetedConn{Conn: secure, said: io.MultiReader(strings.NewReader(greeting), secure)}
	v.server, err = ftp.Dial(v.delivery.address(), ftp.DialWithDisabledUTF8(true),
		ftp.DialWithTLS(new(tls.Config)), // never used: it only makes the library ask for protected data connections
		ftp.DialWithDialFunc(v.dialer(ctx, v.control)))
	return v.meaning(ctx, err, notFTP)
}

// dial opens a guarded connection that ends with the context.
func (v *ftpVisit) dial(ctx context.Context, address string) (net.Conn, error) {
	conn, err := v.session.Transport.Dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	v.closers = append(v.closers, func() {
		stop()
		_ = conn.Close() // nothing was written that could be lost
	})
	return conn, nil
}

// askForTLS reads the greeting and sends AUTH TLS (RFC 4217 section 4). What
// follows the answer unasked did not come under TLS and would pass for it.
func (v *ftpVisit) askForTLS(ctx context.Context, conn net.Conn) error {
	text := textproto.NewConn(conn)
	// Of "SSH-2.0" textproto makes the first of many lines.
	if start, err := text.R.Peek(3); err == nil && strings.Trim(string(start), "0123456789") != "" {
		return notFTP.Failure()
	}
	if _, _, err := text.ReadResponse(ftp.StatusReady); err != nil {
		return v.meaning(ctx, err, notFTP)
	}
	if _, err := text.Cmd("AUTH TLS"); err != nil {
		return v.meaning(ctx, err, notFTP)
	}
	if _, _, err := text.ReadResponse(ftp.StatusAuthOK); err != nil {
		return v.meaning(ctx, err, ftpsUnavailable)
	}
	if buffered(text.R) {
		return ftpInjection.Failure()
	}
	return nil
}

func buffered(r *bufio.Reader) bool { return r.Buffered() > 0 }

// dialer returns what the library opens connections with: first the control
// connection, then data connections to the same host. The address that a server
// names for them is only asked for its port.
func (v *ftpVisit) dialer(ctx context.Context, control net.Conn) func(network, address string) (net.Conn, error) {
	return func(_, address string) (net.Conn, error) {
		if first := control; first != nil {
			control = nil
			return first, nil
		}
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		conn, err := v.dial(ctx, net.JoinHostPort(v.delivery.Host, port))
		if err != nil {
			return nil, err
		}
		v.connected = true
		return &lateTLSConn{Conn: conn, start: func(conn net.Conn) (net.Conn, error) {
			return v.session.StartTLS(ctx, conn, []byte(v.delivery.CACertificatePEM))
		}}, nil
	}
}

func (v *ftpVisit) signIn(ctx context.Context) error {
	err := v.server.Login(v.delivery.Username, v.delivery.Password.Reveal())
	code := replyOf(err)
	if code == replyNotSignedIn || code == replyBadUser || code == 0 {
		return v.meaning(ctx, err, credentialsRejected)
	}
	return v.meaning(ctx, err, dataProtectionRefused)
}

func (v *ftpVisit) enter(ctx context.Context) error {
	return v.meaning(ctx, v.server.ChangeDir(v.delivery.directory()), directoryUnavailable)
}

// list tries a data connection. A listing that is too long has proved it as well;
// one that is not permitted proves nothing, which is no mistake.
func (v *ftpVisit) list(ctx context.Context) error {
	_, err := v.server.List("")
	if err == nil || v.tooLong(err) {
		return nil
	}
	code := replyOf(err)
	if v.connected && (code == replyUnavailable || code == replyFileBusy) {
		v.warning = dataConnectionUntested.Failure()
		return nil
	}
	if code != 0 && ctx.Err() == nil { // what the server says tells more than how the connection ended
		return dataConnectionFailed.Failure()
	}
	return v.meaning(ctx, err, dataConnectionFailed)
}

func (v *ftpVisit) tooLong(err error) bool {
	if v.session.Classify == nil {
		return false
	}
	f := v.session.Classify(err)
	return f != nil && f.Code == "answer_too_large"
}

// meaning returns the failure that err stands for: one of the connection, a
// server that is busy or that makes no sense, or else the diagnosis; nil for nil.
func (v *ftpVisit) meaning(ctx context.Context, err error, otherwise integrations.Diagnosis) error {
	if err == nil {
		return nil
	}
	if replyOf(err) == replyNotAvailable {
		return busy.Failure()
	}
	if _, odd := errors.AsType[textproto.ProtocolError](err); odd {
		return notFTP.Failure()
	}
	if b := broken(ctx, v.session, err); b != nil {
		return b
	}
	return otherwise.Failure()
}

// replyOf returns the code of a server's reply in err, 0 without one.
func replyOf(err error) int {
	reply, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		return 0
	}
	return reply.Code
}

// end says goodbye and closes all connections.
func (v *ftpVisit) end() {
	if v.server != nil {
		_ = v.server.Quit() // a courtesy
	}
	for _, closeNext := range v.closers {
		closeNext()
	}
}

// greetedConn is a control connection on which something was said already.
type greetedConn struct {
	net.Conn
	said  io.Reader
	tried bool // the password was sent
}

// Read implements net.Conn.
func (c *greetedConn) Read(p []byte) (int, error) { return c.said.Read(p) }

// Write implements net.Conn. The library writes command by command, and does not
// tell whether the server asked for a password.
func (c *greetedConn) Write(p []byte) (int, error) {
	c.tried = c.tried || bytes.HasPrefix(p, []byte("PASS "))
	return c.Conn.Write(p)
}

// lateTLSConn is a data connection: its server starts TLS only after the command
// that needs it, which the library sends when the connection is there.
type lateTLSConn struct {
	net.Conn
	start func(net.Conn) (net.Conn, error)
}

// Read implements net.Conn.
func (c *lateTLSConn) Read(p []byte) (int, error) {
	if c.start != nil {
		conn, err := c.start(c.Conn)
		if err != nil {
			return 0, err
		}
		c.Conn, c.start = conn, nil
	}
	return c.Conn.Read(p)
}
