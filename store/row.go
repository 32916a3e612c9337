package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"admin-api/models"
)

// accountColumns and accountFields name the same members in the same order.
var accountColumns = []string{
	"contact_center_id", "id", "type", "family", "name", "name_key", "description", "labels", "enabled",
	"is_default", "limit_key", "properties", "secrets", "certificates", "expires_at", "search_text",
	"health_status", "health_code", "health_checked_at", "health_sequence",
	"version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by",
}

func accountFields(a *models.Account) []any {
	return []any{
		&a.ContactCenterID, &a.ID, &a.Type, &a.Family, &a.Name, &a.NameKey, &a.Description, &a.Labels, &a.Enabled,
		&a.IsDefault, &a.LimitKey, &a.Properties, &a.Secrets, &a.Certificates, &a.ExpiresAt, &a.SearchText,
		&a.HealthStatus, &a.HealthCode, &a.HealthCheckedAt, &a.HealthSequence,
		&a.Version, &a.CreatedAt, &a.CreatedBy, &a.UpdatedAt, &a.UpdatedBy, &a.DeletedAt, &a.DeletedBy,
	}
}

// queries are statements that differ between the dialects.
type queries struct {
	accountColumns string
	account        string
	tokenByHash    string
	sessionByHash  string
	eventHead      string
	nextEvent      string
	insertEvent    string
	// For GORM, which writes the placeholders of the dialect by itself.
	count   string
	countOf string
}

func newQueries(dialect string) queries {
	columns := strings.Join(accountColumns, ", ")
	// The index holds all that is counted; SQLite would not choose it.
	count := "SELECT type, health_status AS health, count(*) AS count FROM accounts"
	if dialect == SQLite {
		count += " INDEXED BY accounts_type"
	}
	count += " WHERE deleted_at IS NULL"
	grouped := " GROUP BY type, health_status ORDER BY type, health_status"
	return queries{
		eventHead: rebind(dialect, "SELECT sequence FROM event_heads WHERE contact_center_id = ?"),
		nextEvent: rebind(dialect, `INSERT INTO event_heads (contact_center_id, sequence) VALUES (?, 1)
			ON CONFLICT (contact_center_id) DO UPDATE SET sequence = event_heads.sequence + 1 RETURNING sequence`),
		insertEvent: rebind(dialect, `INSERT INTO events (contact_center_id, sequence, id, type, account_id, account_type,
			account_version, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING EXISTS (
			SELECT 1 FROM webhooks w WHERE w.contact_center_id = events.contact_center_id AND w.enabled)`),
		count:          count + grouped,
		countOf:        count + " AND contact_center_id = ?" + grouped,
		accountColumns: columns,
		account: rebind(dialect, "SELECT "+columns+
			" FROM accounts WHERE contact_center_id = ? AND id = ?"),
		tokenByHash: rebind(dialect, "SELECT "+strings.Join([]string{
			"t.contact_center_id, t.id, t.name, t.scopes, t.created_at, t.created_by",
			"t.expires_at, t.revoked_at, t.last_used_at, t.kind, t.user_id",
			"c.domain, c.name, c.features, c.suspended, c.created_at",
			// One token at most has the hash. Told so, SQLite sets up a third of what it
			// does for a join of two tables.
		}, ", ")+" FROM (SELECT * FROM tokens WHERE hash = ? LIMIT 1) t"+
			" JOIN contact_centers c ON c.id = t.contact_center_id"),
		sessionByHash: rebind(dialect, "SELECT "+strings.Join([]string{
			"s.contact_center_id, s.id, s.user_id, s.method, s.portal, s.address, s.user_agent",
			"s.created_at, s.seen_at, s.expires_at",
			"u.username, u.username_key, u.first_name, u.last_name, u.roles, u.disabled, u.change_password",
			"c.domain, c.name, c.features, c.suspended, c.created_at",
		}, ", ")+" FROM (SELECT * FROM sessions WHERE hash = ? LIMIT 1) s"+
			" JOIN users u ON u.contact_center_id = s.contact_center_id AND u.id = s.user_id"+
			" JOIN contact_centers c ON c.id = s.contact_center_id"),
	}
}

// rebind numbers the placeholders for PostgreSQL. The statement must not hold a
// question mark elsewhere.
func rebind(dialect, statement string) string {
	if dialect == SQLite {
		return statement
	}
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(statement, "?") {
		if n > 0 {
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}

// row reads at most one row past GORM, whose way from statement to struct costs
// several times what SQLite needs. The statement is prepared all the same, by the
// pool beneath GORM. No row is models.ErrNotFound.
func (s *Store) row(ctx context.Context, statement string, args, into []any) error {
	begin := time.Now()
	if err := ctx.Err(); err != nil {
		return translate(err)
	}
	if s.dialect == SQLite {
		// One row by its key is there before anybody could want to break off, and a
		// goroutine that waits for that costs a good part of reading the row.
		ctx = context.WithoutCancel(ctx)
	}
	rows, err := pool(s.read).QueryContext(ctx, statement, args...)
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	found := rows.Next()
	if found {
		err = rows.Scan(into...)
	}
	if err == nil {
		err = endOf(rows)
	}
	s.slow.hot(ctx, begin, statement, 1)
	if err == nil && !found {
		return models.ErrNotFound
	}
	return translate(err)
}

// pool returns the connections beneath GORM: those of its transaction, if any.
func pool(db *gorm.DB) gorm.ConnPool { return db.Statement.ConnPool }

// endOf closes rows and returns the error that ended them early, if any.
func endOf(rows *sql.Rows) error {
	if err := rows.Close(); err != nil {
		return err
	}
	return rows.Err()
}
