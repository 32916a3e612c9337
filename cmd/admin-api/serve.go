package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	adminapi "admin-api"
	"admin-api/access"
	"admin-api/accounts"
	"admin-api/events"
	"admin-api/handlers"
	"admin-api/integrations/catalog"
	"admin-api/monitor"
	"admin-api/outbound"
	"admin-api/scim"
	"admin-api/sso"
	"admin-api/web"
)

const (
	// drainTime is how long requests in flight may take after a signal.
	// A probe may take 10 s, and its answer is still to be written then.
	drainTime = 12 * time.Second
	// gcPercent trades a few MiB for fewer collections; lists gain most.
	gcPercent = 400
)

type serveCommand struct {
	dataSettings  `embed:""`
	logSettings   `embed:""`
	serveSettings `embed:""`
}

// Run serves until the process is told to stop. All settings are judged before
// an address is taken, and both before anything is made.
func (c *serveCommand) Run(p *program) error {
	if err := c.dataSettings.check(); err != nil {
		return err
	}
	if err := c.serveSettings.check(); err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	log := c.logger(p.stderr)
	c.warn(p, log)
	if err := c.serveUntilStopped(p, log); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

// warn speaks of what does not stop the server and is hardly meant so.
func (c *serveCommand) warn(p *program, log *slog.Logger) {
	for _, name := range p.unknown {
		log.Warn("no setting has this name; is it misspelt?", "variable", name)
	}
	if info, err := os.Stat(c.Data); err == nil && c.sqlite() && info.Mode().Perm()&0o077 != 0 {
		log.Warn("other users may enter the data folder; make its mode 0700", "folder", c.Data,
			"mode", fmt.Sprintf("%04o", info.Mode().Perm()))
	}
}

func (c *serveCommand) serveUntilStopped(p *program, log *slog.Logger) (err error) {
	listeners, err := c.open(p.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, listeners.close()) }()
	way, err := c.wayOut(listeners)
	if err != nil {
		return err
	}
	h, err := openHouse(p.ctx, c.dataSettings, log, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	first, err := c.bootstrap(p.ctx, h)
	if err != nil {
		return err
	}
	feed := &events.Service{Store: h.store, Keys: h.keys, Audit: h.audit, Outbound: way, Logger: log}
	h.audit.OnCommit = feed.Committed
	signOn := c.singleSignOn(h, way)
	server, watch, err := c.build(h, way, feed, signOn)
	if err != nil {
		return err
	}
	h.audit.Heads.Examine(p.ctx)
	var background sync.WaitGroup
	ctx, stop := context.WithCancel(p.ctx)
	background.Go(func() { h.audit.Heads.Run(ctx) })
	background.Go(func() { h.access.RecordUses(ctx) })
	background.Go(func() { h.access.RunSweeps(ctx) })
	background.Go(func() { signOn.RunSweeps(ctx) })
	background.Go(func() { watch.Run(ctx) })
	background.Go(func() { feed.NewCourier(events.CourierConfig{Observe: server.ObserveDelivery}).Run(ctx) })
	defer background.Wait()
	defer stop() // also where serving ends by an error
	return c.listen(p, log, server, listeners, first, feed.Close)
}

// build puts the services together.
func (c *serveCommand) build(
	h *house, way *outbound.Client, feed *events.Service, signOn *sso.Service,
) (*handlers.Server, *monitor.Monitor, error) {
	proxies, err := c.proxies()
	if err != nil {
		return nil, nil, err
	}
	h.access.SessionIdle, h.access.SessionMax = time.Duration(c.SessionIdle), time.Duration(c.SessionMax)
	types := catalog.All()
	service := &accounts.Service{
		Store: h.store, Catalog: types, Keys: h.keys, Audit: h.audit, Outbound: way, Logger: h.log,
		Retention: time.Duration(c.Retention), ProbesUnlimited: c.RateLimit.PerSecond == 0, PublicURL: c.publicURL(),
		SSOTestPassed: signOn.AdminTestPassed,
	}
	h.access.SSORequired, h.access.SSOUnproven, h.access.SSOOn = signOn.Required, service.SSOUnproven, service.SSOOn
	registry := prometheus.NewRegistry()
	registerDatabase(registry, h.store)
	number, _ := built()
	server, err := handlers.New(handlers.Config{
		Accounts: service, Access: h.access, Events: feed, SSO: signOn, Catalog: types, Logger: h.log,
		SCIM:           &scim.Service{Store: h.store, Access: h.access},
		RateLimit:      handlers.Rate(c.RateLimit),
		SignInLimit:    handlers.Rate(c.LoginRateLimit),
		TrustedProxies: proxies, PublicURL: c.publicURL(), OpenAPI: adminapi.OpenAPI, Swagger: web.Swagger(),
		Registry: registry, Ready: readyChecks(h), Version: number,
	})
	if err != nil {
		return nil, nil, err
	}
	service.Observe = server.ObserveProbe
	watch := monitor.New(monitor.Config{
		Store: h.store, Accounts: service, Audit: h.audit, Logger: h.log,
		Interval: time.Duration(c.MonitorInterval), Retention: time.Duration(c.Retention),
	})
	registerMonitor(registry, watch)
	return server, watch, nil
}

// singleSignOn is the service provider of all contact centers.
func (c *serveCommand) singleSignOn(h *house, way *outbound.Client) *sso.Service {
	return &sso.Service{
		Store: h.store, Access: h.access, Audit: h.audit, Keys: h.keys, Outbound: way, Logger: h.log,
		PublicURL: c.publicURL(), AgentDesktopURL: c.AgentDesktopURL,
		KeepTraces: int(c.SSOTraces), TraceRetention: time.Duration(c.SSOTraceLife),
	}
}

func (c *serveCommand) wayOut(l *listeners) (*outbound.Client, error) {
	way, err := outbound.New(outbound.Config{
		Allow: c.OutboundAllow, ConnectTo: c.OutboundConnectTo, CAFile: c.OutboundCA, TLSMin: c.OutboundTLSMin,
		Listen: l.addresses(),
	})
	if err != nil {
		return nil, fmt.Errorf("way out: %w", err)
	}
	return way, nil
}

// publicURL is what browsers see; without a setting, what is listened on. Each
// contact center has its own domain, so the first one's would not do.
func (c *serveCommand) publicURL() string {
	if c.PublicURL == "" && c.TLSCert != "" {
		return "https://{domain}"
	}
	return c.PublicURL
}

func readyChecks(h *house) []handlers.ReadyCheck {
	return []handlers.ReadyCheck{
		{Name: "database", Check: h.store.Ping},
		{Name: "schema", Check: func(ctx context.Context) error {
			n, err := h.store.Pending(ctx)
			if err == nil && n > 0 {
				err = fmt.Errorf("%d migrations are pending", n)
			}
			return err
		}},
		{Name: "keys", Check: func(context.Context) error { return h.keys.LastReloadError() }},
		{Name: "audit", Check: h.audit.Heads.Check},
	}
}

// listen serves until the context ends, then finishes what is in flight.
// endStreams ends the answers that would go on for ever.
func (c *serveCommand) listen(
	p *program, log *slog.Logger, s *handlers.Server, l *listeners, first *access.Bootstrapped, endStreams func(),
) error {
	servers := []*http.Server{newServer(s.Handler(), log)}
	servers[0].RegisterOnShutdown(endStreams)
	failed := make(chan error, 2)
	go func() { failed <- c.serve(servers[0], l.api) }()
	if l.metrics != nil {
		servers = append(servers, newServer(s.MetricsHandler(), log))
		go func() { failed <- servers[1].Serve(l.metrics) }()
	}
	addr := l.api.Addr().String()
	log.Info("listening", "addr", addr, "tls", c.TLSCert != "")
	c.greet(p, addr, first)
	if p.ready != nil {
		p.ready(addr)
	}
	select {
	case err := <-failed:
		return errors.Join(err, shutdown(servers))
	case <-p.ctx.Done():
		log.Info("stopping; requests in flight are finished first")
		return shutdown(servers)
	}
}

func (c *serveCommand) serve(s *http.Server, l net.Listener) error {
	if c.TLSCert != "" {
		return s.ServeTLS(l, c.TLSCert, c.TLSKey)
	}
	return s.Serve(l)
}

func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 45 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

func shutdown(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	var all error
	for _, s := range servers {
		if err := s.Shutdown(ctx); err != nil {
			all = errors.Join(all, err, s.Close())
		}
	}
	return all
}
