package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"admin-api/access"
	"admin-api/models"
)

type tokensCreateCommand struct {
	dataSettings  `embed:""`
	logSettings   `embed:""`
	ContactCenter string   `required:"" placeholder:"DOMAIN" help:"Domain of the contact center."`
	Scopes        []string `required:"" help:"What the token may do: ${scopes}."`
	Name          string   `default:"unnamed" help:"What the token is for."`
	Expires       days     `placeholder:"90d" help:"How long it holds, such as 90d or 12h; for ever when not given."`
}

// Run makes a token and prints it; its id goes where no script takes it for the
// token.
func (c *tokensCreateCommand) Run(p *program) (err error) {
	scopes := trimmed(c.Scopes)
	if err := access.CheckScopes(scopes); err != nil {
		return wrong("--scopes", err)
	}
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	centers, err := h.contactCenters(p.ctx, c.ContactCenter)
	if err != nil {
		return err
	}
	id, text, err := h.access.CreateToken(p.ctx, commandLine(), access.NewTokenInput{
		ContactCenterID: centers[0].ID, Name: c.Name, Scopes: scopes, Expires: time.Duration(c.Expires),
	})
	if err == nil {
		_, _ = fmt.Fprintf(p.stderr, "made token %s, shown this once\n", id)
		p.printf("%s\n", text)
	}
	return err
}

// trimmed takes off the blanks that people put behind commas.
func trimmed(words []string) []string {
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	return words
}

type tokensListCommand struct {
	dataSettings  `embed:""`
	logSettings   `embed:""`
	ContactCenter string `placeholder:"DOMAIN" help:"Domain of one contact center; all when not given."`
}

// Run prints a line per token, oldest first, expired and revoked ones too.
func (c *tokensListCommand) Run(p *program) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	centers, err := h.contactCenters(p.ctx, c.ContactCenter)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "ID\tNAME\tCONTACT CENTER\tMADE\tEXPIRES\tLAST USED\tREVOKED\tSCOPES")
	for _, center := range centers {
		tokens, err := h.store.Tokens(p.ctx, center.ID)
		if err != nil {
			return err
		}
		for _, t := range tokens {
			_, _ = fmt.Fprintln(table, strings.Join([]string{
				t.ID, strings.Join(strings.Fields(t.Name), " "), center.Domain, instant(t.CreatedAt), instant(t.ExpiresAt),
				instant(t.LastUsedAt), instant(t.RevokedAt), strings.Join(t.Scopes, ","),
			}, "\t"))
		}
	}
	return table.Flush()
}

func instant(t models.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format("2006-01-02T15:04Z")
}

type tokensRevokeCommand struct {
	dataSettings `embed:""`
	logSettings  `embed:""`
	ID           string `arg:"" help:"Id of the token, as tokens list shows it."`
}

// Run makes a token worthless; a running server asks the database each time.
func (c *tokensRevokeCommand) Run(p *program) (err error) {
	h, err := openHouse(p.ctx, c.dataSettings, c.logger(p.stderr), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close(p.ctx)) }()
	centers, err := h.contactCenters(p.ctx, "")
	if err != nil {
		return err
	}
	for _, center := range centers {
		revoked, err := h.access.RevokeToken(p.ctx, commandLine(), center.ID, c.ID)
		switch {
		case errors.Is(err, models.ErrNotFound):
			continue
		case err != nil:
			return err
		case !revoked:
			p.printf("token %s was revoked before\n", c.ID)
		default:
			p.printf("revoked token %s; it is refused from now on\n", c.ID)
		}
		return nil
	}
	return errors.New("there is no token with this id; tokens list shows them") // it may be a token's text
}
