package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"admin-api/api"
)

const (
	// readyTimeout bounds all checks of one /readyz together.
	readyTimeout = 5 * time.Second
	// readyAge is how old an answer of /readyz may be. Anybody may ask, and the
	// checks take the writer's turn: they must not become a way to slow it down.
	readyAge = time.Second

	statusOK      = "ok"
	statusFailing = "failing"
)

// live answers that the process runs.
//
//	@ID          getHealth
//	@Summary     Is the process alive?
//	@Description Anybody may ask. It looks at nothing else; see /readyz.
//	@Tags        operations
//	@Success     200 {object} api.Liveness
//	@Router      /healthz [get]
func (s *Server) live(x *exchange) error {
	return x.json(http.StatusOK, api.Liveness{Status: statusOK})
}

// readiness answers whether the process can do its work.
//
//	@ID          getReadiness
//	@Summary     Can the process do its work?
//	@Description Anybody may ask. Why something fails stands in the log.
//	@Tags        operations
//	@Success     200 {object} api.Readiness
//	@Failure     503 {object} api.Readiness
//	@Router      /readyz [get]
func (s *Server) readiness(x *exchange) error {
	out, err := s.ready.state(x.Request().Context())
	if err != nil {
		return err
	}
	status := http.StatusOK
	if out.Status != statusOK {
		status = http.StatusServiceUnavailable
	}
	return x.json(status, out)
}

// readiness looks at what the server needs, for all who ask within a second
// only once.
type readiness struct {
	checks []ReadyCheck
	logger *slog.Logger
	now    func() time.Time

	turn chan struct{} // holds a token while somebody looks
	last api.Readiness // the members below belong to whoever has the turn
	at   time.Time
}

func newReadiness(checks []ReadyCheck, logger *slog.Logger, now func() time.Time) *readiness {
	return &readiness{checks: checks, logger: logger, now: now, turn: make(chan struct{}, 1)}
}

// state returns what was found, or the error of ctx where its time ended while
// another request looked.
func (r *readiness) state(ctx context.Context) (api.Readiness, error) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return api.Readiness{}, ctx.Err()
	}
	if age := r.now().Sub(r.at); r.last.Status == "" || age < 0 || age >= readyAge {
		// Others get the answer too, so it must not depend on this client's patience.
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTimeout)
		defer cancel()
		r.last, r.at = r.look(bounded), r.now()
	}
	return r.last, nil
}

func (r *readiness) look(ctx context.Context) api.Readiness {
	out := api.Readiness{Status: statusOK, Checks: make([]api.ReadinessCheck, len(r.checks))}
	for i, need := range r.checks {
		out.Checks[i] = api.ReadinessCheck{Name: need.Name, Status: statusOK}
		if err := need.Check(ctx); err != nil {
			out.Status, out.Checks[i].Status = statusFailing, statusFailing
			r.logger.LogAttrs(ctx, slog.LevelWarn, "not ready", slog.String("check", need.Name),
				slog.String("error", err.Error()))
		}
	}
	return out
}

// readMetrics answers what the server counts.
//
//	@ID          getMetrics
//	@Summary     Metrics for Prometheus
//	@Description Needs the scope metrics.
//	@Tags        operations
//	@Security    BearerAuth
//	@Produce     plain
//	@Success     200 {string} string
//	@Failure     401,403,429,500,503 {object} api.Problem
//	@Router      /metrics [get]
func (s *Server) readMetrics(x *exchange) error {
	s.metrics.page.ServeHTTP(x.Response(), x.Request())
	return nil
}
