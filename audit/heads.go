package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"sync"
	"time"

	"admin-api/models"
)

// flushTime bounds one flush. Only the first one after a long failure, which
// has many records to look at, takes more than moments.
const flushTime = time.Minute

// Heads writes the ends of the chains to a file beside the database and to the
// log, soon after they move. One who can alter the database but not the file
// cannot cut off records unseen, other than those of the last interval: the
// file follows only a chain that goes on from the end it has.
type Heads struct {
	log      *Log
	file     headsFile // empty: log only
	interval time.Duration
	wake     chan struct{}

	flushing sync.Mutex
	said     string // what was logged last about failing

	mu      sync.Mutex
	pending map[string]bool
	failed  error          // of the last flush
	cuts    map[string]Cut // that the last flush found
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
	for {
		select {
		case <-ctx.Done():
			// The last records still deserve to be kept.
			h.report(h.flushAnyway(ctx))
			return
		case <-h.wake:
			h.report(h.flushAnyway(ctx))
			h.pause(ctx)
		}
	}
}

// Examine holds all chains against their kept ends, also those that did not
// move. It is for the start of a server; what it finds is in the log and in
// Check.
func (h *Heads) Examine(ctx context.Context) {
	h.flushing.Lock()
	cuts, err := h.keep(ctx)
	h.settle(cuts, err)
	h.flushing.Unlock()
	h.report(err)
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
func (h *Heads) report(err error) {
	h.flushing.Lock()
	defer h.flushing.Unlock()
	text := ""
	if err != nil {
		text = err.Error()
	}
	if text != "" && text != h.said && h.log.Logger != nil {
		h.log.Logger.Error("audit heads not written", "error", err)
	}
	h.said = text
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

// Check returns why the heads are not written, or that chains were cut off; nil
// when all is well. It is what the last flush met, and meant for readiness.
func (h *Heads) Check(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failed == nil && len(h.cuts) > 0 {
		return fmt.Errorf("%d audit chains do not go on from the ends kept in %s", len(h.cuts), h.file)
	}
	return h.failed
}

// Flush writes the heads that moved since the last call, and repeats what was
// not well then. A chain that was cut off is no error here: see Check.
func (h *Heads) Flush(ctx context.Context) error {
	h.flushing.Lock()
	defer h.flushing.Unlock()
	moved := h.take()
	if len(moved) == 0 && h.Check(ctx) == nil {
		return nil
	}
	var cuts map[string]Cut
	err := h.tell(ctx, moved)
	if err != nil {
		h.putBack(moved)
	} else {
		cuts, err = h.keep(ctx)
	}
	h.settle(cuts, err)
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

// settle notes how a flush ended and logs cuts that are new. What is not well
// is tried again.
func (h *Heads) settle(cuts map[string]Cut, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.failed = err
	if err == nil {
		for id, c := range cuts {
			if _, known := h.cuts[id]; !known {
				h.logCut(id, c)
			}
		}
		h.cuts = cuts
	}
	if err != nil || len(cuts) > 0 {
		h.again()
	}
}

func (h *Heads) logCut(id string, c Cut) {
	if h.log.Logger == nil {
		return
	}
	h.log.Logger.Error("audit chain cut off: it does not go on from the end kept outside the database",
		"contactCenter", id, "keptRecords", c.Kept.Sequence, "keptMac", hex.EncodeToString(c.Kept.MAC),
		"records", c.Found.Sequence, "mac", hex.EncodeToString(c.Found.MAC), "reason", c.Reason)
}

// tell logs the heads that moved. The log has them also while the file fails.
func (h *Heads) tell(ctx context.Context, moved map[string]bool) error {
	if len(moved) == 0 || h.log.Logger == nil {
		return nil
	}
	heads, err := h.log.Store.AuditHeads(ctx)
	if err != nil {
		return fmt.Errorf("audit heads: %w", err)
	}
	for _, head := range heads {
		if moved[head.ContactCenterID] {
			h.log.logHead(head)
		}
	}
	return nil
}

// keep brings the file up to what the database says, and returns the chains of
// which it keeps the old end. The file is read first: whatever another process
// has written there, the database was ahead of it.
func (h *Heads) keep(ctx context.Context) (map[string]Cut, error) {
	if h.file == "" {
		return nil, nil
	}
	unlock, err := h.file.lock(ctx)
	if err != nil {
		return nil, fmt.Errorf("audit heads: %w", err)
	}
	defer unlock()
	old, err := h.file.load()
	if err != nil {
		return nil, fmt.Errorf("audit heads: %w", err)
	}
	kept := maps.Clone(old)
	cuts, err := h.advance(ctx, kept)
	if err == nil && !maps.EqualFunc(old, kept, sameHead) {
		err = h.file.save(kept)
	}
	if err != nil {
		return nil, fmt.Errorf("audit heads: %w", err)
	}
	return cuts, nil
}

func sameHead(a, b models.AuditHead) bool {
	return a.Sequence == b.Sequence && bytes.Equal(a.MAC, b.MAC)
}
