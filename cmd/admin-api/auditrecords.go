package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"time"

	"admin-api/api"
	"admin-api/models"
)

type auditExportCommand struct {
	dataSettings  `embed:""`
	logSettings   `embed:""`
	ContactCenter string `placeholder:"DOMAIN" help:"Only of this contact center."`
	From          string `placeholder:"TIME" help:"Only records from this time on, such as 2026-03-01T00:00:00Z."`
	To            string `placeholder:"TIME" help:"Only records before this time."`
}

// Run prints the records, one contact center after the other.
func (c *auditExportCommand) Run(p *program) (err error) {
	from, err := moment("--from", c.From)
	if err != nil {
		return err
	}
	to, err := moment("--to", c.To)
	if err != nil {
		return err
	}
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	ids, err := h.chains(p.ctx, c.ContactCenter)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(p.stdout, 64<<10)
	var line []byte
	for _, id := range ids {
		f := models.AuditFilter{ContactCenterID: id, From: from, To: to}
		err := h.audit.Export(p.ctx, f, func(e *models.AuditEvent) error {
			line = append(api.AppendAuditEvent(line[:0], e), '\n')
			_, err := out.Write(line)
			return err
		})
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

// moment reads a time of a flag; the zero time where it is empty.
func moment(flag, text string) (models.Time, error) {
	if text == "" {
		return models.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return models.Time{}, settingError{fmt.Errorf("%s: %q is no time such as 2026-03-01T00:00:00Z", flag, text)}
	}
	return models.NewTime(at), nil
}

// chains are the contact centers that have a chain of audit records, also those
// that are gone; with a domain, only that one.
func (h *house) chains(ctx context.Context, domain string) ([]string, error) {
	if domain != "" {
		centers, err := h.contactCenters(ctx, domain)
		if err != nil {
			return nil, err
		}
		return []string{centers[0].ID}, nil
	}
	ends, err := h.store.AuditEnds(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, end := range ends {
		ids = append(ids, end.ContactCenterID)
	}
	return ids, nil
}

type auditPruneCommand struct {
	dataSettings  `embed:""`
	logSettings   `embed:""`
	OlderThan     days   `required:"" help:"Age of the records to remove, such as 365d."`
	ContactCenter string `placeholder:"DOMAIN" help:"Only of this contact center."`
}

// Run removes old records of each chain that holds; one that does not is left
// as it is, and an error at the end.
func (c *auditPruneCommand) Run(p *program) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	ids, err := h.chains(p.ctx, c.ContactCenter)
	if err != nil {
		return err
	}
	before := models.NewTime(time.Now().Add(-time.Duration(c.OlderThan)))
	var failed error
	who := commandLine()
	for _, id := range ids {
		name := h.nameOf(p.ctx, id)
		gone, err := h.audit.Prune(p.ctx, id, before, who.ID, who.Name)
		switch {
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("%s: %w", name, err))
		case gone.Last == 0:
			p.printf("%s  nothing older than %s\n", name, before)
		default:
			p.printf("%s  records %d to %d removed; a signed checkpoint stands in their place\n", name, gone.First, gone.Last)
		}
	}
	return failed
}
