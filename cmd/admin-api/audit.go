package main

import (
	"errors"
	"fmt"

	"admin-api/audit"
)

type auditVerifyCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
	AcceptCut    bool `help:"First let chains that were cut off go on, such as after a restore; each gets a record of it."`
}

// Run verifies every chain.
func (c *auditVerifyCommand) Run(p *program) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	if c.AcceptCut {
		if err := acceptCuts(p, h); err != nil {
			return err
		}
	}
	reports, err := h.audit.Verify(p.ctx)
	if err != nil {
		return err
	}
	return tell(p, h, reports)
}

func acceptCuts(p *program, h *house) error {
	who := commandLine()
	cuts, err := h.audit.AcceptCuts(p.ctx, who.ID, who.Name)
	for _, cut := range cuts {
		p.printf("%s  cut accepted and recorded: the end that was kept, record %d, is not in this database, which had %d\n",
			h.nameOf(p.ctx, cut.Kept.ContactCenterID), cut.Kept.Sequence, cut.Found.Sequence)
	}
	if err == nil && len(cuts) == 0 {
		p.printf("no chain was cut off, nothing to accept\n")
	}
	return err
}

// tell prints a line per chain; its error says that some do not hold.
func tell(p *program, h *house, reports []audit.Report) error {
	broken, cut := 0, false
	for _, r := range reports {
		p.printf("%s\n", chainLine(h.nameOf(p.ctx, r.ContactCenterID), r))
		if !r.OK() {
			broken, cut = broken+1, cut || r.Cut
		}
	}
	if cut {
		p.printf("If you know why, such as an older copy that you restored, see admin-api audit verify --accept-cut.\n")
	}
	if broken > 0 {
		return fmt.Errorf("%d of %d audit chains do not hold", broken, len(reports))
	}
	return nil
}

// chainLine says how a chain is.
func chainLine(name string, r audit.Report) string {
	if r.OK() {
		return fmt.Sprintf("%s  %d records, all intact", name, r.Records)
	}
	return fmt.Sprintf("%s  BROKEN at record %d: %s (%d records before it are intact)",
		name, r.Broken, r.Reason, r.Records)
}
