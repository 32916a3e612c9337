package handlers

import (
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"admin-api/access"
	"admin-api/api"
)

// Rate bounds how often something may happen; the zero value is no limit.
type Rate struct {
	// PerSecond is how many may come in the long run, Burst how many at once.
	PerSecond float64
	Burst     int
}

// off reports whether there is no limit.
func (r Rate) off() bool { return r.PerSecond <= 0 || r.Burst <= 0 }

// window is how long an empty bucket needs to fill.
func (r Rate) window() time.Duration {
	return time.Duration(float64(r.Burst) / r.PerSecond * float64(time.Second))
}

// mostBuckets bounds how many keys a limiter remembers at once.
const mostBuckets = 10_000

// limiter gives each key a token bucket of its own. A nil limiter lets
// everything through.
type limiter struct {
	rate Rate
	now  func() time.Time
	most int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// verdict is what a limiter says about one request.
type verdict struct {
	ok   bool
	left int
	// wait is when the next request is let through, or when the bucket is full
	// again.
	wait time.Duration
}

func newLimiter(r Rate, now func() time.Time) *limiter {
	if r.off() {
		return nil
	}
	return &limiter{rate: r, now: now, most: mostBuckets, buckets: map[string]*rate.Limiter{}}
}

// take takes one request from the bucket of the key.
func (l *limiter) take(key string) verdict {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.buckets[key]
	if bucket == nil {
		l.makeRoom(now)
		bucket = rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst)
		l.buckets[key] = bucket
	}
	ok := bucket.AllowN(now, 1)
	return l.judge(ok, bucket.TokensAt(now))
}

// look tells whether a request would be let through, and takes nothing.
func (l *limiter) look(key string) verdict {
	if l == nil {
		return verdict{ok: true}
	}
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	tokens := float64(l.rate.Burst)
	if bucket := l.buckets[key]; bucket != nil {
		tokens = bucket.TokensAt(now)
	}
	return l.judge(tokens >= 1, tokens)
}

// judge is the verdict with what is in the bucket.
func (l *limiter) judge(ok bool, tokens float64) verdict {
	missing := float64(l.rate.Burst) - tokens
	if !ok {
		missing = 1 - tokens
	}
	wait := time.Duration(missing / l.rate.PerSecond * float64(time.Second))
	return verdict{ok: ok, left: max(0, int(math.Floor(tokens))), wait: wait}
}

// makeRoom forgets the buckets that are full again, which loses nothing, when
// there are too many; where all are in use it forgets a tenth of them. So it looks at
// all of them now and then, and not for each of many new keys.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.buckets) < l.most {
		return
	}
	for key, bucket := range l.buckets {
		if bucket.TokensAt(now) >= float64(l.rate.Burst) {
			delete(l.buckets, key)
		}
	}
	for key := range l.buckets {
		if len(l.buckets) <= l.most-max(1, l.most/10) {
			return
		}
		delete(l.buckets, key)
	}
}

// limit counts the request against a key and tells the client what is left, in
// the header fields of draft-ietf-httpapi-ratelimit-headers.
func (x *exchange) limit(policy, key string) error { return x.limitBy(x.server.limits, policy, key) }

func (x *exchange) limitBy(l *limiter, policy, key string) error {
	if l == nil {
		return nil
	}
	v := l.take(policy + " " + key)
	name := strconv.Quote(policy)
	x.set("RateLimit-Policy", fmt.Sprintf("%s;q=%d;w=%s", name, l.rate.Burst, seconds(l.rate.window())))
	x.set("RateLimit", fmt.Sprintf("%s;r=%d;t=%s", name, v.left, seconds(v.wait)))
	if v.ok {
		return nil
	}
	return &api.RequestError{
		Code: api.CodeRateLimited, RetryAfter: v.wait,
		Detail: fmt.Sprintf("There were more than %d requests in %s seconds; wait for the seconds of Retry-After.",
			l.rate.Burst, seconds(l.rate.window())),
	}
}

// addressKey is what addresses are told apart by.
func addressKey(remote string) string { return access.Network(remote) }
