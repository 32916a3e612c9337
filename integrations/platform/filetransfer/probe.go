package filetransfer

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"

	"admin-api/integrations"
)

// The steps of a probe; which of them are tried depends on the protocol.
const (
	stepPrivateKey     = "private_key"
	stepHostKey        = "host_key"
	stepSecure         = "secure"
	stepAuthenticate   = "authenticate"
	stepOpen           = "open"
	stepDirectory      = "directory"
	stepDataConnection = "data_connection"
)

// Does and Privileges are what a definition says about this part of its probe.
const (
	Does = "It signs in at the server and asks whether the directory is there; over FTPS it also lists the directory, " +
		"to try the second connection that carries files. It writes nothing, so it cannot find out whether files may be " +
		"written. Over SFTP the host key is compared first: without the right one no credentials are sent."
	Privileges = "The user must be allowed to enter the directory and to write files there."
)

// Probe tests the delivery, step by step. It returns nil or a *Failure.
func (d *Delivery) Probe(ctx context.Context, s *integrations.Session) error {
	if d.Protocol == protocolFTPS {
		return d.probeFTPS(ctx, s)
	}
	return d.probeSFTP(ctx, s)
}

// runner runs steps one after the other until one fails.
type runner struct {
	session *integrations.Session
	left    []string
	err     error
}

func newRunner(s *integrations.Session, steps ...string) *runner {
	return &runner{session: s, left: steps}
}

// step runs the next step, unless one before has failed.
func (r *runner) step(name string, fn func() error) {
	if r.err != nil {
		return
	}
	r.left = slices.DeleteFunc(r.left, func(other string) bool { return other == name })
	r.err = r.session.Step(name, func() error { return sane(fn) })
}

// end returns the failure, having recorded the steps that were not tried.
func (r *runner) end() error {
	if r.err != nil {
		r.session.Skip(r.left...)
	}
	return r.err
}

// sane turns a library's panic over what a server sent into a failure.
func sane(fn func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = nonsense.Failure()
		}
	}()
	return fn()
}

// broken returns what a session can make a failure of where the connection is to
// blame for err, or the time is over; nil where something else is.
func broken(ctx context.Context, s *integrations.Session, err error) error {
	var slow net.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case s.Classify != nil && s.Classify(err) != nil, errors.As(err, &slow) && slow.Timeout():
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return reset.Failure()
	}
	return nil
}
