package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"admin-api/models"
)

// CreateTeam stores a team. models.ErrNameTaken means that its name is taken,
// models.ErrExists that its id is.
func (s *Store) CreateTeam(ctx context.Context, t *models.Team) error {
	t.ExternalKey = models.NameKey(t.ExternalID)
	return s.create(ctx, "team", t)
}

// Team returns a team, or models.ErrNotFound.
func (s *Store) Team(ctx context.Context, contactCenter, id string) (*models.Team, error) {
	t := &models.Team{}
	return t, s.take(ctx, "team", t, "contact_center_id = ? AND id = ?", contactCenter, id)
}

// LockTeam returns a team, or models.ErrNotFound, and keeps others from changing
// or holding it until the transaction ends. Outside of Tx it only reads.
func (s *Store) LockTeam(ctx context.Context, contactCenter, id string) (*models.Team, error) {
	return s.lockedTeam(ctx, contactCenter, id, "UPDATE")
}

// HoldTeam is LockTeam for who needs the team to stay as it is while a row that
// names it is written: several may hold a team at once.
func (s *Store) HoldTeam(ctx context.Context, contactCenter, id string) (*models.Team, error) {
	return s.lockedTeam(ctx, contactCenter, id, "SHARE")
}

func (s *Store) lockedTeam(ctx context.Context, contactCenter, id, strength string) (*models.Team, error) {
	t := &models.Team{}
	db := s.query(ctx).Where("contact_center_id = ? AND id = ?", contactCenter, id)
	if err := s.locking(db, strength).Take(t).Error; err != nil {
		return nil, fmt.Errorf("lock team: %w", translate(err))
	}
	return t, nil
}

// Teams returns the teams of a contact center in the order of their names.
func (s *Store) Teams(ctx context.Context, contactCenter string) ([]models.Team, error) {
	return s.ListTeams(ctx, contactCenter, models.Page{})
}

// ListTeams returns a page of the teams of a contact center in the order of their
// names; page.Before is the last NameKey seen. A limit of 0 means all.
func (s *Store) ListTeams(ctx context.Context, contactCenter string, page models.Page) ([]models.Team, error) {
	db := s.query(ctx).Where("contact_center_id = ?", contactCenter)
	if page.Before != "" {
		db = db.Where("name_key > ?", page.Before)
	}
	var all []models.Team
	if err := limited(db, page.Limit).Order("name_key").Find(&all).Error; err != nil {
		return nil, fmt.Errorf("list teams: %w", translate(err))
	}
	return all, nil
}

// TeamByName returns the team whose NameKey is key, or models.ErrNotFound.
func (s *Store) TeamByName(ctx context.Context, contactCenter, key string) (*models.Team, error) {
	t := &models.Team{}
	return t, s.take(ctx, "team", t, "contact_center_id = ? AND name_key = ?", contactCenter, key)
}

// FirstTeam returns the team that was made first of those that are not disabled,
// or models.ErrNotFound.
func (s *Store) FirstTeam(ctx context.Context, contactCenter string) (*models.Team, error) {
	t := &models.Team{}
	err := s.query(ctx).Where("contact_center_id = ? AND disabled = ?", contactCenter, false).
		Order("id").Limit(1).Take(t).Error
	if err != nil {
		return nil, fmt.Errorf("read first team: %w", translate(err))
	}
	return t, nil
}

// UpdateTeam writes t where the stored version is still from, and sets t.Version
// to the next one. Errors are models.ErrVersionMismatch, also where there is no
// such team, and models.ErrNameTaken.
func (s *Store) UpdateTeam(ctx context.Context, t *models.Team, from int64) error {
	t.ExternalKey = models.NameKey(t.ExternalID)
	err := s.updateVersion(ctx, &models.Team{}, t.ContactCenterID, t.ID, from, map[string]any{
		"name": t.Name, "name_key": t.NameKey, "disabled": t.Disabled,
		"external_id": t.ExternalID, "external_key": t.ExternalKey,
		"version": from + 1, "updated_at": t.UpdatedAt, "updated_by": t.UpdatedBy,
	})
	if err != nil {
		return fmt.Errorf("update team %s: %w", t.ID, err)
	}
	t.Version = from + 1
	return nil
}

// TeamsByID returns those of the teams that exist, in no order.
func (s *Store) TeamsByID(ctx context.Context, contactCenter string, ids []string) ([]models.Team, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var teams []models.Team
	err := s.query(ctx).Where("contact_center_id = ? AND id IN ?", contactCenter, ids).Find(&teams).Error
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", translate(err))
	}
	return teams, nil
}

// RosterChanged notes that the teams have other members than before, or members with
// other names.
func (s *Store) RosterChanged(ctx context.Context, contactCenter string, at models.Time, ids ...string) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Model(&models.Team{}).Where("contact_center_id = ? AND id IN ?", contactCenter, ids).
			UpdateColumns(map[string]any{"roster": gorm.Expr("roster + 1"), "roster_at": at}).Error
	})
	if err != nil {
		return fmt.Errorf("note change of members: %w", err)
	}
	return nil
}

// DeleteTeam removes a team, or returns models.ErrNotFound. Whether somebody is in
// it is for the caller to ask.
func (s *Store) DeleteTeam(ctx context.Context, contactCenter, id string) error {
	return s.remove(ctx, "team", &models.Team{}, contactCenter, id)
}
