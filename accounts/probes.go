package accounts

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"admin-api/integrations"
	"admin-api/models"
)

// defaultProbesPerMinute bounds the probes of one account where the type says
// nothing else.
const defaultProbesPerMinute = 6

// maxLimiters bounds how many accounts' rates are remembered; idle ones go
// first.
const maxLimiters = 10000

// probes keeps probes apart: one at a time per account, and not too many in a
// minute, because vendors lock accounts out. It is for one process.
type probes struct {
	mu       sync.Mutex
	running  map[string]bool
	limiters map[string]*rate.Limiter
}

// enter claims the account (or, for drafts, the principal). leave gives it
// back. The error is models.ErrProbeRunning or models.ErrRateLimited.
func (q *probes) enter(key string, def *integrations.Definition, unlimited bool, now time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running == nil {
		q.running, q.limiters = map[string]bool{}, map[string]*rate.Limiter{}
	}
	if q.running[key] {
		return &models.RefusalError{
			Err: models.ErrProbeRunning, RetryAfter: time.Second,
			Detail: "This account is being tested; wait for that test to end.",
		}
	}
	if wait := q.reserve(key, def, now); wait > 0 && !unlimited {
		return &models.RefusalError{
			Err: models.ErrRateLimited, RetryAfter: time.Duration(math.Ceil(wait.Seconds())) * time.Second,
			Detail: "This account was tested too often in the last minute; remote systems lock out whoever asks too often.",
		}
	}
	q.running[key] = true
	return nil
}

// reserve takes one probe from the account's allowance, or says how long to
// wait for one.
func (q *probes) reserve(key string, def *integrations.Definition, now time.Time) time.Duration {
	perMinute := def.ProbesPerMinute
	if perMinute == 0 {
		perMinute = defaultProbesPerMinute
	}
	l := q.limiters[key]
	if l == nil {
		q.forget(now)
		l = rate.NewLimiter(rate.Every(time.Minute/time.Duration(perMinute)), perMinute)
		q.limiters[key] = l
	}
	r := l.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now)
	}
	return wait
}

// forget drops the allowances that are full again, when there are many.
func (q *probes) forget(now time.Time) {
	if len(q.limiters) < maxLimiters {
		return
	}
	for key, l := range q.limiters {
		if l.TokensAt(now) >= float64(l.Burst()) {
			delete(q.limiters, key)
		}
	}
}

func (q *probes) leave(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.running, key)
}
