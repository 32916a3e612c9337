package accounts

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"admin-api/access"
	"admin-api/input"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/strict"
	"admin-api/validation"
)

// Bounds of a set: how many accounts it may list, and how many it may delete
// because it does not list them.
const (
	MaxSet    = 500
	maxPruned = 500
)

// What a set does to an account.
const (
	SetCreate = "create"
	SetUpdate = "update"
	SetDelete = "delete"
	SetNone   = "none"
)

// SetItem is what a set does, or did, to one account.
type SetItem struct {
	Action string
	// Pointer leads to the account in the set; empty for one that is not in it.
	Pointer string
	// ID is empty for an account that is still to be made.
	ID, Name, Type string
	// Version is the one that is stored: in a plan the one that the plan is made
	// from, 0 for none, else the one that was written.
	Version int64
	Changes []SetChange
	// SecretsNeeded are pointers into the account of secrets that must be given
	// before the set can be applied.
	SecretsNeeded []string
	// Generated are secrets that were made here, as in Result.
	Generated map[string]secret.Text
}

// SetChange is one member that changes. Of a secret New says only what happens to
// it: set, changed or cleared.
type SetChange struct {
	models.FieldChange
	Secret bool
}

// SetBase is what a plan was made from, so that applying it can tell what moved
// since.
type SetBase struct {
	// Accounts maps the id of each account that the set concerns to its version.
	Accounts map[string]int64 `json:"accounts"`
	// Absent are the names in the set that no account had.
	Absent []string `json:"absent"`
}

// Plan is what applying a set would do.
type Plan struct {
	// Items are in the order of the set; those to be deleted follow by name.
	Items []SetItem
	// Errors are the reasons for which the set cannot be applied as it is, with
	// pointers into the set.
	Errors, Warnings validation.Errors
	Base             SetBase
}

// Applied is what applying a set did.
type Applied struct {
	// Items are in the order of a plan.
	Items    []SetItem
	Warnings validation.Errors
}

// set is a set of accounts on its way through the rules.
type set struct {
	p       *access.Principal
	c       *validation.Context // collects what was found, with pointers into the set
	entries []*setEntry
	prune   bool
	only    PruneOnly         // which of those that are not listed
	base    *SetBase          // nil for a plan
	gone    []*models.Account // live accounts that the set does not list, with prune
	demoted []*models.Account // others, from which the set takes the default
}

// setEntry is one account of a set.
type setEntry struct {
	at     string // pointer into the set
	in     map[string]json.RawMessage
	id     string // where the set says one
	name   string
	key    string          // NameKey of name; empty where there is no readable name
	stored *models.Account // nil for a create
	edit   *edit           // nil where the document could not be judged
	change *change         // nil where there is nothing that could be written
	needed []string
	broken bool
}

// readSet takes a set apart. based says that it must bring the base of its plan.
func readSet(p *access.Principal, body []byte, based bool, c *validation.Context) (*set, error) {
	in, err := input.Members(body)
	if err != nil {
		return nil, err
	}
	r := reader{in: in, c: c}
	st := &set{p: p, c: c}
	st.readEntries(&r)
	st.prune = r.boolean("prune", false)
	st.only = r.pruneOnly()
	if based {
		st.base = r.setBase()
	}
	for _, name := range slices.Sorted(maps.Keys(r.in)) {
		c.Violate(strict.Pointer(name), "unknown_member", "A set has no such member.")
	}
	return st, c.Err()
}

func (st *set) readEntries(r *reader) {
	raw, ok := r.take("accounts")
	var list []json.RawMessage
	switch {
	case !ok:
		r.c.Violate("/accounts", "required", "List the accounts of the set; an empty list is a set without accounts.")
	case json.Unmarshal(raw, &list) != nil:
		r.c.Violate("/accounts", "type", "The accounts must be a list.")
	case len(list) > MaxSet:
		r.c.Add(validation.Violation{
			Pointer: "/accounts", Code: "max", Params: map[string]any{"max": MaxSet},
			Detail: fmt.Sprintf("A set may list at most %d accounts; divide it into several.", MaxSet),
		})
		return
	}
	for i, one := range list {
		st.readEntry(i, one)
	}
}

// readEntry reads what finds the account; the rest is judged when it was found.
func (st *set) readEntry(i int, raw json.RawMessage) {
	e := &setEntry{at: strict.Pointer("accounts", strconv.Itoa(i))}
	in, _, err := strict.Object(raw)
	if err != nil {
		st.c.Violate(e.at, "type", "An account must be an object.")
		return
	}
	delete(in, "version") // what an export tells of the account as it was then
	e.in = in
	var name string
	if json.Unmarshal(in["name"], &name) == nil {
		e.name = strings.TrimSpace(name)
		e.key = models.NameKey(name)
	}
	if raw, given := in["id"]; given && string(raw) != "null" {
		if json.Unmarshal(raw, &e.id) != nil || e.id == "" {
			e.id = string(raw) // which no account has
		}
	}
	st.entries = append(st.entries, e)
}

// PruneOnly bounds what a set deletes because it does not list it: accounts of the
// types that carry all the labels. None of either selects all.
type PruneOnly struct {
	Types  []string          `json:"types"`
	Labels map[string]string `json:"labels"`
}

func (r *reader) pruneOnly() PruneOnly {
	var only PruneOnly
	if raw, ok := r.take("pruneOnly"); ok {
		c := &validation.Context{}
		c.Prefix("/pruneOnly")
		if input.Decode(raw, &only, c) != nil {
			r.c.Violate("/pruneOnly", "type", "The value must be an object with types and labels.")
		}
		for _, v := range c.Errors() {
			r.c.Add(v)
		}
	}
	return only
}

// setBase reads the base of a plan.
func (r *reader) setBase() *SetBase {
	base := &SetBase{}
	raw, ok := r.take("base")
	if !ok {
		r.c.Violate("/base", "required",
			"Plan first, with POST /api/v1/integration-accounts/plan, and send the base of the plan that you looked at.")
		return base
	}
	c := &validation.Context{}
	if input.Decode(raw, base, c) != nil || c.Err() != nil {
		r.c.Violate("/base", "type", "The base must be that of a plan, as it was answered.")
	}
	return base
}

// twice reports names and ids that stand more than once.
func (st *set) twice() {
	names, ids := map[string]string{}, map[string]string{}
	for _, e := range st.entries {
		if first, again := names[e.key]; again && e.key != "" {
			e.violate(st.c, "/name", "name_twice", "The set has this name at "+first+" already; names are unique.")
		} else {
			names[e.key] = e.at
		}
		if first, again := ids[e.id]; again && e.id != "" {
			e.violate(st.c, "/id", "id_twice", "The set has this id at "+first+" already.")
		} else {
			ids[e.id] = e.at
		}
	}
}

// violate reports a broken rule at a pointer into the account.
func (e *setEntry) violate(c *validation.Context, pointer, code, detail string) {
	e.add(c, validation.Violation{Pointer: pointer, Code: code, Detail: detail})
}

func (e *setEntry) add(c *validation.Context, v validation.Violation) {
	e.broken = true
	v.Pointer = e.at + v.Pointer
	c.Add(v)
}

// action is what is to be done to the account.
func (e *setEntry) action() string {
	switch {
	case e.stored == nil:
		return SetCreate
	case e.change != nil && len(e.change.changes) == 0:
		return SetNone
	default:
		return SetUpdate
	}
}

// item tells what is to be done to the account.
func (e *setEntry) item() SetItem {
	i := SetItem{Action: e.action(), Pointer: e.at, Name: e.name, SecretsNeeded: e.needed}
	if e.stored != nil {
		i.ID, i.Type, i.Version = e.stored.ID, e.stored.Type, e.stored.Version
	} else {
		_ = json.Unmarshal(e.in["type"], &i.Type) // what is no text was refused
	}
	if e.change != nil {
		i.Changes = shownChanges(e.change.changes, e.edit)
	}
	return i
}

func shownChanges(changes []models.FieldChange, e *edit) []SetChange {
	words := secretWords(e)
	out := make([]SetChange, len(changes))
	for i, c := range changes {
		pointer, inside := strings.CutPrefix(c.Pointer, "/properties")
		_, hidden := words[pointer]
		out[i] = SetChange{FieldChange: c, Secret: inside && hidden}
	}
	return out
}

// removal tells that an account is to be deleted.
func removal(a *models.Account) SetItem {
	return SetItem{Action: SetDelete, ID: a.ID, Name: a.Name, Type: a.Type, Version: a.Version}
}
