package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"admin-api/api"
)

// readyTimeout bounds all checks of one /readyz together.
const readyTimeout = 5 * time.Second

// live answers that the process runs.
//
//	@ID          getHealth
//	@Summary     Is the process alive?
//	@Description Anybody may ask. It looks at nothing else; see /readyz.
//	@Tags        operations
//	@Success     200 {object} api.Liveness
//	@Router      /healthz [get]
func (s *Server) live(x *exchange) error {
	return x.json(http.StatusOK, api.Liveness{Status: "ok"})
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
	ctx, cancel := context.WithTimeout(x.Request().Context(), readyTimeout)
	defer cancel()
	out := api.Readiness{Status: "ok", Checks: make([]api.ReadinessCheck, len(s.ready))}
	status := http.StatusOK
	for i, need := range s.ready {
		out.Checks[i] = api.ReadinessCheck{Name: need.Name, Status: "ok"}
		if err := need.Check(ctx); err != nil {
			status, out.Status, out.Checks[i].Status = http.StatusServiceUnavailable, "failing", "failing"
			s.logger.LogAttrs(ctx, slog.LevelWarn, "not ready", slog.String("check", need.Name),
				slog.String("error", err.Error()), slog.String("requestId", x.requestID))
		}
	}
	return x.json(status, out)
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
