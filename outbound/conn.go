package outbound

import (
	"errors"
	"io"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// guardedConn keeps a connection within its time and size. A deadline may be
// moved forward, never beyond the end of the exchange.
type guardedConn struct {
	net.Conn
	to    target
	until time.Time
	left  atomic.Int64
}

// newGuardedConn returns a connection that ends at until and has no limit of
// bytes yet.
func newGuardedConn(conn net.Conn, to target, until time.Time) *guardedConn {
	g := &guardedConn{Conn: conn, to: to, until: until}
	g.limit(math.MaxInt64)
	_ = conn.SetDeadline(until) // fails only on a closed connection, as the next read will
	return g
}

// limit sets how many more bytes may be read.
func (g *guardedConn) limit(n int64) { g.left.Store(n) }

// Read implements [net.Conn].
func (g *guardedConn) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if left := g.left.Add(-int64(n)); left < 0 {
		return max(0, n+int(left)), &Error{Phase: PhaseRead, Kind: TooLarge, Addr: g.to.String()}
	}
	return n, g.typed(err)
}

// Write implements [net.Conn].
func (g *guardedConn) Write(p []byte) (int, error) {
	n, err := g.Conn.Write(p)
	return n, g.typed(err)
}

// typed leaves two errors alone: readers compare io.EOF by identity, and a
// closed connection is the caller's own doing.
func (g *guardedConn) typed(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return err
	}
	return classify(PhaseRead, g.to.String(), err)
}

// SetDeadline implements [net.Conn].
func (g *guardedConn) SetDeadline(t time.Time) error { return g.Conn.SetDeadline(g.clamp(t)) }

// SetReadDeadline implements [net.Conn].
func (g *guardedConn) SetReadDeadline(t time.Time) error { return g.Conn.SetReadDeadline(g.clamp(t)) }

// SetWriteDeadline implements [net.Conn].
func (g *guardedConn) SetWriteDeadline(t time.Time) error {
	return g.Conn.SetWriteDeadline(g.clamp(t))
}

func (g *guardedConn) clamp(t time.Time) time.Time {
	if t.IsZero() || t.After(g.until) {
		return g.until
	}
	return t
}

// heldConn gives nothing to read before something was written. net/http prints
// what a server says unasked, such as the banner of a mail server, to the
// process's log; nothing that others send belongs there.
type heldConn struct {
	net.Conn
	release func()
	free    chan struct{}
}

func holdReads(conn net.Conn) *heldConn {
	free := make(chan struct{})
	return &heldConn{Conn: conn, free: free, release: sync.OnceFunc(func() { close(free) })}
}

// Read implements [net.Conn].
func (h *heldConn) Read(p []byte) (int, error) {
	<-h.free
	return h.Conn.Read(p)
}

// Write implements [net.Conn].
func (h *heldConn) Write(p []byte) (int, error) {
	h.release()
	return h.Conn.Write(p)
}

// Close implements [net.Conn].
func (h *heldConn) Close() error {
	h.release()
	return h.Conn.Close()
}
