package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"admin-api/accounts"
	"admin-api/api"
	"admin-api/setfile"
)

// view is a plan as people read it.
type view struct {
	*api.Plan
	l *loaded
}

func viewOf(plan *api.Plan, l *loaded) *view { return &view{plan, l} }

// needsSecret reports whether the plan lists the violation among the secrets that
// are needed.
func (v *view) needsSecret(e api.Violation) bool {
	pointer := plainPointer(e.Pointer)
	return slices.ContainsFunc(v.Accounts, func(a api.PlannedAccount) bool {
		return a.Pointer != "" && slices.ContainsFunc(a.SecretsNeeded, func(s string) bool {
			return plainPointer(a.Pointer)+s == pointer
		})
	})
}

// broken counts the rules that giving secrets does not mend.
func (v *view) broken() int {
	n := 0
	for _, e := range v.Errors {
		if !v.needsSecret(e) {
			n++
		}
	}
	return n
}

// changes counts the accounts that the set does something to.
func (v *view) changes() int {
	n := 0
	for _, a := range v.Accounts {
		if a.Action != accounts.SetNone {
			n++
		}
	}
	return n
}

func (v *view) show(out io.Writer) {
	for _, a := range v.Accounts {
		v.showAccount(out, a)
	}
	for _, e := range v.Errors {
		if !v.needsSecret(e) {
			showViolation(out, "error", e, v.l)
		}
	}
	for _, w := range v.Warnings {
		showViolation(out, "warning", w, v.l)
	}
	_, _ = fmt.Fprintf(out, "plan: %s\n", counted(v.Accounts, "to create", "to change", "to delete", "as they are"))
}

func (v *view) showAccount(out io.Writer, a api.PlannedAccount) {
	if a.Action == accounts.SetNone && len(a.SecretsNeeded) == 0 {
		return
	}
	_, _ = fmt.Fprintf(out, "%s %s\n", mark(a.Action), title(a))
	for _, c := range a.Changes {
		if a.Action != accounts.SetCreate || !expected(c) {
			_, _ = fmt.Fprintf(out, "    %s\n", difference(a.Action, c))
		}
	}
	for _, pointer := range a.SecretsNeeded {
		_, _ = fmt.Fprintf(out, "  ! %s: %s\n", visible(pointer), v.need(plainPointer(a.Pointer)+pointer))
	}
}

// need says how a secret that is needed can be given.
func (v *view) need(pointer string) string {
	for _, m := range v.l.missing {
		if m.Pointer == pointer {
			return "needed to apply: " + m.Why
		}
	}
	for _, e := range v.Errors {
		if plainPointer(e.Pointer) == pointer && e.Code == "secret_reentry_required" {
			return e.Detail
		}
	}
	return "needed to apply: write {fromEnv: NAME} or {fromFile: PATH} there"
}

// expected reports whether nobody needs to be told of a member of a new account.
func expected(c api.SetChange) bool {
	switch c.Pointer {
	case "/name", "/type":
		return true
	case "/description":
		return c.New == ""
	case "/default":
		return c.New == false
	}
	return false
}

func mark(action string) string {
	switch action {
	case accounts.SetCreate:
		return "+"
	case accounts.SetUpdate:
		return "~"
	case accounts.SetDelete:
		return "-"
	}
	return "="
}

func title(a api.PlannedAccount) string {
	text := visible(a.Type) + " " + visible(a.Name)
	if a.Version > 0 {
		text += fmt.Sprintf(" (version %d)", a.Version)
	}
	return text
}

// difference is one line of a change.
func difference(action string, c api.SetChange) string {
	switch {
	case c.Secret:
		return fmt.Sprintf("%s: secret %v", visible(c.Pointer), visible(fmt.Sprint(c.New)))
	case action == accounts.SetCreate:
		return visible(c.Pointer) + ": " + shown(c.New)
	default:
		return visible(c.Pointer) + ": " + shown(c.Old) + " → " + shown(c.New)
	}
}

func shown(value any) string {
	if value == nil {
		return "(none)"
	}
	b, err := api.Encode(value)
	if err != nil {
		return "?"
	}
	return visible(string(b))
}

// visible takes out what would move a terminal's cursor or turn text around.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return '�'
	}, text)
}

func showViolation(out io.Writer, word string, e api.Violation, l *loaded) {
	pointer := plainPointer(e.Pointer)
	_, _ = fmt.Fprintf(out, "%s: %s: %s: %s (%s)\n", l.place(pointer), word, visible(strings.TrimPrefix(pointer, "/")),
		visible(e.Detail), e.Code)
}

// plainPointer takes a JSON Pointer out of its URI fragment.
func plainPointer(fragment string) string {
	text, err := url.PathUnescape(strings.TrimPrefix(fragment, "#"))
	if err != nil {
		return fragment
	}
	return text
}

func counted(list []api.PlannedAccount, create, change, remove, none string) string {
	n := map[string]int{}
	for _, a := range list {
		n[a.Action]++
	}
	return fmt.Sprintf("%d %s, %d %s, %d %s, %d %s", n[accounts.SetCreate], create, n[accounts.SetUpdate], change,
		n[accounts.SetDelete], remove, n[accounts.SetNone], none)
}

// showApplied tells what was done. Secrets that the server made are shown where a
// person reads: the logs of pipelines keep what they see.
func (p *program) showApplied(applied *api.Applied) {
	for _, a := range applied.Accounts {
		for _, pointer := range slices.Sorted(maps.Keys(a.GeneratedSecrets)) {
			text := "not shown, as this is no terminal; --json has it"
			if p.terminal {
				text = "shown this once: " + a.GeneratedSecrets[pointer]
			}
			p.printf("%s: made the secret %s, %s\n", visible(a.Name), visible(pointer), text)
		}
	}
	p.printf("applied: %s\n", counted(applied.Accounts, "created", "changed", "deleted", "as they were"))
}

// explain shows all that a refusal of the server says, and returns its one line.
func (p *program) explain(err error, file *setfile.File, name string) error {
	refused, ok := errors.AsType[*refusedError](err)
	if !ok {
		return err
	}
	p.note("%s", visible(refused.problem.Detail))
	l := &loaded{file: file, name: name}
	for _, e := range refused.problem.Errors {
		if file == nil {
			p.note("  %s: %s (%s)", visible(plainPointer(e.Pointer)), visible(e.Detail), e.Code)
			continue
		}
		showViolation(p.stderr, "error", e, l)
	}
	if what := remedy(refused.problem.Code); what != "" {
		p.note("What to do: %s", what)
	}
	p.note("Request id: %s", visible(refused.problem.RequestID))
	return err
}
