package store

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"admin-api/models"
)

// migrated returns an empty store on SQLite.
func migrated(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "test.db")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	_, err = s.Migrate(t.Context())
	require.NoError(t, err)
	return s
}

// plan returns how SQLite would run a statement, one step per line.
func plan(ctx context.Context, t *testing.T, s *Store, statement string, args []any) string {
	t.Helper()
	rows, err := s.readerDB.QueryContext(ctx, "EXPLAIN QUERY PLAN "+statement, args...)
	require.NoError(t, err, statement)
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
	}
	require.NoError(t, rows.Err())
	return strings.Join(steps, "\n")
}

// TestListPlans holds every list to an index: no sort order and no filter may
// make SQLite sort or read the rows of other contact centers.
func TestListPlans(t *testing.T) {
	s := migrated(t)
	now := models.NewTime(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	yes := true
	filters := []struct {
		name string
		set  func(f *models.AccountFilter)
		use  string // what must be among the steps, whatever the order
	}{
		{"none", func(*models.AccountFilter) {}, ""},
		{"type", func(f *models.AccountFilter) { f.Types = []string{"a"} }, ""},
		{"types", func(f *models.AccountFilter) { f.Types = []string{"a", "b"} }, ""},
		{"name", func(f *models.AccountFilter) { f.NameKey = "a" }, ""},
		{
			"query", func(f *models.AccountFilter) { f.Query = []string{"a", "b"} },
			"USING COVERING INDEX accounts_search (contact_center_id=?)",
		},
		{
			"expiring", func(f *models.AccountFilter) { f.ExpiresBefore = now },
			"USING COVERING INDEX accounts_expires (contact_center_id=? AND expires_at<?)",
		},
		{"everything", func(f *models.AccountFilter) {
			f.ExpiresBefore, f.UpdatedSince, f.Query, f.Enabled = now, now, []string{"a"}, &yes
			f.Types, f.Families, f.Health = []string{"a"}, []string{"b", "c"}, []string{"ok", "failing"}
			f.Labels = map[string]string{"a": "b", "c": "d"}
		}, "USING COVERING INDEX accounts_search"},
	}
	// The last step that finds rows in each order, unless the filter has a better one.
	orders := map[string]string{
		models.SortByCreatedAt: "USING PRIMARY KEY (contact_center_id=?",
		models.SortByName:      "USING INDEX accounts_name (contact_center_id=?",
		models.SortByType:      "USING INDEX accounts_type (contact_center_id=?",
		models.SortByUpdatedAt: "USING INDEX accounts_updated (contact_center_id=?",
	}
	for _, filter := range filters {
		for sort, index := range orders {
			for i := range 12 {
				f := models.AccountFilter{ContactCenterID: "c", Sort: sort, Descending: i%2 == 0, Limit: 50}
				f.Deleted = []string{models.DeletedExclude, models.DeletedInclude, models.DeletedOnly}[i%3]
				if i >= 6 {
					f.After = &models.Position{Value: "1", ID: "2"}
				}
				filter.set(&f)
				name := fmt.Sprintf("%s by %s, deleted %s, descending %t, after %v",
					filter.name, sort, f.Deleted, f.Descending, f.After != nil)
				statement, args, err := s.listStatement(&f)
				require.NoError(t, err, name)
				steps := plan(t.Context(), t, s, statement, args)
				require.NotContains(t, steps, "TEMP B-TREE", name)
				require.NotContains(t, steps, "SCAN accounts", name)
				require.Contains(t, steps, filter.use, name)
				require.Contains(t, steps, expectedIndex(&f, index), name)
			}
		}
	}
}

func expectedIndex(f *models.AccountFilter, index string) string {
	byID := f.Sort == models.SortByCreatedAt
	switch {
	case f.Deleted == models.DeletedOnly && (f.Sort == models.SortByName || byID && f.NameKey != ""):
		return "USING INDEX accounts_deleted_name (contact_center_id=?"
	case byID && f.NameKey != "":
		return "USING INDEX accounts_name (contact_center_id=? AND name_key=?"
	case byID && len(f.Types) == 1:
		return "USING INDEX accounts_type (contact_center_id=? AND type=?"
	}
	return index
}

// TestOtherPlans does the same for the statements whose tables grow.
func TestOtherPlans(t *testing.T) {
	s := migrated(t)
	tests := []struct {
		statement string
		use       string
	}{
		{s.queries.account, "SEARCH accounts USING PRIMARY KEY (contact_center_id=? AND id=?)"},
		{s.queries.tokenByHash, "SEARCH tokens USING INDEX tokens_hash (hash=?)"},
		{s.queries.tokenByHash, "SEARCH c USING PRIMARY KEY (id=?)"},
		{
			"SELECT id FROM accounts WHERE deleted_at < 1 ORDER BY deleted_at LIMIT 5",
			"USING COVERING INDEX accounts_deleted (deleted_at<?)",
		},
		{
			"SELECT id FROM accounts WHERE contact_center_id = 'c' AND deleted_at IS NULL AND limit_key = 'k'",
			"USING INDEX accounts_limit (contact_center_id=? AND limit_key=?)",
		},
		{
			"SELECT * FROM accounts WHERE contact_center_id = 'c' AND family = 'f' AND deleted_at IS NULL AND is_default = 1",
			"USING INDEX accounts_default (contact_center_id=? AND family=?)",
		},
		{s.queries.count, "USING COVERING INDEX accounts_type"},
		{s.queries.countOf, "USING COVERING INDEX accounts_type (contact_center_id=?)"},
		{"SELECT key_id, count(*) FROM account_secrets GROUP BY key_id", "USING COVERING INDEX account_secrets_key"},
		{
			"SELECT * FROM idempotency_records WHERE expires_at <= 1 ORDER BY expires_at LIMIT 5",
			"USING INDEX idempotency_records_expires (expires_at<?)",
		},
		{
			"SELECT * FROM check_schedule WHERE due_at <= 1 AND account_type NOT IN ('a') " +
				"AND contact_center_id NOT IN ('c') ORDER BY due_at LIMIT 5",
			"USING INDEX check_schedule_due (due_at<?)",
		},
		{
			"SELECT contact_center_id, sequence FROM events WHERE at < 1 ORDER BY at LIMIT 5",
			"USING COVERING INDEX events_at (at<?)",
		},
		{
			"SELECT * FROM events WHERE contact_center_id = 'c' AND sequence > 1 AND type IN ('t') ORDER BY sequence LIMIT 5",
			"USING PRIMARY KEY (contact_center_id=? AND sequence>?)",
		},
		{dueDeliveries(s), "SEARCH d USING INDEX webhook_deliveries_due (next_attempt_at>? AND next_attempt_at<?)"},
		{
			"SELECT event_sequence FROM webhook_deliveries WHERE " + sameQueue + " LIMIT 1",
			"INDEX webhook_deliveries_account (contact_center_id=? AND webhook_id=? AND account_id=?)",
		},
		{
			"SELECT id FROM webhook_deliveries WHERE created_at < 1 ORDER BY created_at LIMIT 5",
			"USING COVERING INDEX webhook_deliveries_created (created_at<?)",
		},
		{expiring(s), "USING INDEX accounts_expires"},
		{
			"SELECT * FROM sso_traces WHERE contact_center_id = 'c' AND id < 'i' AND code = 'c' ORDER BY id DESC LIMIT 5",
			"USING PRIMARY KEY (contact_center_id=? AND id<?)",
		},
		{ssoTracesOver, "USING COVERING INDEX sso_traces_kept (verified=?)"},
		{
			s.beyond("sso_traces", "contact_center_id = ? AND verified = ?", "id DESC"),
			"USING COVERING INDEX sso_traces_kept (verified=? AND contact_center_id=?)",
		},
		{"SELECT contact_center_id, id FROM sso_traces WHERE at < 1", "USING COVERING INDEX sso_traces_at (at<?)"},
		{"SELECT id FROM sso_tests WHERE created_at < 1 LIMIT 5", "USING COVERING INDEX sso_tests_created (created_at<?)"},
		{
			"SELECT * FROM sso_tests WHERE contact_center_id = 'c' AND token_hash = x'00'",
			"USING INDEX sso_tests_token (contact_center_id=? AND token_hash=?)",
		},
		{
			"SELECT id FROM sso_requests WHERE expires_at <= 1 LIMIT 5",
			"USING COVERING INDEX sso_requests_expires (expires_at<?)",
		},
		{
			"SELECT hash FROM sso_assertions WHERE expires_at <= 1 LIMIT 5",
			"USING COVERING INDEX sso_assertions_expires (expires_at<?)",
		},
		{"SELECT hash FROM sso_codes WHERE expires_at <= 1 LIMIT 5", "USING COVERING INDEX sso_codes_expires (expires_at<?)"},
		{"SELECT key_id, count(*) FROM sso_keys GROUP BY key_id", "USING COVERING INDEX sso_keys_key"},
		{
			"SELECT * FROM audit_events WHERE contact_center_id = 'c' AND sequence > 1 ORDER BY sequence",
			"USING PRIMARY KEY (contact_center_id=? AND sequence>?)",
		},
	}
	for _, tt := range tests {
		args := make([]any, strings.Count(tt.statement, "?"))
		steps := plan(t.Context(), t, s, tt.statement, args)
		require.Contains(t, steps, tt.use, tt.statement)
		require.NotContains(t, steps, "FOR ORDER BY", tt.statement)
	}
}

// TestDirectoryPlans holds what identity providers ask for again and again to an
// index, and no answer may need the rows of everybody sorted.
func TestDirectoryPlans(t *testing.T) {
	s := migrated(t)
	dry := *s
	dry.read = s.read.Session(&gorm.Session{DryRun: true})
	yes := true
	for use, f := range map[string]models.DirectoryFilter{
		"PRIMARY KEY (contact_center_id=?)":                                      {},
		"PRIMARY KEY (contact_center_id=? AND id=?)":                             {ID: "i", ExternalKey: "e", Email: "m"},
		"INDEX users_username (contact_center_id=? AND username_key=?)":          {UsernameKey: "u", Email: "m", Disabled: &yes},
		"INDEX users_external (contact_center_id=? AND external_key=?)":          {ExternalKey: "e", Email: "m"},
		"INDEX users_external (contact_center_id=? AND external_key=? AND id>?)": {ExternalKey: "e", After: "i"},
		"INDEX users_email (contact_center_id=? AND <expr>=?)":                   {Email: "m", UpdatedSince: models.NewTime(time.UnixMilli(1))},
	} {
		f.ContactCenterID, f.Limit = "c", 5
		db, ok := dry.directoryOf(t.Context(), &f)
		require.True(t, ok)
		if f.After != "" {
			db = db.Where("id > ?", f.After)
		}
		var users []models.User
		statement := db.Order("id").Limit(f.Limit).Find(&users).Statement.SQL.String()
		steps := plan(t.Context(), t, s, statement, make([]any, strings.Count(statement, "?")))
		require.Contains(t, steps, use, statement)
		require.NotContains(t, steps, "SCAN", statement)
		require.NotContains(t, steps, "TEMP B-TREE", statement)
	}
	for statement, use := range map[string]string{
		"SELECT count(*) FROM users WHERE contact_center_id = ?":                                                         "COVERING INDEX",
		"SELECT id, username, team_id FROM users WHERE contact_center_id = ? AND team_id IN (?, ?) ORDER BY team_id, id": "INDEX users_team (contact_center_id=? AND team_id=?)",
		"SELECT team_id, count(*) AS n FROM users WHERE contact_center_id = ? AND team_id IN (?, ?) GROUP BY team_id":    "COVERING INDEX users_team (contact_center_id=? AND team_id=?)",
		"SELECT extension FROM users WHERE contact_center_id = ? AND extension <> '' AND extension IN (?, ?)":            "COVERING INDEX users_extension (contact_center_id=? AND extension=?)",
	} {
		steps := plan(t.Context(), t, s, statement, make([]any, strings.Count(statement, "?")))
		require.Contains(t, steps, use, statement)
		require.NotContains(t, steps, "TEMP B-TREE", statement)
	}
}

// TestAuditPlans holds the audit record to an index for every filter, of which none may
// make SQLite sort.
func TestAuditPlans(t *testing.T) {
	s := migrated(t)
	now := models.NewTime(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	tests := []struct {
		filter models.AuditFilter
		use    string
	}{
		{models.AuditFilter{}, "PRIMARY KEY (contact_center_id=?"},
		{models.AuditFilter{From: now, To: now}, "PRIMARY KEY (contact_center_id=?"},
		{models.AuditFilter{Outcome: models.OutcomeSuccess}, "PRIMARY KEY (contact_center_id=?"},
		{models.AuditFilter{Outcome: models.OutcomeRefused}, "INDEX audit_events_refused (contact_center_id=?"},
		{models.AuditFilter{TargetID: "t", Actor: "a"}, "INDEX audit_events_target (contact_center_id=? AND target_id=?"},
		{models.AuditFilter{Actor: "a"}, "INDEX audit_events_actor (contact_center_id=? AND actor=?"},
		{models.AuditFilter{Actor: "a", Operation: "o", From: now}, "INDEX audit_events_actor (contact_center_id=? AND actor=?"},
		{models.AuditFilter{Operation: "o", TargetType: "t"}, "INDEX audit_events_operation (contact_center_id=? AND operation=?"},
		{models.AuditFilter{TargetType: "t"}, "INDEX audit_events_type (contact_center_id=? AND target_type=?"},
	}
	for _, tt := range tests {
		tt.filter.ContactCenterID = "c"
		for _, before := range []string{"", "7"} {
			tt.filter.Page = models.Page{Before: before, Limit: 50}
			dry := s.read.Session(&gorm.Session{DryRun: true})
			page, err := s.auditPage(dry, &tt.filter)
			require.NoError(t, err)
			for _, statement := range []string{
				audited(page),
				audited(s.auditRange(dry, &tt.filter, 1, 9)),
			} {
				steps := plan(t.Context(), t, s, statement, make([]any, strings.Count(statement, "?")))
				require.Contains(t, steps, tt.use, statement)
				require.NotContains(t, steps, "FOR ORDER BY", statement)
			}
		}
	}
}

func audited(db *gorm.DB) string {
	var events []models.AuditEvent
	return db.Find(&events).Statement.SQL.String()
}

func dueDeliveries(s *Store) string {
	var found []models.WebhookDelivery
	dry := s.read.Session(&gorm.Session{DryRun: true})
	f := models.DueFilter{ExceptWebhooks: []string{"w"}, ExceptCenters: []string{"c"}, Limit: 5}
	return s.dueQuery(dry, &f).Find(&found).Statement.SQL.String()
}

func expiring(s *Store) string {
	var found []models.ExpiringAccount
	dry := s.read.Session(&gorm.Session{DryRun: true})
	return s.expiringQuery(dry, models.Time{}, models.ExpiringAccount{ID: "a"}).Find(&found).Statement.SQL.String()
}
