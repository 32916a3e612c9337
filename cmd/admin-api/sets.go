package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"admin-api/accounts"
	"admin-api/api"
	"admin-api/integrations/catalog"
	"admin-api/setfile"
)

type exportCommand struct {
	remoteSettings `embed:""`
	Type           []string          `placeholder:"TYPE" help:"Accounts of these types only."`
	Label          map[string]string `placeholder:"KEY=VALUE" help:"Accounts with these labels only."`
	IDs            bool              `name:"ids" help:"Write the id of each account too, so that the set can rename it."`
	JSON           bool              `name:"json" help:"Write JSON, also versions and fingerprints of secrets."`
}

// Run writes the stored accounts as a set.
func (c *exportCommand) Run(p *program) error {
	server, err := c.remote()
	if err != nil {
		return err
	}
	all := []api.ExportedAccount{}
	in := api.ExportInput{Types: c.Type, Labels: c.Label, IDs: c.IDs}
	for first := true; first || in.Cursor != ""; first = false {
		body, err := api.Encode(in)
		if err != nil {
			return err
		}
		var page api.ExportedSet
		if err := server.post(p.ctx, "/export", body, &page); err != nil {
			return p.explain(err, nil, "")
		}
		all, in.Cursor = append(all, page.Accounts...), page.NextCursor
	}
	if len(all) > accounts.MaxSet {
		p.note("%d accounts: a set that is planned or applied lists at most %d; export by --type or --label",
			len(all), accounts.MaxSet)
	}
	if c.JSON {
		return p.writeJSON(api.ExportedSet{Accounts: all})
	}
	return setfile.Write(p.stdout, exported(all), catalog.All())
}

func exported(list []api.ExportedAccount) []setfile.Account {
	out := make([]setfile.Account, len(list))
	for i, a := range list {
		out[i] = setfile.Account{
			ID: a.ID, Type: a.Type, Name: a.Name, Description: a.Description, Labels: a.Labels,
			Enabled: a.Enabled, Default: a.Default, Properties: a.Properties, Secrets: map[string]json.RawMessage{},
		}
		for pointer := range a.Secrets {
			out[i].Secrets[pointer] = nil
		}
	}
	return out
}

// setSettings are those of a command that reads a set.
type setSettings struct {
	remoteSettings      `embed:""`
	File                string            `arg:"" help:"File with the set (YAML), - for the standard input."`
	Prune               bool              `help:"Delete the accounts that the set does not list."`
	Type                []string          `placeholder:"TYPE" help:"With --prune: delete only those of these types."`
	Label               map[string]string `placeholder:"KEY=VALUE" help:"With --prune: delete only those labelled so."`
	AllowLiteralSecrets bool              `help:"Take secrets that stand in the file itself."`
	JSON                bool              `name:"json" help:"Write what the server says."`
}

// loaded is a set that was read, with the secrets that are at hand.
type loaded struct {
	file     *setfile.File
	name     string
	accounts json.RawMessage
	missing  []setfile.Missing
}

// load reads the set and resolves its secrets on this machine.
func (s *setSettings) load(p *program) (*loaded, error) {
	if !s.Prune && len(s.Type)+len(s.Label) > 0 {
		return nil, settingError{errors.New("--type and --label bound what --prune deletes, which is not given")}
	}
	in, dir := p.stdin, "."
	if s.File != "-" {
		f, err := os.Open(s.File)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in, dir = f, filepath.Dir(s.File)
	}
	file, err := setfile.Read(in)
	if err != nil {
		return nil, s.inFile(err)
	}
	l := &loaded{file: file, name: s.File}
	l.accounts, l.missing, err = file.Resolve(setfile.Source{
		Catalog: catalog.All(), Env: os.LookupEnv, Dir: dir, Literals: s.AllowLiteralSecrets,
	})
	if err != nil {
		return nil, s.inFile(err)
	}
	return l, nil
}

// inFile puts the file's name before each line of an error.
func (s *setSettings) inFile(err error) error {
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		lines = append(lines, s.File+": "+line)
	}
	return errors.New(strings.Join(lines, "\n"))
}

// request is the body of a plan, or with a base of an apply.
func (s *setSettings) request(l *loaded, base *api.SetBase) ([]byte, error) {
	return api.Encode(struct {
		Accounts  json.RawMessage `json:"accounts"`
		Prune     bool            `json:"prune"`
		PruneOnly api.PruneOnly   `json:"pruneOnly"`
		Base      *api.SetBase    `json:"base,omitempty"`
	}{l.accounts, s.Prune, api.PruneOnly{Types: s.Type, Labels: s.Label}, base})
}

// plan asks the server what applying the set would do.
func (s *setSettings) plan(p *program, server *remote, l *loaded) (*api.Plan, error) {
	body, err := s.request(l, nil)
	if err != nil {
		return nil, err
	}
	var plan api.Plan
	if err := server.post(p.ctx, "/plan", body, &plan); err != nil {
		return nil, p.explain(err, l.file, l.name)
	}
	return &plan, nil
}

type planCommand struct {
	setSettings `embed:""`
	ExitCode    bool `help:"Exit 2 where the set and the server differ, for checks of drift."`
}

// Run shows what applying the set would do.
func (c *planCommand) Run(p *program) error {
	server, err := c.remote()
	if err != nil {
		return err
	}
	l, err := c.load(p)
	if err != nil {
		return err
	}
	plan, err := c.plan(p, server, l)
	if err != nil {
		return err
	}
	v := viewOf(plan, l)
	if c.JSON {
		err = p.writeJSON(plan)
	} else {
		v.show(p.stdout)
	}
	switch {
	case err != nil:
		return err
	case v.broken() > 0:
		return fmt.Errorf("the set breaks %d rules; nothing can be applied", v.broken())
	case c.ExitCode && v.changes() > 0:
		return exitError(2)
	}
	return nil
}

type applyCommand struct {
	setSettings `embed:""`
	Yes         bool `short:"y" help:"Do not ask; needed where nobody sits at a terminal."`
}

// Run plans, shows the plan, asks, and applies exactly that plan.
func (c *applyCommand) Run(p *program) error {
	server, err := c.remote()
	if err != nil {
		return err
	}
	if !c.Yes && (!p.asks || c.File == "-") {
		return settingError{errors.New("nobody can be asked here: look at admin-api plan, then apply with --yes")}
	}
	l, err := c.load(p)
	if err != nil {
		return err
	}
	if len(l.missing) > 0 { // before anything is sent
		return l.lacking()
	}
	p.note("planning %s", count(len(l.file.Accounts), "account"))
	plan, err := c.plan(p, server, l)
	if err != nil {
		return err
	}
	v := viewOf(plan, l)
	if !c.JSON {
		v.show(p.stdout)
	}
	switch {
	case !plan.Valid:
		return fmt.Errorf("the set cannot be applied; nothing was changed")
	case v.changes() == 0:
		return c.done(p, &api.Applied{Accounts: plan.Accounts, Warnings: plan.Warnings})
	case !c.Yes && !p.confirmed():
		return errors.New("not confirmed; nothing was changed")
	}
	return c.apply(p, server, l, plan)
}

func (c *applyCommand) apply(p *program, server *remote, l *loaded, plan *api.Plan) error {
	body, err := c.request(l, &plan.Base)
	if err != nil {
		return err
	}
	p.note("applying")
	var applied api.Applied
	if err := server.post(p.ctx, "/apply", body, &applied); err != nil {
		if _, answered := errors.AsType[*refusedError](err); !answered {
			p.note("whether the set was applied is not known; apply it again, which changes nothing that is as it should be")
		}
		return p.explain(err, l.file, l.name)
	}
	return c.done(p, &applied)
}

func (c *applyCommand) done(p *program, applied *api.Applied) error {
	if c.JSON {
		return p.writeJSON(applied)
	}
	p.showApplied(applied)
	return nil
}

// lacking is the error of a set whose secrets are not at hand.
func (l *loaded) lacking() error {
	lines := []string{fmt.Sprintf("%s not at hand; nothing was sent:", count(len(l.missing), "secret"))}
	for _, m := range l.missing {
		lines = append(lines, fmt.Sprintf("  %s: %s: %s", l.place(m.Pointer), strings.TrimPrefix(m.Pointer, "/"), m.Why))
	}
	return errors.New(strings.Join(lines, "\n"))
}

// place is the line of the file for a pointer into the set.
func (l *loaded) place(pointer string) string {
	if line := l.file.Line(pointer); line > 0 {
		return fmt.Sprintf("%s:%d", l.name, line)
	}
	return l.name
}

// confirmed asks a person.
func (p *program) confirmed() bool {
	_, _ = fmt.Fprint(p.stderr, "Apply this? Only yes is taken for yes: ")
	line, _ := bufio.NewReader(io.LimitReader(p.stdin, 100)).ReadString('\n') // nothing is no yes
	return strings.TrimSpace(line) == "yes"
}

// note tells a person how far the work is.
func (p *program) note(format string, args ...any) {
	_, _ = fmt.Fprintf(p.stderr, format+"\n", args...)
}

func (p *program) writeJSON(v any) error {
	b, err := api.Encode(v)
	if err == nil {
		p.printf("%s\n", b)
	}
	return err
}

// exitError ends the program with a status and without a word.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }
