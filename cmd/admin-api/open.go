package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/audit"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
)

// headsInterval is how often, at most, the ends of the audit chains are
// written outside the database.
const headsInterval = time.Second

// house is what every command that touches data needs.
type house struct {
	store  *store.Store
	keys   *secret.Keyring
	audit  *audit.Log
	access *access.Service
	log    *slog.Logger
}

// openHouse opens keys and database. With migrate it brings the schema up to
// date; otherwise a schema that is behind is an error. The caller closes it.
func openHouse(ctx context.Context, data dataSettings, log *slog.Logger, migrate bool) (*house, error) {
	if err := data.check(); err != nil {
		return nil, err
	}
	if !migrate {
		if err := data.mustExist(); err != nil {
			return nil, err
		}
	}
	db, err := openStore(ctx, data, log)
	if err != nil {
		return nil, err
	}
	if err := bringUp(ctx, db, log, migrate); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	keys, err := openKeys(ctx, data, db, log)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	chain := &audit.Log{Store: db, Keys: keys, Logger: evidence(log)}
	audit.KeepHeads(chain, data.headsFile(), headsInterval)
	return &house{
		store: db, keys: keys, audit: chain, log: log,
		access: &access.Service{Store: db, Audit: chain, Passwords: access.NewPasswords(passwordsAtOnce)},
	}, nil
}

// close writes what is still to be written and closes the database.
func (h *house) close(ctx context.Context) error {
	return errors.Join(h.audit.Heads.Flush(context.WithoutCancel(ctx)), h.store.Close())
}

// openKeys opens the key file. With SQLite a missing one is made, unless the
// database is in use already: it would not fit the secrets there.
func openKeys(ctx context.Context, data dataSettings, db *store.Store, log *slog.Logger) (*secret.Keyring, error) {
	path := data.keyFile()
	keys, err := secret.Open(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if !data.sqlite() {
		return nil, fmt.Errorf("the key file %s does not exist; "+
			"make it once with admin-api keys init and give it to every replica", path)
	}
	n, err := db.CountContactCenters(ctx)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		return nil, fmt.Errorf("the key file %s is missing but the database is in use: bring the file back, "+
			"or make a new one with admin-api keys init and enter every secret again", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if keys, err = secret.Create(path); err != nil {
		return nil, err
	}
	log.Info("key file made; keep a copy of it in a safe place", "file", path)
	return keys, nil
}

func openStore(ctx context.Context, data dataSettings, log *slog.Logger) (*store.Store, error) {
	if err := data.check(); err != nil {
		return nil, err
	}
	if data.sqlite() {
		if err := os.MkdirAll(data.Data, 0o700); err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
	}
	db, err := store.Open(ctx, store.Config{URL: data.databaseURL(), Logger: log})
	if err != nil {
		return nil, fmt.Errorf("ADMIN_API_DATABASE: %w", err)
	}
	return db, nil
}

func bringUp(ctx context.Context, db *store.Store, log *slog.Logger, migrate bool) error {
	if migrate {
		n, err := db.Migrate(ctx)
		if err == nil && n > 0 {
			log.Info("database schema brought up to date", "migrations", n)
		}
		return err
	}
	n, err := db.Pending(ctx)
	if err == nil && n > 0 {
		return fmt.Errorf("the database schema is behind by %d migrations; run admin-api migrate", n)
	}
	return err
}

// nameOf is the domain of a contact center, or its id where it is gone.
func (h *house) nameOf(ctx context.Context, id string) string {
	center, err := h.store.ContactCenter(ctx, id)
	if err != nil {
		return id
	}
	return center.Domain
}

// contactCenters returns the one with the domain, or all where it is empty.
func (h *house) contactCenters(ctx context.Context, domain string) ([]models.ContactCenter, error) {
	if domain == "" {
		return h.store.ContactCenters(ctx)
	}
	center, err := h.store.ContactCenterByDomain(ctx, strings.ToLower(domain))
	if errors.Is(err, models.ErrNotFound) {
		return nil, fmt.Errorf("there is no contact center %q", domain)
	}
	if err != nil {
		return nil, err
	}
	return []models.ContactCenter{*center}, nil
}
