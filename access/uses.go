package access

import (
	"context"
	"maps"
	"sync"
	"time"

	"admin-api/models"
)

const (
	// useGrain is how exact the time of a credential's last use is.
	useGrain = time.Minute
	// useInterval is how often the times are written.
	useInterval = 10 * time.Second
)

// uses are times at which tokens and sessions were used, until they are written:
// a request does not wait for that.
type uses struct {
	mu sync.Mutex
	at map[useKey]time.Time
}

type useKey struct {
	contactCenter, id string
	session           bool
}

// note remembers a use, unless the last one that was written is recent enough.
func (u *uses) note(key useKey, last models.Time, now time.Time) {
	if now.Sub(last.Time) < useGrain {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.at == nil {
		u.at = map[useKey]time.Time{}
	}
	u.at[key] = now
}

func (u *uses) take() map[useKey]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.at
	u.at = nil
	return taken
}

// giveBack keeps for later what could not be written.
func (u *uses) giveBack(left map[useKey]time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.Copy(left, u.at) // what came meanwhile is later
	u.at = left
}

// RecordUses writes now and then when tokens and sessions were last used, until the context
// ends, and then once more. What cannot be written is tried again: no request
// depends on it.
func (s *Service) RecordUses(ctx context.Context) {
	tick := time.NewTicker(useInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.writeUses(context.WithoutCancel(ctx))
			return
		case <-tick.C:
			s.writeUses(ctx)
		}
	}
}

func (s *Service) writeUses(ctx context.Context) {
	left := s.uses.take()
	for key, at := range left {
		touch := s.Store.TouchToken
		if key.session {
			touch = s.Store.TouchSession
		}
		if err := touch(ctx, key.contactCenter, key.id, models.NewTime(at)); err != nil {
			s.uses.giveBack(left)
			return
		}
		delete(left, key)
	}
}
