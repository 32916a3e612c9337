package access

import (
	"context"
	"maps"
	"sync"
	"time"

	"admin-api/models"
)

const (
	// useGrain is how exact the time of a token's last use is.
	useGrain = time.Minute
	// useInterval is how often the times are written.
	useInterval = 10 * time.Second
)

// uses are times at which tokens were used, until they are written: a request
// does not wait for that.
type uses struct {
	mu sync.Mutex
	at map[tokenKey]time.Time
}

type tokenKey struct{ contactCenter, id string }

func (u *uses) note(t *models.Token, now time.Time) {
	if now.Sub(t.LastUsedAt.Time) < useGrain {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.at == nil {
		u.at = map[tokenKey]time.Time{}
	}
	u.at[tokenKey{t.ContactCenterID, t.ID}] = now
}

func (u *uses) take() map[tokenKey]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.at
	u.at = nil
	return taken
}

// giveBack keeps for later what could not be written.
func (u *uses) giveBack(left map[tokenKey]time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.Copy(left, u.at) // what came meanwhile is later
	u.at = left
}

// RecordUses writes now and then when tokens were last used, until the context
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
		if err := s.Store.TouchToken(ctx, key.contactCenter, key.id, models.NewTime(at)); err != nil {
			s.uses.giveBack(left)
			return
		}
		delete(left, key)
	}
}
