//go:build full

package store_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestPostgresSeveralHosts(t *testing.T) {
	u, err := url.Parse(storetest.PostgresURL(t))
	require.NoError(t, err)
	query := u.Query()
	query.Set("host", "127.0.0.1,"+query.Get("host")) // nobody listens on the first
	query.Set("port", "1,"+query.Get("port"))
	query.Set("target_session_attrs", "read-write")
	u.RawQuery = query.Encode()
	s := storetest.Open(t, store.Config{URL: u.String()})
	center(t, s, "a.test")
	require.NoError(t, s.Ping(t.Context()))
}

// TestPostgresLockTimeout has another transaction hold a row for ever.
func TestPostgresLockTimeout(t *testing.T) {
	u := storetest.PostgresURL(t)
	s := storetest.Open(t, store.Config{URL: u, BusyTimeout: 50 * time.Millisecond})
	cc := center(t, s, "a.test")
	a := stored(t, s, account(cc, "a", 1))
	tx, err := storetest.Raw(t, u).BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, tx.Rollback()) }()
	_, err = tx.ExecContext(t.Context(), "SELECT 1 FROM accounts FOR UPDATE")
	require.NoError(t, err)
	require.ErrorIs(t, s.UpdateAccount(t.Context(), a, 1), models.ErrUnavailable)
	require.ErrorIs(t, s.PutReference(t.Context(), reference(a, "r")), models.ErrUnavailable)
	_, err = s.Account(t.Context(), cc, a.ID)
	require.NoError(t, err, "readers do not wait for writers")

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	err = s.UpdateAccount(ctx, a, 1)
	require.ErrorIs(t, err, models.ErrUnavailable)
}

// TestPostgresLostConnections cuts all connections, as a restart does: what fails
// is unavailable, and the store recovers by itself.
func TestPostgresLostConnections(t *testing.T) {
	u := storetest.PostgresURL(t)
	s := storetest.Open(t, store.Config{URL: u})
	cc := center(t, s, "a.test")
	a := stored(t, s, account(cc, "a", 1))
	raw := storetest.Raw(t, u)
	cut := func() {
		_, err := raw.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		require.NoError(t, err)
	}
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		if err := tx.LockAccount(t.Context(), cc, a.ID); err != nil {
			return err
		}
		cut()
		return tx.UpdateAccount(t.Context(), a, 1)
	})
	require.ErrorIs(t, err, models.ErrUnavailable)
	for range 5 {
		cut()
		_, err := s.Account(t.Context(), cc, a.ID)
		if err != nil {
			require.ErrorIs(t, err, models.ErrUnavailable)
		}
	}
	require.Eventually(t, func() bool { return s.Ping(t.Context()) == nil }, time.Minute, time.Millisecond)
	require.NoError(t, s.UpdateAccount(t.Context(), a, 1))
}

// TestPostgresReadOnly is what is left of a primary after a fail-over.
func TestPostgresReadOnly(t *testing.T) {
	u := storetest.PostgresURL(t)
	_, err := storetest.Raw(t, u).ExecContext(t.Context(), "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || "+
		"' SET default_transaction_read_only = on'; END $$")
	require.NoError(t, err)
	s := storetest.Open(t, store.Config{URL: u})
	err = s.CreateContactCenter(t.Context(), &models.ContactCenter{ID: "a", Domain: "a.test"})
	require.ErrorIs(t, err, models.ErrUnavailable)
	require.ErrorIs(t, s.Ping(t.Context()), models.ErrUnavailable)
}

// TestPostgresSchemaChange adds a column under prepared statements.
func TestPostgresSchemaChange(t *testing.T) {
	u := storetest.PostgresURL(t)
	s := storetest.Open(t, store.Config{URL: u, MaxConns: 1})
	cc := center(t, s, "a.test")
	a := stored(t, s, account(cc, "a", 1))
	read := func() {
		_, err := s.Account(t.Context(), cc, a.ID)
		require.NoError(t, err)
		_, err = s.ContactCenter(t.Context(), cc)
		require.NoError(t, err)
		_, err = s.ListAccounts(t.Context(), models.AccountFilter{ContactCenterID: cc})
		require.NoError(t, err)
	}
	read()
	raw := storetest.Raw(t, u)
	for _, table := range []string{"accounts", "contact_centers"} {
		_, err := raw.ExecContext(t.Context(), "ALTER TABLE "+table+" ADD COLUMN added text")
		require.NoError(t, err)
	}
	read()
}

// TestPostgresPlans holds lists to an index there too.
func TestPostgresPlans(t *testing.T) {
	u := storetest.PostgresURL(t)
	s := storetest.Open(t, store.Config{URL: u})
	var cc string
	for c := range 4 {
		cc = center(t, s, fmt.Sprintf("c%d.test", c))
		require.NoError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			for i := range 500 {
				if err := tx.InsertAccount(t.Context(), account(cc, fmt.Sprint(i), i)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	raw := storetest.Raw(t, u)
	_, err := raw.ExecContext(t.Context(), "ANALYZE")
	require.NoError(t, err)
	for sort, index := range map[string]string{
		models.SortByCreatedAt: "accounts_pkey", models.SortByName: "accounts_name",
		models.SortByType: "accounts_type", models.SortByUpdatedAt: "accounts_updated",
	} {
		f := models.AccountFilter{
			ContactCenterID: cc, Sort: sort, Limit: 20, After: &models.Position{Value: "1", ID: models.NewID(start)},
		}
		statement, args, err := store.ListStatement(s, f)
		require.NoError(t, err)
		plan := strings.Join(texts(t, raw, "EXPLAIN "+literal(statement, args)), "\n")
		require.Contains(t, plan, index, sort)
		require.NotContains(t, plan, "Seq Scan", sort)
	}
}

// TestPostgresAuditPlans: what a filter leaves of a long chain is found by an index, in
// the order of the page.
func TestPostgresAuditPlans(t *testing.T) {
	u := storetest.PostgresURL(t)
	s := storetest.Open(t, store.Config{URL: u})
	raw := storetest.Raw(t, u)
	_, err := raw.ExecContext(t.Context(), `INSERT INTO audit_events SELECT 'c' || c, n, c || '-' || n, n,
			'a' || n % 400, '', '', '', 'o' || n % 400, 't' || n % 400, 'i' || n % 400,
			CASE WHEN n % 400 = 0 THEN 'refused' ELSE 'success' END, repeat('.', 100), NULL, ''
		FROM generate_series(1, 3) c, generate_series(1, 8000) n`)
	require.NoError(t, err)
	_, err = raw.ExecContext(t.Context(), "ANALYZE audit_events")
	require.NoError(t, err)
	for index, f := range map[string]models.AuditFilter{
		"audit_events_pkey":      {},
		"audit_events_actor":     {Actor: "a7"},
		"audit_events_operation": {Operation: "o7"},
		"audit_events_type":      {TargetType: "t7"},
		"audit_events_target":    {TargetID: "i7"},
		"audit_events_refused":   {Outcome: models.OutcomeRefused},
	} {
		f.ContactCenterID, f.Page = "c2", models.Page{Before: "7000", Limit: 10}
		statement, err := store.AuditStatement(s, f)
		require.NoError(t, err)
		plan := strings.Join(texts(t, raw, "EXPLAIN "+statement), "\n")
		require.Contains(t, plan, index)
		require.NotContains(t, plan, "Sort", index)
		require.NotContains(t, plan, "Seq Scan", index)
	}
}

// literal puts arguments into a statement, which EXPLAIN needs. For tests only.
func literal(statement string, args []any) string {
	for i := len(args); i > 0; i-- {
		value := fmt.Sprint(args[i-1])
		if _, text := args[i-1].(string); text {
			value = "'" + value + "'"
		}
		statement = strings.ReplaceAll(statement, fmt.Sprint("$", i), value)
	}
	return statement
}
