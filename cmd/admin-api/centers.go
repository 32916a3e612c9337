package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"admin-api/access"
	"admin-api/models"
	"admin-api/validation"
)

type centersCreateCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
	Domain       string   `arg:"" help:"Host name by which the contact center is known."`
	Name         string   `help:"What people call it; the domain when not given."`
	Features     []string `help:"Features to switch on: ${features}."`
	Admin        string   `placeholder:"USERNAME" help:"Administrator to make. Their password is printed once."`
}

// Run makes a contact center. The password goes to standard output alone, where a
// script can take it.
func (c *centersCreateCommand) Run(p *program) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	document := map[string]any{"domain": c.Domain, "name": c.Name, "features": trimmed(c.Features)}
	if c.Admin != "" {
		document["administrator"] = map[string]string{"username": c.Admin}
	}
	body, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("contact center: %w", err)
	}
	actor := commandLine()
	made, err := h.access.CreateContactCenter(p.ctx, &actor, body)
	if err != nil {
		return told(c.Domain, err)
	}
	_, _ = fmt.Fprintf(p.stderr, "made contact center %s\n", made.Domain)
	if made.Administrator != nil {
		_, _ = fmt.Fprintf(p.stderr, "password of %s, shown this once:\n", made.Administrator.Username)
		p.printf("%s\n", made.Password.Reveal())
	}
	return nil
}

// told puts why there is no new contact center into words for who typed the
// command: each broken rule, where it is, and what to do.
func told(domain string, err error) error {
	var broken validation.Errors
	switch {
	case errors.Is(err, models.ErrExists):
		return fmt.Errorf("there is a contact center %q already; choose another domain", domain)
	case errors.As(err, &broken):
		lines := make([]string, len(broken))
		for i, v := range broken {
			lines[i] = strings.TrimPrefix(v.Pointer, "/") + ": " + strings.TrimSuffix(v.Detail, ".")
		}
		return errors.New(strings.Join(lines, "; "))
	}
	return err
}

type centersListCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
}

// Run prints a line per contact center in the order of the domains.
func (c *centersListCommand) Run(p *program) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	centers, err := h.contactCenters(p.ctx, "")
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "DOMAIN\tNAME\tMADE\tSUSPENDED\tFEATURES")
	for _, center := range centers {
		_, _ = fmt.Fprintln(table, strings.Join([]string{
			center.Domain, strings.Join(strings.Fields(center.Name), " "), instant(center.CreatedAt),
			map[bool]string{true: "yes", false: "no"}[center.Suspended], strings.Join(center.Features, ","),
		}, "\t"))
	}
	return table.Flush()
}

type centersSuspendCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
	Domain       string `arg:"" help:"Domain of the contact center."`
}

// Run suspends a contact center; a running server asks the database each time.
func (c *centersSuspendCommand) Run(p *program) error {
	return suspend(p, c.dataSettings, c.logSettings, c.Domain, true)
}

type centersResumeCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
	Domain       string `arg:"" help:"Domain of the contact center."`
}

// Run ends a suspension.
func (c *centersResumeCommand) Run(p *program) error {
	return suspend(p, c.dataSettings, c.logSettings, c.Domain, false)
}

func suspend(p *program, data dataSettings, log logSettings, domain string, suspended bool) (err error) {
	h, err := openHouse(p.ctx, data, log.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	if err := h.suspend(p.ctx, domain, suspended); err != nil {
		return err
	}
	words := map[bool]string{
		true:  "is suspended: its own credentials are refused from now on",
		false: "is not suspended: its own credentials count again",
	}
	p.printf("%s %s\n", strings.ToLower(domain), words[suspended])
	return nil
}

func (h *house) suspend(ctx context.Context, domain string, suspended bool) error {
	actor := commandLine()
	patch := fmt.Appendf(nil, `{"suspended":%t}`, suspended)
	_, err := h.access.UpdateContactCenter(ctx, &actor, domain, access.Match{}, patch)
	if errors.Is(err, models.ErrNotFound) {
		return fmt.Errorf("there is no contact center %q", domain)
	}
	return err
}
