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

	Checkpoint      string `placeholder:"FILE" help:"Also prove that the chains go on from checkpoints that were kept."`
	WriteCheckpoint string `placeholder:"FILE" help:"Where every chain holds, write checkpoints to keep into this file."`
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
	kept, err := readCheckpoints(c.Checkpoint)
	if err != nil {
		return err
	}
	reports, err := h.audit.Verify(p.ctx, kept...)
	if err != nil {
		return err
	}
	if err := tell(p, h, reports); err != nil || c.WriteCheckpoint == "" {
		return err
	}
	return writeCheckpoints(p, c.WriteCheckpoint, reports)
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
		return fmt.Sprintf("%s  %s, all intact", name, count(r.Records, "record"))
	}
	return fmt.Sprintf("%s  BROKEN at record %d: %s (%d records before it are intact)",
		name, r.Broken, r.Reason, r.Records)
}
