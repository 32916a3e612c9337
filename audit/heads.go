package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"admin-api/models"
)

// Heads writes the ends of the chains to a file beside the database and to the
// log, soon after they move. One who can alter the database but not the file
// cannot cut off records unseen, other than those of the last interval.
type Heads struct {
	log      *Log
	path     string // empty: log only
	interval time.Duration

	mu      sync.Mutex
	pending map[string]bool
	wake    chan struct{}
}

// KeepHeads makes l write heads to path (log lines only when path is empty),
// at most once per interval. The caller runs Run.
func KeepHeads(l *Log, path string, interval time.Duration) *Heads {
	h := &Heads{log: l, path: path, interval: interval, pending: map[string]bool{}, wake: make(chan struct{}, 1)}
	l.Heads = h
	return h
}

// Run writes heads until ctx ends, then writes what is left and returns.
func (h *Heads) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			// The last records still deserve to be kept: the context that ended is not used.
			h.report(h.Flush(context.WithoutCancel(ctx)))
			return
		case <-h.wake:
			h.report(h.Flush(ctx))
			h.pause(ctx)
		}
	}
}

func (h *Heads) pause(ctx context.Context) {
	t := time.NewTimer(h.interval)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

func (h *Heads) report(err error) {
	if err != nil && h.log.Logger != nil {
		h.log.Logger.Error("audit heads not written", "error", err)
	}
}

func (h *Heads) changed(contactCenterID string) {
	h.mu.Lock()
	h.pending[contactCenterID] = true
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default: // a wake-up is waiting already
	}
}

// Flush writes the heads that moved since the last call.
func (h *Heads) Flush(ctx context.Context) error {
	h.mu.Lock()
	moved := h.pending
	h.pending = map[string]bool{}
	h.mu.Unlock()
	if len(moved) == 0 {
		return nil
	}
	if err := h.write(ctx, moved); err != nil {
		h.mu.Lock()
		for id := range moved {
			h.pending[id] = true
		}
		h.mu.Unlock()
		return err
	}
	return nil
}

func (h *Heads) write(ctx context.Context, moved map[string]bool) error {
	heads, err := h.log.Store.AuditHeads(ctx)
	if err != nil {
		return fmt.Errorf("audit heads: %w", err)
	}
	kept, err := h.load()
	if err != nil {
		return fmt.Errorf("audit heads: %w", err)
	}
	for _, head := range heads {
		if moved[head.ContactCenterID] {
			h.log.logHead(head)
		}
		// Never backwards: another process may have written a later end.
		if head.Sequence > kept[head.ContactCenterID].Sequence {
			kept[head.ContactCenterID] = head
		}
	}
	return h.save(kept)
}

// load reads the file; a missing one is empty.
func (h *Heads) load() (map[string]models.AuditHead, error) {
	heads := map[string]models.AuditHead{}
	if h.path == "" {
		return heads, nil
	}
	data, err := os.ReadFile(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return heads, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &heads); err != nil {
		return nil, fmt.Errorf("%s: %w", h.path, err)
	}
	return heads, nil
}

// save replaces the file in one step.
func (h *Heads) save(heads map[string]models.AuditHead) error {
	if h.path == "" {
		return nil
	}
	data, err := json.MarshalIndent(heads, "", " ")
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(h.path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	tmp, err := os.CreateTemp(filepath.Dir(h.path), ".audit-heads-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already after the rename
	if _, err := tmp.Write(data); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), h.path)
}
