package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// listeners are what the server listens on.
type listeners struct {
	api, metrics net.Listener // metrics may be nil
}

// open listens on the addresses of the settings.
func (c *serveCommand) open(ctx context.Context) (*listeners, error) {
	var config net.ListenConfig
	var l listeners
	var err error
	if l.api, err = config.Listen(ctx, "tcp", c.Addr); err != nil {
		return nil, taken("ADMIN_API_ADDR", c.Addr, err)
	}
	if c.MetricsAddr == "" {
		return &l, nil
	}
	if l.metrics, err = config.Listen(ctx, "tcp", c.MetricsAddr); err != nil {
		return nil, errors.Join(taken("ADMIN_API_METRICS_ADDR", c.MetricsAddr, err), l.close())
	}
	return &l, nil
}

// taken says what to do about an address that another program listens on.
func taken(setting, addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s: another program listens on %s; stop it, or choose another address", setting, addr)
	}
	return fmt.Errorf("%s: %w", setting, err)
}

// addresses are those that nobody may be sent to by a connection test.
func (l *listeners) addresses() []string {
	out := []string{l.api.Addr().String()}
	if l.metrics != nil {
		out = append(out, l.metrics.Addr().String())
	}
	return out
}

// close closes what a server has not closed already.
func (l *listeners) close() error {
	var all error
	for _, one := range []net.Listener{l.api, l.metrics} {
		if one == nil {
			continue
		}
		if err := one.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			all = errors.Join(all, err)
		}
	}
	return all
}
