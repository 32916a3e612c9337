package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// gooseTable is where goose keeps what it applied; it belongs to one database
// and is never copied.
const gooseTable = "goose_db_version"

// table is one that a copy carries, as the schema says. It is read from SQLite:
// PostgreSQL has tables and columns of the same names.
type table struct {
	name    string
	columns []tableColumn
	parents []string // tables that its rows belong to
}

type tableColumn struct {
	name, kind string
	notNull    bool
	key        int // place in the primary key, from 1; 0 for others
}

// names returns the columns, quoted and separated by commas.
func (t *table) names() string { return quoted(t.columns) }

// order returns the primary key, quoted and separated by commas.
func (t *table) order() string {
	key := slices.DeleteFunc(slices.Clone(t.columns), func(c tableColumn) bool { return c.key == 0 })
	slices.SortFunc(key, func(a, b tableColumn) int { return a.key - b.key })
	return quoted(key)
}

// list reads all rows in the order of their keys.
func (t *table) list() string {
	return "SELECT " + t.names() + ` FROM "` + t.name + `" ORDER BY ` + t.order()
}

// clear removes what a migration may have put into a new table.
func (t *table) clear() string { return `DELETE FROM "` + t.name + `"` }

func quoted(columns []tableColumn) string {
	names := make([]string, 0, len(columns))
	for _, c := range columns {
		names = append(names, `"`+c.name+`"`)
	}
	return strings.Join(names, ", ")
}

// querier is what reads: a handle, a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// sqliteTables reads what tables a SQLite file has, those first that others
// belong to.
func sqliteTables(ctx context.Context, db querier) ([]table, error) {
	names, err := column[string](ctx, db, `SELECT name FROM sqlite_schema
		WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> ? ORDER BY name`, gooseTable)
	if err != nil {
		return nil, err
	}
	tables := make([]table, 0, len(names))
	for _, name := range names {
		t := table{name: name}
		if t.columns, err = sqliteColumns(ctx, db, name); err != nil {
			return nil, err
		}
		t.parents, err = column[string](ctx, db,
			`SELECT DISTINCT "table" FROM pragma_foreign_key_list(?) WHERE "table" <> ?`, name, name)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return inOrder(tables)
}

func sqliteColumns(ctx context.Context, db querier, name string) ([]tableColumn, error) {
	rows, err := db.QueryContext(ctx, `SELECT name, type, "notnull", pk FROM pragma_table_info(?) ORDER BY cid`, name)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var columns []tableColumn
	for rows.Next() {
		var c tableColumn
		if err := rows.Scan(&c.name, &c.kind, &c.notNull, &c.key); err != nil {
			return nil, translate(err)
		}
		columns = append(columns, c)
	}
	return columns, translate(rows.Err())
}

// column returns the one column of a query.
func column[T any](ctx context.Context, db querier, query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var one T
		if err := rows.Scan(&one); err != nil {
			return nil, translate(err)
		}
		all = append(all, one)
	}
	return all, translate(rows.Err())
}

// inOrder sorts tables behind those that they belong to.
func inOrder(tables []table) ([]table, error) {
	var sorted []table
	placed := map[string]bool{}
	for len(sorted) < len(tables) {
		before := len(sorted)
		for _, t := range tables {
			if placed[t.name] || slices.ContainsFunc(t.parents, func(p string) bool { return !placed[p] }) {
				continue
			}
			sorted, placed[t.name] = append(sorted, t), true
		}
		if len(sorted) == before {
			return nil, fmt.Errorf("the tables behind %d belong to each other in a circle or to none", before)
		}
	}
	return sorted, nil
}

// RowCounts returns how many rows each table of the schema has, by the name of
// the table.
func (s *Store) RowCounts(ctx context.Context) (map[string]int64, error) {
	names, err := s.tableNames(ctx)
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int64, len(names))
	for _, name := range names {
		var n int64
		if err := s.query(ctx).Raw(`SELECT count(*) FROM "` + name + `"`).Find(&n).Error; err != nil {
			return nil, fmt.Errorf("count rows: %w", translate(err))
		}
		counts[name] = n
	}
	return counts, nil
}

// tableNames lists the tables of the database, in whichever dialect, but goose's.
func (s *Store) tableNames(ctx context.Context) ([]string, error) {
	list := `SELECT name FROM sqlite_schema
		WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name <> ? ORDER BY name`
	if s.dialect == Postgres {
		list = `SELECT table_name FROM information_schema.tables
			WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> ? ORDER BY table_name`
	}
	var names []string
	if err := s.query(ctx).Raw(list, gooseTable).Find(&names).Error; err != nil {
		return nil, fmt.Errorf("list tables: %w", translate(err))
	}
	return names, nil
}

// InUse reports whether the database holds anything: contact centers, or audit
// records of some that are gone. A schema without rows is not in use. Tables
// that are not ours, in a SQLite file without our schema, are.
func (s *Store) InUse(ctx context.Context) (bool, error) {
	applied, err := s.applied(ctx)
	if err != nil {
		return false, err
	}
	if len(applied) == 0 {
		names, err := s.tableNames(ctx)
		return s.dialect == SQLite && len(names) > 0, err
	}
	var used bool
	if err := s.query(ctx).Raw(usedQuery).Find(&used).Error; err != nil {
		return false, fmt.Errorf("look whether the database is in use: %w", translate(err))
	}
	return used, nil
}

// usedQuery asks whether there is anything that a restore would be mixed with.
const usedQuery = `SELECT EXISTS (SELECT 1 FROM contact_centers)
	OR EXISTS (SELECT 1 FROM audit_heads) OR EXISTS (SELECT 1 FROM audit_events)`
