// Package monitor does what nobody asks for: it checks accounts when they are
// due, watches certificates, and removes what has been kept long enough.
//
// Every replica runs one. What is to be done stands in the database and is
// claimed there, so that replicas share the work and none does it twice; a
// replica that dies leaves its part to the others. The package knows no HTTP and
// no single type, and decides nothing about what a probe means.
package monitor

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"admin-api/accounts"
	"admin-api/audit"
	"admin-api/models"
	"admin-api/store"
)

// What holds when the configuration is silent.
const (
	defaultWorkers   = 16
	defaultPerMinute = 60
	defaultPoll      = 5 * time.Second
	defaultRounds    = time.Hour
)

// Config says what a Monitor works with. Store, Accounts and Audit are required.
type Config struct {
	Store    *store.Store
	Accounts *accounts.Service
	Audit    *audit.Log
	Logger   *slog.Logger
	// Interval is how often an account that is well is checked; 0 for never.
	Interval time.Duration
	// Retention is how long a deleted account is kept.
	Retention time.Duration
	// Workers is how many probes run at once in this process, one half of them at most
	// for one contact center; 0 means 16.
	Workers int
	// PerMinute bounds the probes of one type, and so of one vendor; 0 means 60.
	PerMinute int
	// Poll is how often the schedule is looked at; 0 means every 5 s. Rounds is how
	// often certificates are watched and old things removed; 0 means every hour.
	Poll, Rounds time.Duration
	// Now returns the time; nil means time.Now. Random returns a number from 0 up to
	// 1; nil means math/rand.
	Now    func() time.Time
	Random func() float64
}

// Monitor works in the background while Run does.
type Monitor struct {
	Config

	woken   chan struct{} // a worker became free
	working sync.WaitGroup

	mu     sync.Mutex
	free   int                      // workers that have nothing to do
	active map[string]int           // probes under way, by contact center
	rates  map[string]*rate.Limiter // by type
	counts Certificates
}

// New returns a Monitor that does nothing yet.
func New(c Config) *Monitor {
	c.Workers, c.PerMinute = or(c.Workers, defaultWorkers), or(c.PerMinute, defaultPerMinute)
	c.Poll, c.Rounds = or(c.Poll, defaultPoll), or(c.Rounds, defaultRounds)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	return &Monitor{
		Config: c, free: c.Workers, woken: make(chan struct{}, 1), active: map[string]int{},
		rates: map[string]*rate.Limiter{},
	}
}

func or[T comparable](value, otherwise T) T {
	if value == *new(T) {
		return otherwise
	}
	return value
}

// Run works until the context ends, and returns when the last probe has.
func (m *Monitor) Run(ctx context.Context) {
	defer m.working.Wait()
	rounds := time.NewTimer(0)
	defer rounds.Stop()
	poll := time.NewTimer(0)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-rounds.C:
			m.watch(ctx)
			m.sweep(ctx)
			rounds.Reset(m.jitter(m.Rounds))
		case <-poll.C:
			m.checks(ctx)
			poll.Reset(m.Poll)
		case <-m.woken:
			m.checks(ctx)
		}
	}
}

// jitter spreads what would else happen everywhere at once: within a tenth.
func (m *Monitor) jitter(d time.Duration) time.Duration {
	return d + time.Duration((m.Random()*2-1)*0.1*float64(d))
}

// failed logs what went wrong, unless we are stopping.
func (m *Monitor) failed(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		m.Logger.ErrorContext(ctx, "monitor", "failed", what, "error", err)
	}
}

func (m *Monitor) now() models.Time { return models.NewTime(m.Now()) }
