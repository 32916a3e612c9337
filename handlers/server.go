package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/gommon/log"
	"github.com/prometheus/client_golang/prometheus"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/audit"
	"admin-api/events"
	"admin-api/integrations"
	"admin-api/scim"
	"admin-api/sso"
)

// defaultTimeout is how long a request may be worked on.
const defaultTimeout = 30 * time.Second

// defaultHeartbeat is how often a quiet stream of events gives a sign of life.
const defaultHeartbeat = 15 * time.Second

// Config is what a server is built from. Accounts, Access, Events, SSO, SCIM and
// Catalog are required; everything else may be zero.
type Config struct {
	Accounts *accounts.Service
	Access   *access.Service
	Events   *events.Service
	SSO      *sso.Service
	SCIM     *scim.Service
	Catalog  integrations.Catalog
	// Logger gets one line per request and what went wrong; nil logs nothing.
	Logger *slog.Logger
	// RateLimit bounds the requests of each principal, and the refused
	// credentials of each address; zero is no limit.
	RateLimit Rate
	// SignInLimit bounds the attempts to sign in with a password from each address, and
	// the failed ones by single sign-on; zero is no limit.
	SignInLimit Rate
	// TrustedProxies are the networks whose X-Forwarded-For and
	// X-Forwarded-Proto are believed; with none, the peer is the client.
	TrustedProxies []netip.Prefix
	// PublicURL is where browsers see the server, with {domain} for that of the
	// contact center; empty means https:// and the domain. A value that begins with
	// https:// switches Strict-Transport-Security on.
	PublicURL string
	// OpenAPI is the contract in YAML.
	OpenAPI []byte
	// Swagger holds the page of the reference, index.html at its root.
	Swagger fs.FS
	// Registry receives the metrics and is what /metrics shows; nil makes one.
	Registry *prometheus.Registry
	// Ready are the things that the server needs to do its work.
	Ready []ReadyCheck
	// RequestTimeout is how long a request may be worked on; 0 means 30 seconds.
	RequestTimeout time.Duration
	// Heartbeat is how often a quiet stream of events gives a sign of life, and its
	// credential is looked at again; 0 means every 15 seconds.
	Heartbeat time.Duration
	// Version is shown in the metrics.
	Version string
	// Now returns the time; nil means time.Now.
	Now func() time.Time
}

// ReadyCheck is one thing that the server needs.
type ReadyCheck struct {
	// Name is shown to everybody, for example "database".
	Name string
	// Check returns why it is not there; the text goes to the log only. It is
	// called by one goroutine at a time and should obey its context.
	Check func(context.Context) error
}

// Server answers HTTP requests. It is safe for concurrent use.
type Server struct {
	accounts *accounts.Service
	access   *access.Service
	audit    *audit.Log
	events   *events.Service
	sso      *sso.Service
	scim     *scim.Service
	catalog  *typeDocuments
	logger   *slog.Logger
	limits   *limiter
	signIns  *limiter
	foreign  *http.CrossOriginProtection
	proxies  []netip.Prefix
	secure   bool // browsers come by HTTPS
	public   string
	outcomes *template.Template
	ssoPages *ssoPages
	pages    map[string]page
	contract *page // nil without OpenAPI
	metrics  *metrics
	ready    *readiness
	now      func() time.Time
	timeout  time.Duration
	beat     time.Duration
	echo     *echo.Echo
	buffers  buffers
	// verifications and exports of the audit record take long; chores are what one
	// contact center does one after the other.
	verifications, exports, chores *gate
	// allowed maps a path, as Echo writes it, to its methods for Allow.
	allowed map[string]string
}

// New returns a server. It fails where the registry knows a metric of ours
// already, or where a file of the reference cannot be read.
func New(c Config) (*Server, error) {
	if c.Accounts == nil || c.Access == nil || c.Events == nil || c.SSO == nil || c.SCIM == nil || len(c.Catalog) == 0 {
		return nil, errors.New("handlers: accounts, access, events, single sign-on, SCIM and catalogue are required")
	}
	s := &Server{
		accounts: c.Accounts, access: c.Access, audit: c.Accounts.Audit, logger: c.Logger, proxies: c.TrustedProxies,
		secure: hasHTTPS(c.PublicURL), public: c.PublicURL, now: c.Now, allowed: map[string]string{},
		verifications: newGate(mostVerifications), exports: newGate(mostExports),
		chores: newGate(mostChores), events: c.Events, sso: c.SSO, scim: c.SCIM,
		timeout: cmp.Or(c.RequestTimeout, defaultTimeout), beat: cmp.Or(c.Heartbeat, defaultHeartbeat),
	}
	if s.logger == nil {
		s.logger = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.limits, s.signIns = newLimiter(c.RateLimit, s.now), newLimiter(c.SignInLimit, s.now)
	s.foreign = http.NewCrossOriginProtection()
	s.ready = newReadiness(c.Ready, s.logger, s.now)
	var err error
	if s.catalog, err = newTypeDocuments(c.Catalog); err != nil {
		return nil, fmt.Errorf("types: %w", err)
	}
	if s.outcomes, err = template.ParseFS(pageFiles, "pages/salesforce.html"); err != nil {
		return nil, fmt.Errorf("page of a callback: %w", err)
	}
	if s.ssoPages, err = newSSOPages(); err != nil {
		return nil, fmt.Errorf("pages of single sign-on: %w", err)
	}
	if s.pages, err = readPages(c.Swagger, c.Catalog); err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	if len(c.OpenAPI) > 0 {
		contract := newPage(c.OpenAPI, "application/yaml", apiPolicy)
		s.contract = &contract
	}
	if s.metrics, err = newMetrics(c.Registry, c.Version); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	s.echo = s.newEcho()
	return s, nil
}

// Handler returns what an http.Server serves. Its WriteTimeout must be longer
// than the time that a request may take; streams of events set their own. The
// events must be closed when the http.Server is told to stop, or it waits for the
// streams (RegisterOnShutdown).
func (s *Server) Handler() http.Handler { return s.echo }

// MetricsHandler returns /metrics, and nothing else, without any check of who
// asks, for an address of its own.
func (s *Server) MetricsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.metrics.page)
	return mux
}

// ObserveProbe counts a probe; it fits accounts.Service.Observe.
func (s *Server) ObserveProbe(typ, status, cause string, took time.Duration) {
	s.metrics.probes.WithLabelValues(typ, status, cause).Inc()
	s.metrics.probeSeconds.WithLabelValues(typ).Observe(took.Seconds())
}

// ObserveDelivery counts an attempt to deliver to a webhook; it fits
// events.CourierConfig.Observe.
func (s *Server) ObserveDelivery(status string) { s.metrics.deliveries.WithLabelValues(status).Inc() }

func (s *Server) newEcho() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetLevel(log.OFF)
	e.Logger.SetOutput(io.Discard)
	e.IPExtractor = extractor(s.proxies)
	e.Pre(compatible)
	e.Use(s.observe)
	s.register(e)
	return e
}

// extractor returns how the client's address is found. Without proxies the
// header fields that proxies set mean nothing.
func extractor(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		p = p.Masked()
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
