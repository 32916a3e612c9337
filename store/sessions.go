package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"admin-api/models"
)

// CreateSession stores a session; models.ErrExists means that its hash or id is
// known, models.ErrNotFound that the user is gone.
func (s *Store) CreateSession(ctx context.Context, session *models.Session) error {
	return s.create(ctx, "session", session)
}

// SessionByHash returns the session with the hash, its user and its contact
// center, in one statement, or models.ErrNotFound. Of the user it has what says
// who that is and what they may do. Whether the session still holds is for the
// caller to judge.
func (s *Store) SessionByHash(
	ctx context.Context, hash []byte,
) (models.Session, models.User, models.ContactCenter, error) {
	var at models.Session
	var u models.User
	var c models.ContactCenter
	err := s.row(ctx, s.queries.sessionByHash, []any{hash}, []any{
		&at.ContactCenterID, &at.ID, &at.UserID, &at.Method, &at.Portal, &at.Address, &at.UserAgent,
		&at.CreatedAt, &at.SeenAt, &at.ExpiresAt,
		&u.Username, &u.UsernameKey, &u.FirstName, &u.LastName, &u.Roles, &u.Disabled, &u.ChangePassword,
		&c.Domain, &c.Name, &c.Features, &c.Suspended, &c.CreatedAt,
	})
	if err != nil {
		return models.Session{}, models.User{}, models.ContactCenter{}, fmt.Errorf("read session: %w", err)
	}
	at.Hash, u.ContactCenterID, u.ID, c.ID = hash, at.ContactCenterID, at.UserID, at.ContactCenterID
	return at, u, c, nil
}

// Sessions returns the sessions of a user, newest first, ended ones that were not
// removed yet included.
func (s *Store) Sessions(ctx context.Context, contactCenter, userID string) ([]models.Session, error) {
	var all []models.Session
	err := s.query(ctx).Where("contact_center_id = ? AND user_id = ?", contactCenter, userID).
		Order("id DESC").Find(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", translate(err))
	}
	return all, nil
}

// TouchSession notes when a session was last used; an earlier time changes
// nothing, and neither does a session that has ended.
func (s *Store) TouchSession(ctx context.Context, contactCenter, id string, at models.Time) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Model(&models.Session{}).Where("contact_center_id = ? AND id = ? AND seen_at < ?", contactCenter, id, at).
			UpdateColumn("seen_at", at).Error
	})
	if err != nil {
		return fmt.Errorf("touch session %s: %w", id, err)
	}
	return nil
}

// RotateSession gives a session another hash: what had the one before no longer
// leads to it. It returns models.ErrNotFound for a session that has ended.
func (s *Store) RotateSession(ctx context.Context, contactCenter, id string, hash []byte) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Model(&models.Session{}).Where("contact_center_id = ? AND id = ?", contactCenter, id).
			UpdateColumn("hash", hash))
	})
	if err != nil {
		return fmt.Errorf("rotate session %s: %w", id, err)
	}
	return nil
}

// DeleteSession ends a session, or returns models.ErrNotFound.
func (s *Store) DeleteSession(ctx context.Context, contactCenter, id string) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return affected(db.Where("contact_center_id = ? AND id = ?", contactCenter, id).Delete(&models.Session{}))
	})
	if err != nil {
		return fmt.Errorf("delete session %s: %w", id, err)
	}
	return nil
}

// DeleteSessions ends all sessions of a user but the one with the id exceptID,
// which may be empty, and the one-time codes by which one could begin. The codes go
// first: an exchange that is under way is waited for there, and the session that
// it made is seen afterwards.
func (s *Store) DeleteSessions(ctx context.Context, contactCenter, userID, exceptID string) error {
	err := s.Tx(ctx, func(tx *Store) error {
		err := tx.write.WithContext(ctx).
			Where("contact_center_id = ? AND user_id = ?", contactCenter, userID).Delete(&models.SSOCode{}).Error
		if err != nil {
			return translate(err)
		}
		return translate(tx.write.WithContext(ctx).
			Where("contact_center_id = ? AND user_id = ? AND id <> ?", contactCenter, userID, exceptID).
			Delete(&models.Session{}).Error)
	})
	if err != nil {
		return fmt.Errorf("delete sessions of user %s: %w", userID, err)
	}
	return nil
}

// DeleteEndedSessions removes at most limit sessions that had expired at now or
// were last seen before idle, and returns how many.
func (s *Store) DeleteEndedSessions(ctx context.Context, now, idle models.Time, limit int) (int, error) {
	return s.deleteSome(ctx, "ended sessions", `DELETE FROM sessions WHERE (contact_center_id, id) IN (
		SELECT contact_center_id, id FROM sessions WHERE expires_at <= ? OR seen_at < ? LIMIT ?)`, now, idle, limit)
}

// deleteSome runs a statement that removes the rows that the query at its end
// selects, and returns how many. Rows that somebody else has locked are left for
// the next time: several rows are locked in no order here, and whoever waits for
// one of them must not be waited for.
func (s *Store) deleteSome(ctx context.Context, what, statement string, args ...any) (int, error) {
	if s.dialect == Postgres {
		statement = strings.TrimSuffix(statement, ")") + " FOR UPDATE SKIP LOCKED)"
	}
	n := int64(0)
	err := s.exec(ctx, func(db *gorm.DB) error {
		res := db.Exec(statement, args...)
		n = res.RowsAffected
		return res.Error
	})
	if err != nil {
		return 0, fmt.Errorf("delete %s: %w", what, err)
	}
	return int(n), nil
}
