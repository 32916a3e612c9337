package outbound

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorText(t *testing.T) {
	err := error(&Error{Phase: PhaseConnect, Kind: Blocked, Addr: "erp.intra:443", Detail: whatPrivate})
	require.Equal(t, "connect erp.intra:443: address not permitted (a private address)", err.Error())
	err = &Error{Phase: PhaseResolve, Kind: InvalidAddress}
	require.Equal(t, "resolve: not an address that can be dialled", err.Error())
	for kind, text := range texts {
		require.NotEmpty(t, text)
		require.Contains(t, (&Error{Phase: PhaseRead, Kind: kind}).Error(), text)
	}
}

func TestErrorIs(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("wrapped: %w", &Error{Phase: PhaseConnect, Kind: Timeout, cause: cause})
	require.ErrorIs(t, err, &Error{Kind: Timeout})
	require.ErrorIs(t, err, &Error{Phase: PhaseConnect, Kind: Timeout})
	require.NotErrorIs(t, err, &Error{Phase: PhaseRead, Kind: Timeout})
	require.NotErrorIs(t, err, &Error{Kind: Refused})
	require.ErrorIs(t, err, cause)
	require.NotContains(t, err.Error(), "cause")
	require.Equal(t, Timeout, KindOf(err))
	var n net.Error
	require.ErrorAs(t, err, &n)
	require.True(t, n.Timeout())
	require.False(t, (&Error{Kind: Refused}).Timeout())
}

func TestClassifySocketErrors(t *testing.T) {
	for errno, want := range map[syscall.Errno]Kind{
		syscall.ECONNREFUSED: Refused, syscall.ECONNRESET: Reset, syscall.EPIPE: Reset, syscall.ECONNABORTED: Reset,
		syscall.EHOSTUNREACH: Unreachable, syscall.ENETUNREACH: Unreachable, syscall.EPERM: Unreachable,
		syscall.EACCES: Unreachable, syscall.EADDRNOTAVAIL: Unreachable, syscall.ETIMEDOUT: Timeout, syscall.EIO: Other,
	} {
		got := classify(PhaseConnect, "a.test:1", &net.OpError{Op: "dial", Err: errno})
		require.Equal(t, want, got.Kind, errno)
	}
	require.Equal(t, TLSOther, classify(PhaseTLS, "a.test:1", errors.New("odd")).Kind)
	require.Equal(t, Other, classify(PhaseRead, "a.test:1", errors.New("odd")).Kind)
	require.Equal(t, Reset, classify(PhaseRead, "a.test:1", io.EOF).Kind)
}
