package outbound

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func dialled(t *testing.T, s *socket, cfg Config) net.Conn {
	t.Helper()
	cfg.Allow = []string{"127.0.0.1"}
	conn, err := newClient(t, cfg).Dial(t.Context(), "tcp", s.addr())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestConnectionIsLimited(t *testing.T) {
	s := talk(t, func(conn net.Conn) { _, _ = io.WriteString(conn, strings.Repeat("x", 100)) })
	data, err := io.ReadAll(dialled(t, s, Config{MaxBytes: 100}))
	require.NoError(t, err)
	require.Len(t, data, 100)

	data, err = io.ReadAll(dialled(t, s, Config{MaxBytes: 99}))
	require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: TooLarge})
	require.ErrorContains(t, err, s.addr())
	require.Len(t, data, 99)
}

func TestConnectionEndsWithTheExchange(t *testing.T) {
	s := talk(t, silence)
	for _, later := range []time.Time{{}, time.Now().Add(time.Hour)} {
		conn := dialled(t, s, Config{Timeout: patience})
		for _, extend := range []func(time.Time) error{conn.SetDeadline, conn.SetReadDeadline, conn.SetWriteDeadline} {
			require.NoError(t, extend(later))
		}
		_, err := conn.Read(make([]byte, 1))
		require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: Timeout})
		_, err = conn.Write([]byte("x"))
		require.ErrorIs(t, err, &Error{Kind: Timeout})
		var n net.Error
		require.ErrorAs(t, err, &n)
		require.True(t, n.Timeout())
	}
}

func TestConnectionDeadlineMayComeEarlier(t *testing.T) {
	conn := dialled(t, talk(t, silence), Config{Timeout: time.Hour})
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(-time.Second)))
	_, err := conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, &Error{Kind: Timeout})
}

func TestConnectionReset(t *testing.T) {
	s := talk(t, reset)
	conn := dialled(t, s, Config{})
	_, err := io.WriteString(conn, "x")
	require.NoError(t, err)
	_, err = io.ReadAll(conn)
	require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: Reset})
}

func TestConnectionClosedByCaller(t *testing.T) {
	conn := dialled(t, talk(t, silence), Config{})
	require.NoError(t, conn.Close())
	_, err := conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, net.ErrClosed)
}

// journal is a connection that records what is done to it.
type journal struct {
	net.Conn
	mu   sync.Mutex
	done []string
}

func (j *journal) note(what string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done = append(j.done, what)
}

func (j *journal) Read([]byte) (int, error) {
	j.note("read")
	return 0, io.EOF
}

func (j *journal) Write(p []byte) (int, error) {
	j.note("write")
	return len(p), nil
}

func (j *journal) Close() error {
	j.note("close")
	return nil
}

func (*journal) SetDeadline(time.Time) error { return nil }

func TestNothingIsReadBeforeTheRequest(t *testing.T) {
	for first, act := range map[string]func(net.Conn) error{
		"write": func(c net.Conn) error { _, err := c.Write([]byte("GET")); return err },
		"close": func(c net.Conn) error { return c.Close() },
	} {
		synctest.Test(t, func(t *testing.T) {
			j := &journal{}
			conn := holdReads(j)
			go func() { _, _ = conn.Read(make([]byte, 1)) }()
			synctest.Wait()
			require.Empty(t, j.done)
			require.NoError(t, act(conn))
			synctest.Wait()
			require.ElementsMatch(t, []string{first, "read"}, j.done)
		})
	}
}

// reset breaks the connection off after the first bytes.
func reset(conn net.Conn) {
	_, _ = conn.Read(make([]byte, 4096))
	_ = conn.(*net.TCPConn).SetLinger(0)
}
