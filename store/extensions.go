package store

import (
	"context"
	"fmt"
	"strconv"

	"gorm.io/gorm"

	"admin-api/models"
)

// probed is how many extensions are looked for at once.
const probed = 256

// TakeExtension returns the smallest extension from first on that nobody has. The
// contact center must be locked, and its users stay as they are, until the
// transaction ends. It remembers that all before are taken, so that the next call
// begins there; ReleaseExtension makes it look again.
func (s *Store) TakeExtension(ctx context.Context, contactCenter string, first int) (string, error) {
	var hint int
	err := s.query(ctx).Model(&models.ContactCenter{}).Where("id = ?", contactCenter).Pluck("next_extension", &hint).Error
	if err != nil {
		return "", fmt.Errorf("take extension: %w", translate(err))
	}
	n := max(first, hint)
	for {
		free, found, err := s.freeExtension(ctx, contactCenter, n)
		if err != nil {
			return "", err
		}
		if found {
			return strconv.Itoa(free), s.rememberExtension(ctx, "next_extension < ?", contactCenter, free+1)
		}
		n = free
	}
}

// freeExtension returns the first extension from n on that nobody has, or where to
// look further.
func (s *Store) freeExtension(ctx context.Context, contactCenter string, n int) (free int, found bool, err error) {
	candidates := make([]string, probed)
	for i := range candidates {
		candidates[i] = strconv.Itoa(n + i)
	}
	var taken []string
	err = s.query(ctx).Model(&models.User{}).
		Where("contact_center_id = ? AND extension <> '' AND extension IN ?", contactCenter, candidates).
		Pluck("extension", &taken).Error
	if err != nil {
		return 0, false, fmt.Errorf("list extensions: %w", translate(err))
	}
	is := make(map[string]bool, len(taken))
	for _, extension := range taken {
		is[extension] = true
	}
	for i, candidate := range candidates {
		if !is[candidate] {
			return n + i, true, nil
		}
	}
	return n + probed, false, nil
}

// ReleaseExtension notes that the extension is free again.
func (s *Store) ReleaseExtension(ctx context.Context, contactCenter, extension string) error {
	n, err := strconv.Atoi(extension)
	if err != nil {
		return nil //nolint:nilerr // not one that would be given
	}
	return s.rememberExtension(ctx, "next_extension > ?", contactCenter, n)
}

func (s *Store) rememberExtension(ctx context.Context, where, contactCenter string, n int) error {
	err := s.exec(ctx, func(db *gorm.DB) error {
		return db.Model(&models.ContactCenter{}).Where("id = ?", contactCenter).Where(where, n).
			UpdateColumn("next_extension", n).Error
	})
	if err != nil {
		return fmt.Errorf("note extension: %w", err)
	}
	return nil
}
