//go:build full

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A request that has begun when the program is told to stop is still answered,
// although its body arrives after nobody else is let in.
func TestStopFinishesWhatIsInFlight(t *testing.T) {
	h := newHouse(t, 1)
	conn := dial(t, h)
	document := zendesk("Late")
	_, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		accountsPath, h.config.addr, h.config.token, len(document))
	require.NoError(t, err)
	in := bufio.NewReader(conn)
	line, err := in.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 100 Continue\r\n", line) // the program reads the body now
	_, err = in.ReadString('\n')
	require.NoError(t, err)

	h.server.terminate()
	awaitRefusal(t, h)
	_, err = conn.Write(document)
	require.NoError(t, err)
	res, err := http.ReadResponse(in, nil)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, res.StatusCode, "%s", body)
	require.True(t, res.Close, "the client must learn that the connection ends")
	require.NoError(t, h.server.stop(), "a stop that was asked for is no error")

	h.start()
	id, err := (&answer{body: body}).id()
	require.NoError(t, err)
	got, err := h.client.get(t.Context(), accountsPath+"/"+id)
	require.NoError(t, err)
	require.Equal(t, string(body), string(got.body))
}

func dial(t *testing.T, h *house) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", h.config.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(stopTimeout)))
	return conn
}

// awaitRefusal returns when nobody listens any more.
func awaitRefusal(t *testing.T, h *house) {
	t.Helper()
	require.Eventually(t, func() bool {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", h.config.addr)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	}, stopTimeout, 2*time.Millisecond)
}

// Under load every change that was made is also answered: what got no answer
// has not happened, and nothing is answered in part.
func TestStopUnderLoad(t *testing.T) {
	const clients = 16
	h := newHouse(t, clients)
	var made atomic.Int64
	last := make([]request, clients)
	err := together(clients+1, func(n int) error {
		if n == clients {
			for made.Load() < 20*clients { // everybody is at it
				pause(t.Context(), time.Millisecond)
			}
			h.server.terminate()
			return nil
		}
		for i := 0; ; i++ {
			name := fmt.Sprintf("Stopped %d %d", n, i)
			last[n] = createRequest(zendesk(name), fmt.Sprintf("stopped-%d-%d", n, i))
			a, err := h.client.do(t.Context(), last[n])
			if errors.Is(err, errBrokenOff) {
				return err
			}
			if err != nil {
				return nil //nolint:nilerr // the server is gone: the end of this client
			}
			if a.status != http.StatusCreated {
				return fmt.Errorf("status %d: %s", a.status, a.body)
			}
			made.Add(1)
		}
	})
	require.NoError(t, err)
	require.NoError(t, h.server.stop())

	h.start()
	list, err := all[account](t.Context(), h.client, accountsPath)
	require.NoError(t, err)
	require.Equal(t, made.Load(), int64(len(list)), "answers that said so, and accounts made")
	for _, r := range last {
		a, err := h.client.expect(t.Context(), http.StatusCreated, r)
		require.NoError(t, err)
		require.Empty(t, a.header.Get("Idempotency-Replayed"), "done, but not answered")
	}
	h.run("audit", "verify")
}
