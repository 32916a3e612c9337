package events

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"admin-api/models"
)

// What holds when the configuration is silent.
const (
	defaultWorkers    = 16
	defaultPerWebhook = 4
	defaultPerCenter  = 8
)

const (
	// leaseTime is how long a claimed delivery is left to whoever claimed it: some
	// times what an attempt takes at most.
	leaseTime = time.Minute
	// firstWait doubles with each attempt that fails, up to longestWait.
	firstWait   = 10 * time.Second
	longestWait = time.Hour
)

// CourierConfig says how a Courier works.
type CourierConfig struct {
	// Workers is how many deliveries are made at once in this process; 0 means 16.
	Workers int
	// PerWebhook and PerCenter bound those of one webhook and of one contact center,
	// so that a slow receiver does not hold up the others; 0 means 4 and 8. A contact
	// center gets less while others want workers, see room.
	PerWebhook, PerCenter int
	// Poll is how often the queue is looked at; 0 means every second.
	Poll time.Duration
	// Random returns a number from 0 up to 1; nil means math/rand.
	Random func() float64
	// Observe, when set, is told of every attempt what became of its delivery, one
	// of models.DeliveryDelivered, DeliveryPending (it is tried again) and
	// DeliveryFailed.
	Observe func(status string)
}

// Courier makes deliveries while Run does. Each replica runs one; a delivery is
// claimed in the database, so that none makes it twice at the same time.
type Courier struct {
	*Service
	config CourierConfig

	working sync.WaitGroup
	woken   chan struct{} // a worker became free

	mu     sync.Mutex
	free   int
	active map[string]int // deliveries under way, by id of webhook and of contact center
}

// NewCourier returns a Courier that does nothing yet.
func (s *Service) NewCourier(c CourierConfig) *Courier {
	c.Workers, c.PerWebhook = or(c.Workers, defaultWorkers), or(c.PerWebhook, defaultPerWebhook)
	c.PerCenter, c.Poll = or(c.PerCenter, defaultPerCenter), or(c.Poll, defaultPoll)
	if c.Random == nil {
		c.Random = rand.Float64
	}
	return &Courier{
		Service: s, config: c, free: c.Workers, woken: make(chan struct{}, 1), active: map[string]int{},
	}
}

func or[T comparable](value, otherwise T) T {
	if value == *new(T) {
		return otherwise
	}
	return value
}

// Run works until the context ends, and returns when the last attempt has ended.
func (c *Courier) Run(ctx context.Context) {
	defer c.working.Wait()
	poll := time.NewTicker(c.config.Poll)
	defer poll.Stop()
	for {
		c.round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		case <-c.woken:
		}
	}
}

// round gives what is due to the workers that are free. Who has his share is left
// out, so that the others get theirs.
func (c *Courier) round(ctx context.Context) {
	for ctx.Err() == nil {
		f := c.due()
		if f.Limit == 0 {
			return
		}
		due, err := c.Store.DueDeliveries(ctx, f)
		c.failed(ctx, "due deliveries not read", err)
		started := 0
		for i := range due {
			if c.start(ctx, &due[i]) {
				started++
			}
		}
		if started == 0 {
			return
		}
	}
}

// due is what to ask the store for.
func (c *Courier) due() models.DueFilter {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := models.DueFilter{Now: models.NewTime(c.now()), Limit: c.free}
	for key, n := range c.active {
		if id, ok := isCenter(key); ok && n >= c.room() {
			f.ExceptCenters = append(f.ExceptCenters, id)
		} else if !ok && n >= c.config.PerWebhook {
			f.ExceptWebhooks = append(f.ExceptWebhooks, key)
		}
	}
	return f
}

// room is what a contact center may have: while it has fewer workers than are free it
// gets one more. So one gets half of them at most, each further one half of what is
// left, and a worker that becomes free goes to who has least: whose receivers hang
// holds up nobody else. c is locked.
func (c *Courier) room() int { return min(c.config.PerCenter, c.free) }

// centerPrefix tells the counts of contact centers from those of webhooks.
const centerPrefix = "center/"

func isCenter(key string) (id string, ok bool) {
	if len(key) > len(centerPrefix) && key[:len(centerPrefix)] == centerPrefix {
		return key[len(centerPrefix):], true
	}
	return "", false
}

// start claims a delivery and makes it, unless there is no room for it or another
// process was quicker.
func (c *Courier) start(ctx context.Context, d *models.WebhookDelivery) bool {
	if !c.reserve(d) {
		return false
	}
	until := models.NewTime(c.now().Add(leaseTime))
	claimed, err := c.Store.ClaimDelivery(ctx, d, until)
	c.failed(ctx, "delivery not claimed", err)
	if !claimed {
		c.release(d)
		return false
	}
	d.NextAttemptAt = until
	c.working.Go(func() {
		defer c.release(d)
		// What was begun is finished, even if we are told to stop meanwhile.
		c.deliver(context.WithoutCancel(ctx), d)
	})
	return true
}

func (c *Courier) reserve(d *models.WebhookDelivery) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	center := centerPrefix + d.ContactCenterID
	if c.active[d.WebhookID] >= c.config.PerWebhook || c.active[center] >= c.room() {
		return false
	}
	c.free--
	c.active[d.WebhookID]++
	c.active[center]++
	return true
}

func (c *Courier) release(d *models.WebhookDelivery) {
	c.mu.Lock()
	c.free++
	for _, key := range []string{d.WebhookID, centerPrefix + d.ContactCenterID} {
		if c.active[key]--; c.active[key] == 0 {
			delete(c.active, key)
		}
	}
	c.mu.Unlock()
	select {
	case c.woken <- struct{}{}:
	default: // somebody will look anyway
	}
}

// deliver makes one attempt and records how it went.
func (c *Courier) deliver(ctx context.Context, d *models.WebhookDelivery) {
	w, err := c.Store.Webhook(ctx, d.ContactCenterID, d.WebhookID)
	if errors.Is(err, models.ErrNotFound) {
		return // its deliveries went with it
	}
	var out *Outcome
	if err == nil {
		out, err = c.send(ctx, w, d.Event())
	}
	if errors.Is(err, errUnreadable) {
		if _, gone := c.Store.Webhook(ctx, d.ContactCenterID, d.WebhookID); errors.Is(gone, models.ErrNotFound) {
			return // removed at this moment, keys first
		}
		c.failed(ctx, "delivery not signed", err)
		out, err = &Outcome{Error: wordUnreadable}, nil
	}
	if err != nil { // the database; the claim runs out, and somebody tries again
		c.failed(ctx, "delivery not made", err)
		return
	}
	verdict := c.verdict(d, out)
	if c.config.Observe != nil {
		c.config.Observe(verdict.Status)
	}
	c.failed(ctx, "delivery not recorded", c.Store.FinishAttempt(ctx, d, verdict))
}

// verdict is what becomes of a delivery after an attempt. The last attempt is made
// when its time is over.
func (c *Courier) verdict(d *models.WebhookDelivery, out *Outcome) models.WebhookAttempt {
	now := c.now()
	a := models.WebhookAttempt{
		Status: models.DeliveryDelivered, LastStatus: out.Status, LastError: out.Error, At: models.NewTime(now),
	}
	switch {
	case out.Delivered:
	case !now.Before(d.GiveUpAt.Time):
		a.Status = models.DeliveryFailed
	default:
		a.Status = models.DeliveryPending
		a.Next = models.NewTime(now.Add(c.wait(d.Attempts)))
		if a.Next.After(d.GiveUpAt.Time) {
			a.Next = d.GiveUpAt
		}
	}
	return a
}

// wait is how long to wait after so many attempts before the one that failed, give
// or take a fifth.
func (c *Courier) wait(attempts int64) time.Duration {
	wait := longestWait
	if attempts < 20 {
		wait = min(longestWait, firstWait<<attempts)
	}
	return wait + time.Duration((c.config.Random()*2-1)*0.2*float64(wait))
}

// failed logs what went wrong, unless we are stopping.
func (c *Courier) failed(ctx context.Context, what string, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	logger := c.Logger
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	logger.ErrorContext(ctx, "webhooks", "failed", what, "error", err)
}
