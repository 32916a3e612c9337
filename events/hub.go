package events

import (
	"context"
	"fmt"
	"sync"
	"time"

	"admin-api/access"
	"admin-api/models"
)

// MostListeners is how many listeners one principal may have in one process.
const MostListeners = 10

const (
	defaultPoll = time.Second
	pollTimeout = 10 * time.Second
)

// hub knows who listens. Each contact center with listeners has one goroutine that
// looks for new events; listeners read them by themselves, so that a slow one
// holds up nobody.
type hub struct {
	mu        sync.Mutex
	centers   map[string]*watched
	listeners map[string]int // by principal
	closed    chan struct{}
	ended     bool
}

// watched is a contact center with listeners.
type watched struct {
	listeners int
	head      int64
	moved     chan struct{} // closed when head changes, and then replaced
	wake      chan struct{}
	stop      context.CancelFunc
}

// Listener is told when there are further events. It must be closed.
type Listener struct {
	service           *Service
	principal, center string
	watched           *watched
	once              sync.Once
}

// Listen begins to listen in the contact center of p. It returns
// models.ErrRateLimited for one listener too many of the principal, and
// models.ErrUnavailable after Close.
func (s *Service) Listen(p *access.Principal) (*Listener, error) {
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	h.begin()
	if h.ended {
		return nil, fmt.Errorf("listen: %w: the server is stopping", models.ErrUnavailable)
	}
	if h.listeners[p.ID] >= MostListeners {
		return nil, fmt.Errorf("listen: %w", models.ErrRateLimited)
	}
	h.listeners[p.ID]++
	w := h.centers[p.ContactCenter.ID]
	if w == nil {
		w = &watched{moved: make(chan struct{}), wake: make(chan struct{}, 1)}
		h.centers[p.ContactCenter.ID] = w
		var ctx context.Context
		ctx, w.stop = context.WithCancel(context.Background())
		go s.watch(ctx, p.ContactCenter.ID, w)
	}
	w.listeners++
	return &Listener{service: s, principal: p.ID, center: p.ContactCenter.ID, watched: w}, nil
}

func (h *hub) begin() {
	if h.centers == nil {
		h.centers, h.listeners, h.closed = map[string]*watched{}, map[string]int{}, make(chan struct{})
	}
}

// More returns a channel that is closed when there are events behind the position.
func (l *Listener) More(position int64) <-chan struct{} {
	h := &l.service.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if l.watched.head > position {
		now := make(chan struct{})
		close(now)
		return now
	}
	return l.watched.moved
}

// Ended returns a channel that is closed when the server stops.
func (l *Listener) Ended() <-chan struct{} { return l.service.hub.closed }

// Close ends listening.
func (l *Listener) Close() {
	l.once.Do(func() {
		h := &l.service.hub
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.listeners[l.principal]--; h.listeners[l.principal] == 0 {
			delete(h.listeners, l.principal)
		}
		if l.watched.listeners--; l.watched.listeners == 0 {
			l.watched.stop()
			delete(h.centers, l.center)
		}
	})
}

// Close ends all listeners, and lets nobody listen any more. It does not wait.
func (s *Service) Close() {
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	h.begin()
	if !h.ended {
		h.ended = true
		close(h.closed)
	}
}

// Committed tells the service that a transaction of the contact center was
// committed, so that its listeners need not wait for the next look.
func (s *Service) Committed(contactCenterID string) {
	h := &s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.centers[contactCenterID]; w != nil {
		select {
		case w.wake <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// watch looks for new events of a contact center until the context ends.
func (s *Service) watch(ctx context.Context, center string, w *watched) {
	poll := s.Poll
	if poll <= 0 {
		poll = defaultPoll
	}
	for {
		s.look(ctx, center, w)
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
		case <-time.After(poll):
		}
	}
}

// look reads where the events of a contact center end. A failure is not told: who
// listens meets it as well.
func (s *Service) look(ctx context.Context, center string, w *watched) {
	bounded, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	head, err := s.Store.EventHead(bounded, center)
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if err == nil && head != w.head {
		w.head = head
		close(w.moved)
		w.moved = make(chan struct{})
	}
}
