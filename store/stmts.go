package store

import (
	"context"
	"database/sql"
	"sync"
)

// stmtLimit bounds how many prepared statements a pool keeps: filters of lists
// come in many shapes, and each costs memory on every connection.
const stmtLimit = 256

// preparer is a *sql.DB or *sql.Conn.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// stmtPool is a gorm.ConnPool for SQLite that prepares each statement once. It
// stands in for GORM's PrepareStmt, which prepares inside of a transaction
// statements that end with it, and closes evicted ones while they are in use.
type stmtPool struct {
	preparer
	// writer is set on the one connection that writes. Its statements are not
	// interrupted: SQLite would roll back the transaction that others share.
	writer bool
	limit  int

	mu    sync.Mutex
	stmts map[string]*pooledStmt
}

type pooledStmt struct {
	*sql.Stmt
	users   int
	evicted bool
}

func newStmtPool(p preparer, writer bool) *stmtPool {
	return &stmtPool{preparer: p, writer: writer, limit: stmtLimit, stmts: map[string]*pooledStmt{}}
}

// ExecContext implements gorm.ConnPool.
func (p *stmtPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, stmt, err := p.acquire(ctx, query)
	if err != nil {
		return nil, err
	}
	defer p.release(stmt)
	return stmt.ExecContext(ctx, args...)
}

// QueryContext implements gorm.ConnPool.
func (p *stmtPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, stmt, err := p.acquire(ctx, query)
	if err != nil {
		return nil, err
	}
	defer p.release(stmt)
	return stmt.QueryContext(ctx, args...) //nolint:sqlclosecheck // the caller closes what it asked for
}

func (p *stmtPool) acquire(ctx context.Context, query string) (context.Context, *pooledStmt, error) {
	if err := ctx.Err(); err != nil {
		return ctx, nil, err
	}
	if p.writer {
		ctx = context.WithoutCancel(ctx)
	}
	if s := p.lookup(query, nil); s != nil {
		return ctx, s, nil
	}
	stmt, err := p.PrepareContext(ctx, query)
	if err != nil {
		return ctx, nil, err
	}
	s := p.lookup(query, stmt)
	if s.Stmt != stmt {
		_ = stmt.Close() //nolint:sqlclosecheck // another goroutine was faster; this one must go now
	}
	if !p.writer {
		p.trim()
	}
	return ctx, s, nil
}

// lookup returns the statement for query with one more user. Without one it
// stores fresh, if given.
func (p *stmtPool) lookup(query string, fresh *sql.Stmt) *pooledStmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.stmts[query]
	if s == nil && fresh != nil {
		s = &pooledStmt{Stmt: fresh}
		p.stmts[query] = s
	}
	if s != nil {
		s.users++
	}
	return s
}

func (p *stmtPool) release(s *pooledStmt) {
	p.mu.Lock()
	s.users--
	closing := s.evicted && s.users == 0
	p.mu.Unlock()
	if closing {
		_ = s.Close()
	}
}

// trim drops arbitrary statements beyond the limit. On the writer it may run
// only between transactions: closing one of its statements ends its open rows.
func (p *stmtPool) trim() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for query, s := range p.stmts {
		if len(p.stmts) <= p.limit {
			return
		}
		delete(p.stmts, query)
		s.evicted = true
		if s.users == 0 {
			_ = s.Close()
		}
	}
}

func (p *stmtPool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var first error
	for query, s := range p.stmts {
		delete(p.stmts, query)
		if err := s.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
