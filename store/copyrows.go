package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// rowsBetween is how many rows are copied between two words on the progress.
const rowsBetween = 1000

// pgToFile copies what one moment of a PostgreSQL database holds to a new SQLite
// file. Rows stream through: memory does not grow with them.
func (s *Store) pgToFile(ctx context.Context, staged string, o *CopyOptions) (err error) {
	target, err := openSQLite(ctx, Config{Logger: s.logger}.withDefaults(), staged)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	if _, err := target.Migrate(ctx); err != nil {
		return err
	}
	tx, err := s.readerDB.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return translate(err)
	}
	defer func() { _ = tx.Rollback() }()
	db := target.migrator() // the writer of its own that foreign keys can be switched off on
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil { // they are examined in the end
		return err
	}
	tables, err := sqliteTables(ctx, db)
	if err != nil {
		return err
	}
	if _, err := pgKinds(ctx, tx, tables); err != nil {
		return err
	}
	for _, t := range tables {
		if err := copyTable(ctx, tx, db, t, o); err != nil {
			return fmt.Errorf("table %s: %w", t.name, translate(err))
		}
	}
	return nil
}

// copyTable copies the rows of a table in the order of their keys, in which
// SQLite takes them best.
func copyTable(ctx context.Context, from *sql.Tx, to *sql.DB, t table, o *CopyOptions) error {
	rows, err := from.QueryContext(ctx, t.list())
	if err != nil {
		return err
	}
	defer rows.Close()
	tx, err := to.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, t.clear()); err != nil {
		return err
	}
	places := strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", ")
	//nolint:gosec // names of our own schema
	insert, err := tx.PrepareContext(ctx, `INSERT INTO "`+t.name+`" (`+t.names()+") VALUES ("+places+")")
	if err != nil {
		return err
	}
	defer insert.Close()
	source := rowSource{rows: rows, table: t, say: o.say}
	for source.Next() {
		values, err := source.Values()
		if err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
	if err := source.Err(); err != nil {
		return err
	}
	return tx.Commit()
}

// rowSource reads rows in the form that the other kind of database takes. It
// is a pgx.CopyFromSource.
type rowSource struct {
	rows  *sql.Rows
	table table
	kinds map[string]string // of columns in PostgreSQL; nil where SQLite takes the rows
	say   func(format string, args ...any)
	count int
}

// Next implements pgx.CopyFromSource.
func (r *rowSource) Next() bool {
	if !r.rows.Next() {
		return false
	}
	if r.count++; r.count%rowsBetween == 0 {
		r.say("%s: %d rows", r.table.name, r.count)
	}
	return true
}

// Err implements pgx.CopyFromSource.
func (r *rowSource) Err() error { return r.rows.Err() }

// Values implements pgx.CopyFromSource.
func (r *rowSource) Values() ([]any, error) {
	values := make([]any, len(r.table.columns))
	places := make([]any, len(values))
	for i := range values {
		places[i] = &values[i]
	}
	if err := r.rows.Scan(places...); err != nil {
		return nil, err
	}
	for i, c := range r.table.columns {
		values[i] = converted(values[i], c, r.kinds[c.name])
	}
	return values, nil
}

// converted turns a value into what the column of the other database holds.
func converted(value any, c tableColumn, kind string) any {
	switch v := value.(type) {
	case bool:
		if kind == "" {
			return map[bool]int64{false: 0, true: 1}[v]
		}
	case int64:
		if kind == "boolean" {
			return v != 0
		}
	case nil:
		if c.notNull && c.kind == "BLOB" { // a driver's way to say that it is empty
			return []byte{}
		}
	}
	return value
}

// pgKinds returns the types of the columns in PostgreSQL by table and column. It
// refuses a database whose tables are not those of the SQLite schema: what the
// copy has no room for would be lost.
func pgKinds(ctx context.Context, db querier, tables []table) (map[string]map[string]string, error) {
	rows, err := db.QueryContext(ctx,
		"SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema()")
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	kinds := map[string]map[string]string{}
	for rows.Next() {
		var name, column, kind string
		if err := rows.Scan(&name, &column, &kind); err != nil {
			return nil, translate(err)
		}
		if kinds[name] == nil {
			kinds[name] = map[string]string{}
		}
		kinds[name][column] = kind
	}
	if err := rows.Err(); err != nil {
		return nil, translate(err)
	}
	for _, t := range tables {
		if err := t.matches(kinds[t.name]); err != nil {
			return nil, err
		}
	}
	return kinds, nil
}

// matches compares the columns of a table with those of its namesake.
func (t *table) matches(kinds map[string]string) error {
	fits := map[string]string{"bigint": "INTEGER", "boolean": "INTEGER", "text": "TEXT", "bytea": "BLOB"}
	for _, c := range t.columns {
		if fits[kinds[c.name]] != c.kind {
			return fmt.Errorf("the column %s.%s is %s here and %q there", t.name, c.name, c.kind, kinds[c.name])
		}
	}
	if len(kinds) != len(t.columns) {
		return fmt.Errorf("the table %s has %d columns here and %d there", t.name, len(t.columns), len(kinds))
	}
	return nil
}

// fill writes the rows of a SQLite file into an empty PostgreSQL database, in one
// transaction.
func (s *Store) fill(ctx context.Context, from *Store, o *CopyOptions) error {
	source, err := from.readerDB.BeginTx(ctx, nil) // one moment
	if err != nil {
		return translate(err)
	}
	defer func() { _ = source.Rollback() }()
	tables, err := sqliteTables(ctx, source)
	if err != nil {
		return err
	}
	kinds, err := pgKinds(ctx, s.readerDB, tables)
	if err != nil {
		return err
	}
	conn, err := s.writerDB.Conn(ctx)
	if err != nil {
		return translate(err)
	}
	defer conn.Close()
	return translate(conn.Raw(func(driver any) error {
		pg, ok := driver.(*stdlib.Conn)
		if !ok {
			return errors.New("no connection of pgx")
		}
		return pgx.BeginFunc(ctx, pg.Conn(), func(tx pgx.Tx) error {
			return fillTables(ctx, source, tx, tables, kinds, o)
		})
	}))
}

func fillTables(
	ctx context.Context, from *sql.Tx, to pgx.Tx, tables []table, kinds map[string]map[string]string, o *CopyOptions,
) error {
	// A server that starts now waits until the contact centers are there.
	if _, err := to.Exec(ctx, "LOCK TABLE contact_centers, audit_heads IN EXCLUSIVE MODE"); err != nil {
		return err
	}
	var used bool
	if err := to.QueryRow(ctx, usedQuery).Scan(&used); err != nil {
		return err
	}
	if used {
		return inUseError{}
	}
	for _, t := range slices.Backward(tables) {
		if _, err := to.Exec(ctx, t.clear()); err != nil {
			return fmt.Errorf("table %s: %w", t.name, translate(err))
		}
	}
	for _, t := range tables {
		if err := fillTable(ctx, from, to, t, kinds[t.name], o); err != nil {
			return fmt.Errorf("table %s: %w", t.name, translate(err))
		}
	}
	return nil
}

func fillTable(
	ctx context.Context, from *sql.Tx, to pgx.Tx, t table, kinds map[string]string, o *CopyOptions,
) error {
	rows, err := from.QueryContext(ctx, t.list())
	if err != nil {
		return err
	}
	defer rows.Close()
	names := make([]string, 0, len(t.columns))
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	_, err = to.CopyFrom(ctx, pgx.Identifier{t.name}, names, &rowSource{rows: rows, table: t, kinds: kinds, say: o.say})
	return err
}
