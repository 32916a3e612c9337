package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// dump returns every row of every table in a form that both databases have,
// without those of the tables that are named, and without what a restore notes.
func dump(t *testing.T, url string, without ...string) map[string][]string {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url})
	require.NoError(t, err)
	counts, err := s.RowCounts(t.Context())
	require.NoError(t, err)
	require.NoError(t, s.Close())
	db := storetest.Raw(t, url)
	all := map[string][]string{}
	for name, count := range counts {
		if slices.Contains(without, name) {
			continue
		}
		all[name] = lines(t, db, name)
		require.Len(t, all[name], int(count))
	}
	return all
}

func lines(t *testing.T, db *sql.DB, table string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `SELECT * FROM "`+table+`"`) //nolint:gosec // a name of our schema
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var all []string
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		require.NoError(t, rows.Scan(places...))
		for i, v := range values {
			if b, ok := v.(bool); ok {
				v = map[bool]int64{false: 0, true: 1}[b]
			}
			if columns[i] == "restored_at" {
				v = nil
			}
			values[i] = fmt.Sprintf("%s=%T %v", columns[i], v, v)
		}
		slices.SortFunc(values, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
		all = append(all, fmt.Sprint(values))
	}
	require.NoError(t, rows.Err())
	slices.Sort(all)
	return all
}

// crowd puts rows into every table of a SQLite database, whatever there is. All
// texts of a row are the same, so that rows belong to those of the same number.
func crowd(t *testing.T, url string, rows int) {
	t.Helper()
	db := storetest.Raw(t, url)
	names, err := db.QueryContext(t.Context(), `SELECT t.name, c.name, c.type, c."notnull"
		FROM sqlite_schema t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> 'goose_db_version' ORDER BY t.name`)
	require.NoError(t, err)
	defer func() { require.NoError(t, names.Close()) }()
	tables := map[string][]tableColumn{}
	for names.Next() {
		var table string
		var c tableColumn
		require.NoError(t, names.Scan(&table, &c.name, &c.kind, &c.notNull))
		tables[table] = append(tables[table], c)
	}
	require.NoError(t, names.Err())
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	for table, columns := range tables {
		tx, err := conn.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		for i := range rows {
			columnNames, places, values := []string{}, []string{}, []any{}
			for _, c := range columns {
				columnNames, places = append(columnNames, `"`+c.name+`"`), append(places, "?")
				values = append(values, c.value(i))
			}
			//nolint:gosec // names of our schema
			insert := `INSERT INTO "` + table + `" (` + strings.Join(columnNames, ",") +
				") VALUES (" + strings.Join(places, ",") + ")"
			_, err := tx.ExecContext(t.Context(), insert, values...)
			require.NoError(t, err, table)
		}
		require.NoError(t, tx.Commit())
	}
}

type tableColumn struct {
	name, kind string
	notNull    bool
}

func (c tableColumn) value(i int) any {
	switch {
	case !c.notNull && i%3 == 2:
		return nil
	case c.kind == "BLOB" && c.name == "mac" && i%3 == 1:
		return []byte{}
	case c.kind == "BLOB":
		return []byte{0, 255, byte(i), byte(i >> 8), byte(len(c.name))}
	case c.kind == "INTEGER" && strings.HasSuffix(c.name, "_at"):
		return int64(1)<<52 + int64(i)
	case c.kind == "INTEGER":
		return int64(i % 2) // some are truth values
	}
	return fmt.Sprintf("%d Ünï'\"\\ \t\n😀", i)
}

// full returns the URL of a SQLite database with rows in every table.
func full(t *testing.T, rows int) string {
	t.Helper()
	s := storetest.SQLite(t)
	url := "sqlite:" + s.Path()
	crowd(t, url, rows)
	return url
}

func backup(t *testing.T, url string) string {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	path := filepath.Join(t.TempDir(), "backup.db")
	require.NoError(t, s.Backup(t.Context(), path, store.CopyOptions{}))
	requireAlone(t, path)
	return path
}

// requireAlone says that a folder holds one file and nothing hidden.
func requireAlone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

// notCarried are the tables that a restore does not leave as they are: it ends
// sessions, and for the others see TestRestoredFeedGoesOnBehindAGap.
var notCarried = []string{"sessions", "sso_codes", "sso_requests", "event_heads"}

// A backup of either database goes into either: every row of every table is the
// same, whatever tables there are.
func TestBackupAndRestoreCarryEveryRow(t *testing.T) {
	source := full(t, 2500)
	want := dump(t, source)
	for name, rows := range want {
		require.Len(t, rows, 2500, name)
	}
	file := backup(t, source)
	require.Equal(t, want, dump(t, "sqlite:"+file))
	for _, name := range notCarried {
		delete(want, name)
	}
	storetest.EachEmpty(t, func(t *testing.T, first string) {
		require.NoError(t, store.Restore(t.Context(), store.Config{URL: first}, file, store.CopyOptions{}))
		require.Equal(t, want, dump(t, first, notCarried...))
		for _, name := range []string{"sessions", "sso_codes", "sso_requests"} {
			require.Empty(t, dump(t, first)[name])
		}
		again := backup(t, first)
		require.Equal(t, want, dump(t, "sqlite:"+again, notCarried...))
		storetest.EachEmpty(t, func(t *testing.T, second string) {
			require.NoError(t, store.Restore(t.Context(), store.Config{URL: second}, again, store.CopyOptions{}))
			require.Equal(t, want, dump(t, second, notCarried...))
		})
	})
}

// Events that are told after a restore have numbers that nobody was told before it,
// also in a contact center that had no event when the backup was made.
func TestRestoredFeedGoesOnBehindAGap(t *testing.T) {
	source := storetest.SQLite(t)
	told, silent := center(t, source, "told.test"), center(t, source, "silent.test")
	event := func(s *store.Store, cc string) int64 {
		e := &models.Event{ContactCenterID: cc, ID: models.NewID(at(1).Time), Type: models.EventAccountUpdated, At: at(1)}
		require.NoError(t, s.InsertEvent(t.Context(), e))
		return e.Sequence
	}
	require.EqualValues(t, 1, event(source, told))
	file := backup(t, "sqlite:"+source.Path())
	for range 3 {
		event(source, told)
		event(source, silent)
	}
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		require.NoError(t, store.Restore(t.Context(), store.Config{URL: url}, file, store.CopyOptions{}))
		restored := storetest.Open(t, store.Config{URL: url})
		require.EqualValues(t, 1_000_000_002, event(restored, told))
		require.EqualValues(t, 1_000_000_001, event(restored, silent))
		kept, err := restored.EventsAfter(t.Context(), models.EventFilter{ContactCenterID: told})
		require.NoError(t, err)
		require.Len(t, kept, 2, "what the backup has is still told")
	})
}

func TestRestoreReplacesNothing(t *testing.T) {
	file := backup(t, full(t, 3))
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		center(t, storetest.Open(t, store.Config{URL: url}), "a.test")
		before := dump(t, url)
		err := store.Restore(t.Context(), store.Config{URL: url}, file, store.CopyOptions{})
		require.ErrorIs(t, err, models.ErrExists)
		require.ErrorContains(t, err, "not empty")
		require.Equal(t, before, dump(t, url))
	})
}

func TestRestoreIntoAnEmptyDatabase(t *testing.T) {
	file := backup(t, full(t, 3))
	want := dump(t, "sqlite:"+file, notCarried...)
	for name, make := range map[string]func(t *testing.T, path string){
		"nothing there": func(*testing.T, string) {},
		"an empty file": func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, nil, 0o600)) },
		"a stale log":   func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path+"-wal", []byte("x"), 0o600)) },
		"what a killed restore left": func(t *testing.T, path string) {
			left := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".4711")
			require.NoError(t, os.MkdirAll(filepath.Join(left, "copy.db"), 0o700))
			t.Cleanup(func() { require.NoDirExists(t, left) })
		},
		"an empty schema": func(t *testing.T, path string) {
			s, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + path})
			require.NoError(t, err)
			_, err = s.Migrate(t.Context())
			require.NoError(t, errors.Join(err, s.Close()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "admin-api.db")
			make(t, path)
			require.NoError(t, store.Restore(t.Context(), store.Config{URL: "sqlite:" + path}, file, store.CopyOptions{}))
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode())
			require.Equal(t, want, dump(t, "sqlite:"+path, notCarried...))
		})
	}
	t.Run("somebody has it open", func(t *testing.T) {
		s := storetest.SQLite(t)
		err := store.Restore(t.Context(), store.Config{URL: "sqlite:" + s.Path()}, file, store.CopyOptions{})
		require.ErrorContains(t, err, "another process has the empty database open")
		center(t, s, "a.test")
	})
}

// What is no whole backup is refused in words, and leaves nothing behind.
func TestRestoreRefuses(t *testing.T) {
	good, err := os.ReadFile(backup(t, full(t, 300)))
	require.NoError(t, err)
	altered := func(statements ...string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, good, 0o600))
			db := storetest.Raw(t, "sqlite:"+path)
			for _, statement := range statements {
				_, err := db.ExecContext(t.Context(), statement)
				require.NoError(t, err, statement)
			}
		}
	}
	bytesOf := func(data []byte) func(t *testing.T, path string) {
		return func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, data, 0o600)) }
	}
	overwritten := bytes.Clone(good)
	for i := len(overwritten) / 2; i < len(overwritten)/2+20000; i++ {
		overwritten[i] = 'x'
	}
	for _, tt := range []struct {
		name, says string
		make       func(t *testing.T, path string)
	}{
		{"no file", "no such file", func(*testing.T, string) {}},
		{"a folder", "no regular file", func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o700)) }},
		{"an empty file", "no backup of admin-api", bytesOf(nil)},
		{"a text", "no backup of admin-api", bytesOf([]byte(strings.Repeat("once upon a time\n", 100)))},
		{"cut short", "damaged or cut short", bytesOf(good[:len(good)/2])},
		{"cut short by a byte", "damaged or cut short", bytesOf(good[:len(good)-1])},
		{"cut behind the header", "damaged or cut short", bytesOf(good[:4096])},
		{"overwritten inside", "damaged or cut short", bytesOf(overwritten)},
		{"a foreign database", "no backup of admin-api", func(t *testing.T, path string) {
			_, err := storetest.Raw(t, "sqlite:"+path).ExecContext(t.Context(), "CREATE TABLE accounts (id TEXT)")
			require.NoError(t, err)
		}},
		{"a newer schema", "does not know", altered("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)")},
		{"a row without its owner", "belong to nothing", altered("DELETE FROM users")},
		{"a trigger", "trigger evil", altered("CREATE TRIGGER evil AFTER INSERT ON accounts BEGIN DELETE FROM audit_events; END")},
		{"a view", "view evil", altered("CREATE VIEW evil AS SELECT * FROM accounts")},
		{"a table too many", "table evil", altered("CREATE TABLE evil (id TEXT)")},
		{"a table too few", "lacks the", altered("DROP TABLE events")},
		{"a column too many", "column accounts.evil", altered("ALTER TABLE accounts ADD COLUMN evil TEXT")},
		{"an index too few", "lacks the index tokens_hash", altered("DROP INDEX tokens_hash")},
		{"a database in use", "in use", func(t *testing.T, path string) {
			altered()(t, path)
			require.NoError(t, os.WriteFile(path+"-wal", []byte("a part"), 0o600))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "backup.db")
			tt.make(t, file)
			storetest.EachEmpty(t, func(t *testing.T, url string) {
				err := store.Restore(t.Context(), store.Config{URL: url}, file, store.CopyOptions{})
				require.ErrorContains(t, err, tt.says)
				require.NotContains(t, err.Error(), "\n")
				if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
					require.NoFileExists(t, path)
					requireAlone(t, path) // the lock
				}
			})
		})
	}
}

// An error of the one who looks at the copy, and the end of the context, leave
// nothing, in backups as in restores.
func TestCopiesAreAllOrNothing(t *testing.T) {
	source := full(t, 1500)
	file := backup(t, source)
	refusal := errors.New("refused")
	refuse := store.CopyOptions{Check: func(copied *store.Store) error {
		_, err := copied.ContactCenters(context.Background())
		return errors.Join(refusal, err)
	}}
	s, err := store.Open(t.Context(), store.Config{URL: source})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	folder := t.TempDir()
	require.ErrorIs(t, s.Backup(t.Context(), filepath.Join(folder, "b"), refuse), refusal)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Backup(gone, filepath.Join(folder, "b"), store.CopyOptions{}), context.Canceled)
	require.NoError(t, os.Symlink("nowhere", filepath.Join(folder, "link")))
	require.ErrorIs(t, s.Backup(t.Context(), filepath.Join(folder, "link"), store.CopyOptions{}), models.ErrExists)
	requireAlone(t, filepath.Join(folder, "link"))

	storetest.EachEmpty(t, func(t *testing.T, url string) {
		config := store.Config{URL: url}
		require.ErrorIs(t, store.Restore(t.Context(), config, file, refuse), refusal)
		require.ErrorIs(t, store.Restore(gone, config, file, store.CopyOptions{}), context.Canceled)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		word := map[bool]string{true: "examining", false: " rows"}[strings.HasPrefix(url, "sqlite:")]
		inTheMiddle := store.CopyOptions{Say: func(progress string) {
			if strings.Contains(progress, word) {
				cancel()
			}
		}}
		require.ErrorIs(t, store.Restore(ctx, config, file, inTheMiddle), context.Canceled)
		require.Error(t, ctx.Err())
		target, err := store.Open(t.Context(), config)
		require.NoError(t, err)
		used, err := target.InUse(t.Context())
		require.NoError(t, errors.Join(err, target.Close()))
		require.False(t, used)
		for name, rows := range dump(t, url) {
			require.Empty(t, rows, name)
		}
		link := filepath.Join(t.TempDir(), "link")
		require.NoError(t, os.Symlink(file, link))
		require.NoError(t, store.Restore(t.Context(), config, link, store.CopyOptions{}), "and then it works, also by a link")
	})
}

// A backup of an older schema is brought up to date on the way.
func TestRestoreMigrates(t *testing.T) {
	old := filepath.Join(t.TempDir(), "old.db")
	first, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + old})
	require.NoError(t, err)
	store.MigrateTo(t, first, 1)
	require.NoError(t, first.Close())
	_, err = storetest.Raw(t, "sqlite:"+old).ExecContext(t.Context(),
		`INSERT INTO contact_centers VALUES ('c', 'a.test', 'A', '[]', 0, 5); PRAGMA wal_checkpoint(TRUNCATE)`)
	require.NoError(t, err)
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		require.NoError(t, store.Restore(t.Context(), store.Config{URL: url}, old, store.CopyOptions{}))
		s := storetest.Open(t, store.Config{URL: url})
		pending, err := s.Pending(t.Context())
		require.NoError(t, err)
		require.Zero(t, pending)
		centers, err := s.ContactCenters(t.Context())
		require.NoError(t, err)
		require.Len(t, centers, 1)
		require.Equal(t, "a.test", centers[0].Domain)
	})
}
