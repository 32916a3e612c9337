package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"gorm.io/driver/sqlite"
)

// pageSize is set before the first table; rows of about a kilobyte that are
// clustered by contact center read best in pages of this size.
const pageSize = 16384

// sqliteHandle opens connections to one file, each with the same settings.
type sqliteHandle struct {
	driver  driver.Driver
	dsn     string
	pragmas []string
}

// Connect implements driver.Connector.
func (h *sqliteHandle) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := h.driver.Open(h.dsn)
	if err != nil {
		return nil, err
	}
	execer, ok := conn.(driver.ExecerContext)
	if !ok {
		_ = conn.Close()
		return nil, errors.New("sqlite driver cannot execute")
	}
	for _, pragma := range h.pragmas {
		if _, err := execer.ExecContext(ctx, "PRAGMA "+pragma, nil); err != nil {
			_ = conn.Close()
			return nil, fmt.Errorf("pragma %s: %w", pragma, err)
		}
	}
	return conn, nil
}

// Driver implements driver.Connector.
func (h *sqliteHandle) Driver() driver.Driver { return h.driver }

// sqliteHandles returns the connectors of the writer and of the readers.
func sqliteHandles(path string, busy time.Duration) (writer, reader *sqliteHandle, err error) {
	d, err := sqliteDriver()
	if err != nil {
		return nil, nil, err
	}
	file := "file:" + (&url.URL{Path: path}).EscapedPath()
	common := []string{
		"busy_timeout = " + strconv.FormatInt(busy.Milliseconds(), 10),
		"foreign_keys = ON",
		"synchronous = FULL",
		"trusted_schema = OFF",
		"temp_store = MEMORY",
		"cache_size = -8192",
	}
	// The page size counts only before the file has its first page, which the
	// switch to WAL writes; the wait for locks must come before both.
	first := []string{common[0], "page_size = " + strconv.Itoa(pageSize), "journal_mode = WAL"}
	writer = &sqliteHandle{
		driver: d, dsn: file + "?mode=rwc&_txlock=immediate",
		pragmas: append(first, append(common[1:], "journal_size_limit = 67108864")...),
	}
	reader = &sqliteHandle{driver: d, dsn: file + "?mode=ro", pragmas: append(common, "query_only = ON")}
	return writer, reader, nil
}

func openSQLite(ctx context.Context, cfg Config, path string) (_ *Store, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := createPrivate(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	writer, reader, err := sqliteHandles(path, cfg.BusyTimeout)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	h := &handles{
		dialect: SQLite, path: path, queries: newQueries(SQLite),
		logger: cfg.Logger, slow: queryLog{cfg.Logger, cfg.SlowQuery},
		writerDB: openPool(writer, 1), readerDB: openPool(reader, cfg.Readers),
		migrator: func() *sql.DB { return openPool(writer, 1) },
		copier:   &sqliteHandle{driver: reader.driver, dsn: reader.dsn, pragmas: []string{"temp_store = MEMORY"}},
	}
	h.closers = []func() error{h.readerDB.Close, h.writerDB.Close}
	defer func() {
		if err != nil {
			_ = h.Close()
		}
	}()
	return h.start(ctx)
}

// start takes the one connection of the writer and puts GORM on both handles.
func (h *handles) start(ctx context.Context) (*Store, error) {
	conn, err := h.writerDB.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", sqliteOpenError(h.path, err))
	}
	h.group = &group{conn: newStmtPool(conn, true), oldest: batchAge}
	readers := newStmtPool(h.readerDB, false)
	h.closers = []func() error{
		readers.close, h.readerDB.Close, // readers first, so that the writer can fold the log in
		func() error { return h.group.close(conn) }, h.writerDB.Close,
	}
	// The last connection to close folds the log into the file, but only if it has
	// looked at the log before; reading anything makes sure.
	var objects int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&objects); err != nil {
		return nil, fmt.Errorf("open database: %w", sqliteOpenError(h.path, err))
	}
	if err := restrict(h.path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	write, err := openGORM(sqlite.New(sqlite.Config{Conn: h.group.conn}), h.slow)
	if err != nil {
		return nil, err
	}
	read, err := openGORM(sqlite.New(sqlite.Config{Conn: readers}), h.slow)
	if err != nil {
		return nil, err
	}
	return &Store{handles: h, write: write, read: read}, nil
}

// openPool keeps its connections: opening one costs more than most queries.
func openPool(c driver.Connector, conns int) *sql.DB {
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db
}

// createPrivate makes an empty file that only its owner can read. SQLite gives
// the files beside it the same mode.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	return f.Close()
}

// restrict takes from files that existed before whatever others may do to them.
func restrict(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(path+suffix, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
