package access

import (
	"context"
	"maps"
	"sync"
	"time"

	"admin-api/models"
)

const (
	// failureGrain is how often one user's failed sign-ins through an identity
	// provider go on record in one process.
	failureGrain = time.Minute
	// mostFailures bounds of how many users that is remembered.
	mostFailures = 10000
)

// pace remembers whose failures went on record lately.
type pace struct {
	mu sync.Mutex
	at map[string]time.Time
}

// due reports whether the user's turn has come, and takes it.
func (p *pace) due(id string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := func(_ string, at time.Time) bool { return now.Sub(at) >= failureGrain }
	if at, known := p.at[id]; known && !old(id, at) {
		return false
	}
	if len(p.at) >= mostFailures {
		maps.DeleteFunc(p.at, old)
	}
	if len(p.at) >= mostFailures {
		return false
	}
	if p.at == nil {
		p.at = map[string]time.Time{}
	}
	p.at[id] = now
	return true
}

// RecordFederatedFailure puts on record that the user, for whom f was meant to be, could
// not sign in through the identity provider: in each process one failure per user and
// minute. Without the id the user is looked up by the name, which nobody may have. It
// counts nothing that keeps anybody from signing in.
func (s *Service) RecordFederatedFailure(ctx context.Context, f *Federated, userID, detail string) {
	if userID == "" && checkFederatedName(f.Username) == nil {
		if u, err := s.Store.UserByName(ctx, f.Center.ID, models.NameKey(f.Username)); err == nil {
			userID = u.ID
		}
	}
	if userID == "" || !s.failures.due(userID, s.now()) {
		return
	}
	p := &Principal{ID: UserPrincipal + userID, Name: f.Username, Address: f.From.Address, RequestID: f.From.RequestID}
	s.recordRefusal(ctx, p, "session.create", target{f.Center.ID, "user", userID}, "single sign-on: "+detail)
}
