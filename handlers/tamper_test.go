package handlers_test

import (
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3" // a way into the file beside the store
	"github.com/stretchr/testify/require"

	"admin-api/api"
)

// sql runs statements on the database behind the server's back.
func (s *stack) sql(t testing.TB, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+s.Store.Path()+"?_busy_timeout=5000")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	for _, statement := range statements {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

// breakTable lets every statement on a table fail.
func (s *stack) breakTable(t testing.TB, table string) {
	t.Helper()
	s.sql(t, "ALTER TABLE "+table+" RENAME TO "+table+"_gone")
}

// raw sends a request whose answer may be what no answer should be: nobody
// judges it. Header holds alternating names and values.
func (s *stack) raw(t testing.TB, method, path string, header ...string) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+s.Token)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := s.client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return &answer{Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
}

// refusedRaw is raw for a problem.
func (s *stack) refusedRaw(t testing.TB, method, path string, header ...string) (*answer, api.Problem) {
	t.Helper()
	a := s.raw(t, method, path, header...)
	var p api.Problem
	require.NoError(t, json.Unmarshal([]byte(a.Body), &p), a.Body)
	return a, p
}

// dump is all that the tables hold.
func (s *stack) dump(t testing.TB) map[string][]string {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+s.Store.Path()+"?mode=ro&_busy_timeout=5000")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	all := map[string][]string{}
	for _, table := range column(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table'`) {
		columns := column(t, db, `SELECT 'quote("' || name || '")' FROM pragma_table_info('`+table+`')`)
		all[table] = column(t, db, "SELECT "+strings.Join(columns, " || ',' || ")+" FROM "+table+" ORDER BY 1")
	}
	return all
}

// column reads the one column of a query.
func column(t testing.TB, db *sql.DB, query string) (values []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err, query)
	defer rows.Close()
	for rows.Next() {
		var value string
		require.NoError(t, rows.Scan(&value))
		values = append(values, value)
	}
	require.NoError(t, rows.Err())
	return values
}
