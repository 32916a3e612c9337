package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"admin-api/models"
)

// A batch is committed at the latest when it has this many members or is this
// old, so that the first member does not wait for ever.
const (
	batchMembers = 128
	batchAge     = 20 * time.Millisecond
)

// group lets transactions take turns on SQLite's one writer and lets those that
// wait share a commit, because the sync to disk costs more than everything
// else. Each runs in the goroutine of its caller: the open transaction is handed
// from one to the next, each with a savepoint of its own, and the last in line
// commits. A lone caller commits at once.
type group struct {
	conn   *stmtPool
	oldest time.Duration // batchAge

	mu           sync.Mutex
	busy         bool
	waiting      []chan struct{}
	commits      uint64
	transactions uint64

	// batch is the open transaction; only whoever has the turn touches it.
	batch *batch
}

// batch is one transaction of SQLite with the members that share it.
type batch struct {
	began   time.Time
	members uint64
	done    chan struct{}
	err     error // valid when done is closed
}

func (b *batch) finish(err error) {
	b.err = err
	close(b.done)
}

func (b *batch) full(oldest time.Duration) bool {
	return b.members >= batchMembers || time.Since(b.began) > oldest
}

func (g *group) stats() (waiting int, commits, transactions uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting), g.commits, g.transactions
}

// do runs fn as one member of a batch and returns after the batch is committed.
func (g *group) do(ctx context.Context, fn func() error) error {
	if err := g.acquire(ctx); err != nil {
		return fmt.Errorf("wait for the writer: %w", translate(err))
	}
	b, err := g.join()
	if err != nil {
		g.handOver()
		return fmt.Errorf("begin transaction: %w", unavailable(err))
	}
	kept := false
	defer func() {
		if !kept { // fn panicked or ended its goroutine
			g.undo(b)
			g.handOver()
		}
	}()
	err = fn()
	kept = true
	if err != nil {
		return g.fail(b, err)
	}
	return g.keep(b)
}

// acquire waits for the turn. A turn that arrives together with the end of ctx
// is handed on.
func (g *group) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if !g.busy {
		g.busy = true
		g.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	g.waiting = append(g.waiting, turn)
	g.mu.Unlock()

	select {
	case <-turn:
		if err := ctx.Err(); err != nil {
			g.handOver()
			return err
		}
		return nil
	case <-ctx.Done():
		if !g.leave(turn) {
			<-turn
			g.handOver()
		}
		return ctx.Err()
	}
}

// leave takes turn out of the line and reports whether it was still there.
func (g *group) leave(turn chan struct{}) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, t := range g.waiting {
		if t == turn {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// join begins a batch, or adds a savepoint to the open one. Who begins needs no
// savepoint: nobody else would lose by a rollback.
func (g *group) join() (*batch, error) {
	if b := g.batch; b != nil {
		if err := g.run("SAVEPOINT member"); err != nil {
			g.abort(b, err)
			return nil, err
		}
		return b, nil
	}
	g.conn.trim()
	if err := g.run("BEGIN IMMEDIATE"); err != nil {
		return nil, err
	}
	g.batch = &batch{began: time.Now(), done: make(chan struct{})}
	return g.batch, nil
}

// keep makes the member's writes part of the batch and waits for its commit.
func (g *group) keep(b *batch) error {
	if b.members > 0 {
		if err := g.run("RELEASE member"); err != nil {
			g.abort(b, err)
		}
	}
	b.members++
	g.handOver()
	<-b.done
	return b.err
}

// fail takes the member's writes back and returns its error. That error may rest
// on what earlier members wrote, so their fate is awaited first.
func (g *group) fail(b *batch, err error) error {
	alone := b.members == 0
	g.undo(b)
	g.handOver()
	if alone {
		return err
	}
	<-b.done
	if b.err != nil {
		return b.err
	}
	return err
}

func (g *group) undo(b *batch) {
	if b.members == 0 {
		g.abort(b, nil)
		return
	}
	err := g.run("ROLLBACK TO member")
	if err == nil {
		err = g.run("RELEASE member")
	}
	if err != nil {
		// SQLite ends the whole transaction by itself when the disk is full or
		// fails; then no savepoint is left.
		g.abort(b, err)
	}
}

// abort ends the transaction without storing anything and tells the members why.
func (g *group) abort(b *batch, err error) {
	// It fails where SQLite has rolled back already, which is as well.
	_ = g.run("ROLLBACK")
	if g.batch == b {
		g.batch = nil
		if err != nil {
			err = fmt.Errorf("%w: transaction rolled back", unavailable(err))
		}
		b.finish(err)
	}
}

// handOver gives the turn to the next in line. With nobody there, or a batch that
// is full, it commits first; who arrives meanwhile makes up the next batch.
func (g *group) handOver() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b := g.batch; b != nil && (len(g.waiting) == 0 || b.full(g.oldest)) {
		g.mu.Unlock()
		g.commit(b)
		g.mu.Lock()
	}
	if len(g.waiting) == 0 {
		g.busy = false
		return
	}
	next := g.waiting[0]
	g.waiting = g.waiting[1:]
	close(next)
}

func (g *group) commit(b *batch) {
	if err := g.run("COMMIT"); err != nil {
		g.abort(b, err)
		return
	}
	g.mu.Lock()
	g.commits++
	g.transactions += b.members
	g.mu.Unlock()
	g.batch = nil
	b.finish(nil)
}

// run executes a statement of transaction control. It has no context: breaking
// one off would leave the connection in an unknown state.
func (g *group) run(statement string) error {
	_, err := g.conn.ExecContext(context.Background(), statement)
	return err
}

// close waits for the turn, so that no transaction is cut off. Who comes later
// fails to begin.
func (g *group) close(conn *sql.Conn) error {
	if err := g.acquire(context.Background()); err != nil {
		return err
	}
	err := g.conn.close()
	if cerr := conn.Close(); err == nil {
		err = cerr
	}
	g.handOver()
	return err
}

// unavailable marks err as something that trying again can cure, unless the
// caller itself gave up.
func unavailable(err error) error {
	err = translate(err)
	if err == nil || isCanceled(err) || isUnavailable(err) {
		return err
	}
	return fmt.Errorf("%w: %w", models.ErrUnavailable, err)
}
