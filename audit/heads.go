package audit

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"
)

// flushTime bounds one flush. Only the first one after a long failure, which
// has many records to look at, takes more than moments.
const flushTime = time.Minute

// Heads writes the ends of the chains to a file beside the database and to the
// log, soon after they move. One who can alter the database but not the file
// cannot cut off records unseen, other than those of the last interval.
type Heads struct {
	log      *Log
	file     headsFile // empty: log only
	interval time.Duration
	flushing sync.Mutex

	mu      sync.Mutex
	pending map[string]bool
	failed  error // of the last flush
	wake    chan struct{}
}

// KeepHeads makes l write heads to path (log lines only when path is empty),
// at most once per interval. The caller runs Run.
func KeepHeads(l *Log, path string, interval time.Duration) *Heads {
	h := &Heads{
		log: l, file: headsFile(path), interval: interval,
		pending: map[string]bool{}, wake: make(chan struct{}, 1),
	}
	l.Heads = h
	return h
}

// Run writes heads until ctx ends, then writes what is left and returns. While
// something is wrong it tries again at every interval.
func (h *Heads) Run(ctx context.Context) {
	said := ""
	for {
		select {
		case <-ctx.Done():
			// The last records still deserve to be kept.
			h.report(h.flushAnyway(ctx), &said)
			return
		case <-h.wake:
			h.report(h.flushAnyway(ctx), &said)
			h.pause(ctx)
			if h.Check(ctx) != nil {
				h.again()
			}
		}
	}
}

// flushAnyway flushes although ctx may end meanwhile.
func (h *Heads) flushAnyway(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTime)
	defer cancel()
	return h.Flush(ctx)
}

func (h *Heads) pause(ctx context.Context) {
	t := time.NewTimer(h.interval)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// report logs a failure once, not at every interval.
func (h *Heads) report(err error, said *string) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	if text != "" && text != *said && h.log.Logger != nil {
		h.log.Logger.Error("audit heads not written", "error", err)
	}
	*said = text
}

func (h *Heads) changed(contactCenterID string) {
	h.mu.Lock()
	h.pending[contactCenterID] = true
	h.mu.Unlock()
	h.again()
}

// again has Run flush once more.
func (h *Heads) again() {
	select {
	case h.wake <- struct{}{}:
	default: // a wake-up is waiting already
	}
}

// Check returns why the heads are not written, nil when they are. It is what
// the last flush met, and meant for readiness.
func (h *Heads) Check(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.failed
}

// Flush writes the heads that moved since the last call, and repeats what
// failed then.
func (h *Heads) Flush(ctx context.Context) error {
	h.flushing.Lock()
	defer h.flushing.Unlock()
	moved := h.take()
	if len(moved) == 0 && h.Check(ctx) == nil {
		return nil
	}
	err := h.tell(ctx, moved)
	if err != nil {
		h.putBack(moved)
	} else {
		err = h.keep(ctx)
	}
	if err != nil {
		err = fmt.Errorf("audit heads: %w", err)
	}
	h.settle(err)
	return err
}

func (h *Heads) take() map[string]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	moved := h.pending
	h.pending = map[string]bool{}
	return moved
}

func (h *Heads) putBack(moved map[string]bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.Copy(h.pending, moved)
}

func (h *Heads) settle(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failed = err
}

// tell logs the heads that moved. The log has them also while the file fails.
func (h *Heads) tell(ctx context.Context, moved map[string]bool) error {
	if len(moved) == 0 || h.log.Logger == nil {
		return nil
	}
	heads, err := h.log.Store.AuditHeads(ctx)
	if err != nil {
		return err
	}
	for _, head := range heads {
		if moved[head.ContactCenterID] {
			h.log.logHead(head)
		}
	}
	return nil
}

// keep brings the file up to what the database says. The file is read first:
// whatever another process has written there, the database was ahead of it.
func (h *Heads) keep(ctx context.Context) error {
	if h.file == "" {
		return nil
	}
	unlock, err := h.file.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	kept, err := h.file.load()
	if err != nil {
		return err
	}
	heads, err := h.log.Store.AuditHeads(ctx)
	if err != nil {
		return err
	}
	changed := false
	for _, head := range heads {
		if head.Sequence > kept[head.ContactCenterID].Sequence {
			kept[head.ContactCenterID] = head
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return h.file.save(kept)
}
