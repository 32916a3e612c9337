package handlers

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"admin-api/api"
	"admin-api/models"
)

// gate bounds what takes long: how much of it runs at once, and that there is
// one of each key.
type gate struct {
	most int

	mu   sync.Mutex
	busy map[string]bool
}

// mostChores is how many chores of contact centers run at once in this process.
const mostChores = 16

func newGate(most int) *gate { return &gate{most: most, busy: map[string]bool{}} }

// enter returns what to call at the end, or a refusal that says why not now.
func (g *gate) enter(key, why string) (leave func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy[key] || len(g.busy) >= g.most {
		return nil, &api.RequestError{Code: api.CodeRateLimited, Detail: why, RetryAfter: 5 * time.Second}
	}
	g.busy[key] = true
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.busy, key)
	}, nil
}

// unhurried lifts the bounds of time that requests have: work that calls
// progress at least once in every patience may take as long as it likes. The
// context ends when the client has gone or, with the cause
// context.DeadlineExceeded, when no progress was made. stop must be called at
// the end.
func (x *exchange) unhurried(patience time.Duration) (ctx context.Context, progress, stop func()) {
	x.SetRequest(x.Request().WithContext(x.base))
	ctx, cancel := context.WithCancelCause(x.base)
	late := time.AfterFunc(patience, func() { cancel(context.DeadlineExceeded) })
	connection := http.NewResponseController(x.Response())
	progress = func() {
		late.Reset(patience)
		// A connection that knows no deadlines has none to move.
		_ = connection.SetWriteDeadline(time.Now().Add(patience + writeReserve))
	}
	progress()
	return ctx, progress, func() {
		late.Stop()
		cancel(nil)
	}
}

// writeReserve is left to write the answer when the patience has ended.
const writeReserve = 15 * time.Second

// overdue reports whether work ended because it made no progress.
func overdue(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), context.DeadlineExceeded)
}

// lineWriter sends records as lines of JSON, in chunks.
type lineWriter struct {
	x        *exchange
	progress func()
	buf      []byte
}

// chunk is how much is gathered before it is sent.
const chunk = 32 << 10

func (w *lineWriter) record(e *models.AuditEvent) error {
	w.buf = append(api.AppendAuditEvent(w.buf, e), '\n')
	if len(w.buf) < chunk {
		return nil
	}
	return w.flush()
}

func (w *lineWriter) flush() error {
	if !w.x.Response().Committed {
		w.x.set("X-Accel-Buffering", "no") // proxies that collect answers first
		w.x.Response().WriteHeader(http.StatusOK)
	}
	_, err := w.x.Response().Write(w.buf)
	w.buf = w.buf[:0]
	w.progress()
	return err
}

func (w *lineWriter) end() error {
	if err := w.flush(); err != nil {
		return w.fail(err)
	}
	return nil
}

// fail returns an error that came before the first line was sent. Later nothing
// can tell the client but a connection that is cut.
func (w *lineWriter) fail(err error) error {
	w.x.partial = w.x.Response().Committed
	if !w.x.partial {
		w.x.Response().Header().Del(echo.HeaderContentType)
	}
	return err
}
