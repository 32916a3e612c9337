package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"admin-api/audit"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
)

type restoreCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
	File         string `arg:"" help:"The file that admin-api backup made."`
	AcceptDamage bool   `help:"Restore although audit chains do not hold or keys are missing; that is put on record."`
}

// Run puts the backup in place, all of it or nothing, lets the chains go on from
// where the backup ends, and verifies them.
func (c *restoreCommand) Run(p *program) error {
	if err := c.check(); err != nil {
		return err
	}
	keys, err := c.openKeys()
	if err != nil {
		return err
	}
	if c.sqlite() {
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	var in inventory
	config := store.Config{URL: c.databaseURL(), Logger: c.logger(p.stderr)}
	err = store.Restore(p.ctx, config, c.File, store.CopyOptions{
		Say: progress(p.stderr),
		Check: func(copied *store.Store) (err error) {
			if in, err = takeInventory(p.ctx, copied, keys); err != nil {
				return err
			}
			return c.admit(p, copied, keys, in)
		},
	})
	if errors.Is(err, models.ErrExists) {
		return fmt.Errorf("%w: name another one with ADMIN_API_DATA or ADMIN_API_DATABASE, "+
			"or move the old one away first", err)
	}
	if err != nil {
		return err
	}
	if err := c.conclude(p, in); err != nil {
		return fmt.Errorf("the backup is restored, but: %w", err)
	}
	return nil
}

// openKeys opens the key file, which a backup does not bring.
func (c *restoreCommand) openKeys() (*secret.Keyring, error) {
	keys, err := secret.Open(c.keyFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the key file %s does not exist: a backup has no keys in it; "+
			"bring the copy of the key file that belongs to it, mode 0600, or name it with ADMIN_API_KEYS", c.keyFile())
	}
	return keys, err
}

// admit refuses a copy that is damaged, unless that is accepted, and notes the
// restore in its chains; the notes are put in place together with the rest.
func (c *restoreCommand) admit(p *program, copied *store.Store, keys *secret.Keyring, in inventory) error {
	faults := in.damage(c.keyFile())
	if len(faults) > 0 && !c.AcceptDamage {
		for _, fault := range faults {
			p.printf("%s\n", fault)
		}
		return errors.New("nothing is restored; if it cannot be mended, restore with --accept-damage")
	}
	return recordEverywhere(p.ctx, &audit.Log{Store: copied, Keys: keys}, func(id string) models.AuditEvent {
		detail := fmt.Sprintf("the database is that of a backup, with %d records of this chain", in.chain(id).Records)
		if len(faults) > 0 {
			detail += "; accepted: " + strings.Join(faults, "; ")
		}
		return models.AuditEvent{
			Operation: "backup.restore", TargetType: "backup", TargetID: filepath.Base(c.File), Detail: detail,
		}
	})
}

// damage lists what is wrong with a copy, a line each.
func (in *inventory) damage(keyFile string) (faults []string) {
	broken := slices.DeleteFunc(slices.Clone(in.chains), audit.Report.OK)
	atOnce := func(r audit.Report) bool { return r.Broken > 1 }
	if len(broken) > 0 && len(broken) == len(in.chains) && !slices.ContainsFunc(broken, atOnce) {
		faults = append(faults, keyFile+" does not seem to be the key file of this backup")
	}
	for _, id := range in.missing {
		faults = append(faults, fmt.Sprintf("%s under the key %s, which is not in %s",
			count(in.keys[id], "secret"), id, keyFile))
	}
	for _, r := range broken {
		faults = append(faults, chainLine(in.nameOf(r.ContactCenterID), r))
	}
	return faults
}

// conclude opens the restored database as every command does.
func (c *restoreCommand) conclude(p *program, in inventory) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	in.print(p)
	if err := c.acceptCuts(p.ctx, p, h, in); err != nil {
		return err
	}
	reports, err := h.audit.Verify(p.ctx)
	if err != nil {
		return err
	}
	if err := tell(p, h, reports); err != nil && !c.AcceptDamage {
		return err
	}
	p.printf("restored %s: the state of %s\n", c.File, instant(in.newest))
	p.printf("What was taken away after that is back: tokens that were revoked, users that were disabled, secrets " +
		"that were replaced, accounts that were deleted. Look through admin-api tokens list. All sessions have ended.\n")
	return nil
}

// acceptCuts lets chains go on whose kept ends are later than the backup: that
// is what restoring means, and each gets a record of what is lost.
func (c *restoreCommand) acceptCuts(ctx context.Context, p *program, h *house, in inventory) error {
	if c.headsFile() == "" {
		return nil
	}
	who := commandLine()
	cuts, err := h.audit.AcceptCuts(ctx, who.ID, who.Name)
	for _, cut := range cuts {
		p.printf("%s  the end that was kept, record %d, is not in the backup, which ends with record %d: "+
			"what followed is lost, and that is on record\n",
			h.nameOf(ctx, cut.Kept.ContactCenterID), cut.Kept.Sequence, in.chain(cut.Kept.ContactCenterID).Records)
	}
	if err != nil {
		return err
	}
	h.audit.Heads.Examine(ctx) // from now on these ends are kept
	return h.audit.Heads.Check(ctx)
}
