package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"admin-api/audit"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
)

type backupCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
	File         string `arg:"" help:"The new file; it is a SQLite database, also where PostgreSQL is copied."`
}

// Run copies the database. What the copy holds is examined before it gets its
// name; chains that do not hold are no reason to be without a copy, but the
// command fails.
func (c *backupCommand) Run(p *program) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	h.audit.Heads.Examine(p.ctx)
	var in inventory
	err = h.store.Backup(p.ctx, c.File, store.CopyOptions{
		Say: progress(p.stderr),
		Check: func(copied *store.Store) (err error) {
			if in, err = takeInventory(p.ctx, copied, h.keys); err != nil {
				return err
			}
			return c.record(p.ctx, h, in)
		},
	})
	if errors.Is(err, models.ErrExists) {
		return fmt.Errorf("%s exists, and a backup replaces nothing: name a new file", c.File)
	}
	if err != nil {
		return err
	}
	in.print(p)
	p.printf("%s is complete. The key file is not in it: keep a copy of %s in another place, "+
		"without it no secret of the backup can be read.\n", c.File, c.keyFile())
	return errors.Join(in.faults(), h.audit.Heads.Check(p.ctx))
}

// record notes the copy in the chains of the database, before the copy gets
// its name: there is none without a record.
func (c *backupCommand) record(ctx context.Context, h *house, in inventory) error {
	return recordEverywhere(ctx, h.audit, func(id string) models.AuditEvent {
		return models.AuditEvent{
			Operation: "backup.create", TargetType: "backup", TargetID: filepath.Base(c.File),
			Detail: fmt.Sprintf("copy of the whole database, with %d records of this chain", in.chain(id).Records),
		}
	})
}

// inventory is what a copy was found to hold.
type inventory struct {
	rows    map[string]int64 // by table
	keys    map[string]int   // secrets by the id of their key
	missing []string         // ids of keys that the key file lacks
	chains  []audit.Report
	names   map[string]string // domains of contact centers
	newest  models.Time       // of its audit records
}

// takeInventory looks through a copy and verifies its chains by themselves: the
// ends that are kept outside belong to another moment.
func takeInventory(ctx context.Context, copied *store.Store, keys *secret.Keyring) (in inventory, err error) {
	if in.rows, err = copied.RowCounts(ctx); err != nil {
		return in, err
	}
	if in.keys, err = copied.CountByKey(ctx); err != nil {
		return in, err
	}
	for _, id := range slices.Sorted(maps.Keys(in.keys)) {
		if !keys.Has(id) {
			in.missing = append(in.missing, id)
		}
	}
	if in.chains, err = (&audit.Log{Store: copied, Keys: keys}).Verify(ctx); err != nil {
		return in, err
	}
	return in, in.learn(ctx, copied)
}

// learn reads the names of the contact centers and when something happened last.
func (in *inventory) learn(ctx context.Context, copied *store.Store) error {
	centers, err := copied.ContactCenters(ctx)
	if err != nil {
		return err
	}
	in.names = map[string]string{}
	for _, center := range centers {
		in.names[center.ID] = center.Domain
	}
	for _, chain := range in.chains {
		last, err := copied.AuditEvents(ctx, models.AuditFilter{
			ContactCenterID: chain.ContactCenterID, Page: models.Page{Limit: 1},
		})
		if err != nil {
			return err
		}
		if len(last) > 0 && last[0].At.After(in.newest.Time) {
			in.newest = last[0].At
		}
	}
	return nil
}

// chain returns the report on the chain of a contact center.
func (in *inventory) chain(id string) audit.Report {
	i := slices.IndexFunc(in.chains, func(r audit.Report) bool { return r.ContactCenterID == id })
	if i < 0 {
		return audit.Report{ContactCenterID: id}
	}
	return in.chains[i]
}

func (in *inventory) nameOf(id string) string {
	if name, ok := in.names[id]; ok {
		return name
	}
	return id
}

// print says what the copy holds, which keys it needs and how its chains are.
func (in *inventory) print(p *program) {
	p.printf("%s, %s, %s, %s\n",
		count(in.rows["contact_centers"], "contact center"), count(in.rows["accounts"], "account"),
		count(in.secrets(), "secret"), count(in.rows["audit_events"], "audit record"))
	for _, r := range in.chains {
		p.printf("%s\n", chainLine(in.nameOf(r.ContactCenterID), r))
	}
	for _, id := range slices.Sorted(maps.Keys(in.keys)) {
		note := ""
		if slices.Contains(in.missing, id) {
			note = ", which is NOT IN THE KEY FILE: they cannot be read"
		}
		p.printf("%s under the key %s%s\n", count(in.keys[id], "secret"), id, note)
	}
}

func (in *inventory) secrets() (n int) {
	for _, held := range in.keys {
		n += held
	}
	return n
}

// faults says whether chains do not hold.
func (in *inventory) faults() error {
	broken := 0
	for _, r := range in.chains {
		if !r.OK() {
			broken++
		}
	}
	if broken == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d audit chains do not hold, in the copy as in the database", broken, len(in.chains))
}

// progressInterval is how often a command that works for long says how far it
// is; a short one says nothing.
const progressInterval = 2 * time.Second

// progress prints what it is told, at most once per interval.
func progress(out io.Writer) func(text string) {
	var mu sync.Mutex
	last := time.Now()
	return func(text string) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(last) >= progressInterval {
			last = time.Now()
			_, _ = fmt.Fprintln(out, text)
		}
	}
}
