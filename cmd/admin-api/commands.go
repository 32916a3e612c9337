package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/secret"
)

// printf writes to the command's output; a closed pipe is not our business.
func (p *program) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stdout, format, args...)
}

type migrateCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
	Check        bool `help:"Only look: exit 1 when a migration is pending."`
}

// Run brings the schema up to date, or looks whether it is.
func (c *migrateCommand) Run(p *program) (err error) {
	if c.Check {
		if err := c.mustExist(); err != nil {
			return err
		}
	}
	db, err := openStore(p.ctx, c.dataSettings, c.logger(p.stderr))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if !c.Check {
		n, err := db.Migrate(p.ctx)
		if err == nil {
			p.printf("migrations applied: %d\n", n)
		}
		return err
	}
	n, err := db.Pending(p.ctx)
	if err == nil && n > 0 {
		return fmt.Errorf("migrations pending: %d", n)
	}
	if err == nil {
		p.printf("the schema is up to date\n")
	}
	return err
}

// commandLine is the principal of what is done by commands.
func commandLine() access.Principal { return access.Principal{ID: "system", Name: "command line"} }

type keysInitCommand struct {
	dataSettings `embed:""`
}

// Run makes the key file.
func (c *keysInitCommand) Run(p *program) error {
	path := c.keyFile()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("folder of the key file: %w", err)
	}
	if _, err := secret.Create(path); err != nil {
		return err
	}
	p.printf("made %s; keep a copy in a safe place: without it no stored secret can be read\n", path)
	return nil
}

type keysRotateCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
}

// Run adds a key, unless the newest one is still to be rolled out, and
// re-encrypts what is on older ones.
func (c *keysRotateCommand) Run(p *program) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	r := rotation{house: h, say: p.printf}
	return r.run(p.ctx)
}

type keysStatusCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
}

// Run prints a line per key.
func (c *keysStatusCommand) Run(p *program) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	counts, err := h.store.CountByKey(p.ctx)
	if err != nil {
		return err
	}
	for _, id := range h.keys.IDs() {
		note := ""
		if id == h.keys.Primary() {
			note = " (primary: new secrets are sealed with it)"
		}
		p.printf("%s  %s%s\n", id, count(counts[id], "secret"), note)
		delete(counts, id)
	}
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		p.printf("%s  %s  NOT IN THE KEY FILE: they cannot be read\n", id, count(counts[id], "secret"))
	}
	return nil
}

type versionCommand struct {
	dataSettings `embed:""`
}

// Run prints what is running; the schema only where there is a database.
func (c *versionCommand) Run(p *program) error {
	p.printf("%s\n", versionLine())
	if c.mustExist() != nil {
		p.printf("database schema: no database\n")
		return nil
	}
	schema, err := schemaVersion(p.ctx, c.dataSettings)
	if err != nil {
		return err
	}
	p.printf("database schema: %d\n", schema)
	return nil
}

func schemaVersion(ctx context.Context, data dataSettings) (_ int64, err error) {
	quiet := logSettings{LogLevel: "error", LogFormat: "text"}
	db, err := openStore(ctx, data, quiet.logger(os.Stderr))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.SchemaVersion(ctx)
}

// days is a duration that may be written in days ("90d").
type days time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *days) UnmarshalText(text []byte) error {
	word := string(text)
	v, err := time.ParseDuration(word)
	if n, ok := strings.CutSuffix(word, "d"); ok {
		var count int
		count, err = strconv.Atoi(n)
		v = time.Duration(min(max(count, -1), longest+1)) * 24 * time.Hour
	}
	switch {
	case err != nil:
		return fmt.Errorf("%q is no duration: write such as 90d or 12h", word)
	case v <= 0 || v > longest*24*time.Hour:
		return fmt.Errorf("%q must be longer than nothing and at most %d days: write such as 90d or 12h", word, longest)
	}
	*d = days(v)
	return nil
}

// longest is how many days a duration may have, a hundred years.
const longest = 36500
