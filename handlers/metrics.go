package handlers

import (
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what the server counts. Labels have few values: routes, never
// paths.
type metrics struct {
	page         http.Handler
	requests     *prometheus.CounterVec
	took         *prometheus.HistogramVec
	inFlight     prometheus.Gauge
	probes       *prometheus.CounterVec
	probeSeconds *prometheus.HistogramVec
	deliveries   *prometheus.CounterVec
	streams      prometheus.Gauge
}

func newMetrics(registry *prometheus.Registry, version string) (*metrics, error) {
	if registry == nil {
		registry = prometheus.NewRegistry()
	}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "admin_api_http_requests_total", Help: "Requests answered, by method, route and status.",
		}, []string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "admin_api_http_request_duration_seconds", Help: "How long requests took, by method and route.",
			Buckets: []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
		}, []string{"method", "route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "admin_api_http_requests_in_flight", Help: "Requests that are being worked on.",
		}),
		probes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "admin_api_probes_total", Help: "Probes of accounts, by type, status and cause.",
		}, []string{"type", "status", "cause"}),
		probeSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "admin_api_probe_duration_seconds", Help: "How long probes took, by type.",
			Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
		}, []string{"type"}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "admin_api_webhook_attempts_total",
			Help: "Attempts to deliver to webhooks, by what became of the delivery: delivered, pending (tried again), failed.",
		}, []string{"status"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "admin_api_event_streams", Help: "Streams of events that are open.",
		}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "admin_api_build_info", Help: "Which program this is; the value is always 1.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
	})
	build.Set(1)
	for _, c := range []prometheus.Collector{
		m.requests, m.took, m.inFlight, m.probes, m.probeSeconds, m.deliveries, m.streams, build,
	} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	m.page = promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry})
	return m, nil
}

// answered counts one request.
func (m *metrics) answered(method, route string, status int, took time.Duration) {
	method = methodLabel(method)
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(method, route).Observe(took.Seconds())
}

// methodLabel keeps what clients make up out of labels and logs.
func methodLabel(method string) string {
	if slices.Contains(commonMethods(), method) {
		return method
	}
	return "OTHER"
}
