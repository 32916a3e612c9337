package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"admin-api/access"
	"admin-api/audit"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/strict"
	"admin-api/validation"
)

// edit is one intended state of an account, on its way through the rules. The
// same steps serve create, replace, patch, rollback, validate and test.
type edit struct {
	p      *access.Principal
	def    *integrations.Definition
	stored *models.Account // nil for a create
	doc    document
	// given tells, for a pointer into the properties, what the request says of
	// the secret there.
	given func(pointer string) presence
	// detail is what the audit record adds, if anything.
	detail string

	// promised are the pointers of secrets that the request does not give but says
	// it will; judging counts them as given.
	promised []string

	c          *validation.Context
	properties integrations.Properties
	kept       []string
	cleared    []string // stored secrets that go
	secrets    map[string]secret.Text
	generated  map[string]secret.Text // those among secrets that were made here
	people     people                 // whom the properties name
}

// presence is what a request says of a secret.
type presence int

const (
	absent presence = iota
	null
	value
)

// judge runs every rule over the edit; e.c holds what was found. The error is
// about the service (database), not about the document.
func (s *Service) judge(ctx context.Context, e *edit) error {
	dir := &directory{ctx: ctx, store: s.Store, contactCenter: e.p.ContactCenter.ID}
	e.c.Directory = dir
	e.c.Changed = e.changes
	if err := e.generate(); err != nil {
		return err
	}
	e.c.Prefix("/properties")
	e.properties = e.def.Decode(e.doc.Properties, e.keepable(), e.c)
	e.people = dir.found
	if dir.err != nil {
		return fmt.Errorf("judge account: %w", dir.err)
	}
	if e.properties != nil {
		e.settleSecrets()
		if err := e.guardDestinations(); err != nil {
			return err
		}
	}
	e.c.Prefix("")
	if e.doc.Default && !e.def.HasDefault {
		e.c.Violate("/default", "default_not_supported", "Accounts of this family have no default; leave it out.")
	}
	if e.stored != nil && !e.p.ContactCenter.HasFeature(e.def.Feature) {
		e.c.Warn("/type", "feature_not_enabled", "The service provider has switched this type off for the contact center.")
	}
	return nil
}

// keepable lists the stored secrets that the request does not mention, while
// their parent object stands in the result.
func (e *edit) keepable() []string {
	pointers := slices.Clone(e.promised)
	if e.stored == nil {
		return pointers
	}
	for pointer := range e.stored.Secrets {
		if e.given(pointer) == absent && parentStands(e.doc.Properties, pointer) {
			pointers = append(pointers, pointer)
		}
	}
	slices.Sort(pointers)
	return pointers
}

func parentStands(properties json.RawMessage, pointer string) bool {
	parent := pointer[:strings.LastIndexByte(pointer, '/')]
	if parent == "" {
		return true
	}
	raw, found := strict.Get(properties, parent)
	return found && len(raw) > 0 && raw[0] == '{'
}

// settleSecrets decides which secrets are kept, which are new and which go.
func (e *edit) settleSecrets() {
	e.kept = e.def.KeptSecrets(e.properties)
	e.secrets = e.def.Secrets(e.properties)
	if e.stored == nil {
		return
	}
	for pointer := range e.stored.Secrets {
		_, replaced := e.secrets[pointer]
		if replaced || slices.Contains(e.kept, pointer) {
			continue
		}
		e.cleared = append(e.cleared, pointer)
		if e.given(pointer) == absent {
			e.c.Warn(pointer, "secret_dropped", "The stored secret no longer applies and is dropped.")
		}
	}
	slices.Sort(e.cleared)
}

// guardDestinations refuses to send a kept secret to another destination.
func (e *edit) guardDestinations() error {
	if e.stored == nil || len(e.kept) == 0 {
		return nil
	}
	moved, err := e.movedDestinations()
	if err != nil || len(moved) == 0 {
		return err
	}
	for i := range moved {
		moved[i] = "/properties" + moved[i]
	}
	for _, pointer := range e.kept {
		if slices.Contains(e.promised, pointer) {
			continue
		}
		e.c.Add(validation.Violation{
			Pointer: pointer, Code: "secret_reentry_required",
			Detail: "Enter this secret again: " + strings.Join(moved, ", ") +
				" decides where it is sent and would change.",
			Params: map[string]any{"destinations": moved},
		})
	}
	return nil
}

func (e *edit) movedDestinations() ([]string, error) {
	before, err := decodeStored(e.def, e.stored)
	if err != nil {
		return nil, err
	}
	return e.def.ChangedDestinations(before, e.properties), nil
}

// decodeStored brings stored properties back, their secrets marked as kept.
// Rules are not asked again: what was stored was valid then.
func decodeStored(def *integrations.Definition, a *models.Account) (integrations.Properties, error) {
	kept := make([]string, 0, len(a.Secrets))
	for pointer := range a.Secrets {
		kept = append(kept, pointer)
	}
	p := def.Decode(json.RawMessage(a.Properties), kept, &validation.Context{})
	if p == nil {
		return nil, fmt.Errorf("account %s: stored properties are damaged: %w", a.ID, models.ErrUnavailable)
	}
	return p, nil
}

// changes reports whether the request sets the property or switches on what
// it belongs to: the account or the section (an object with a member enabled).
func (e *edit) changes(pointer string) bool {
	if e.stored == nil || (e.doc.Enabled && !e.stored.Enabled) {
		return true
	}
	old := json.RawMessage(e.stored.Properties)
	for at := pointer; at != ""; at = at[:strings.LastIndexByte(at, '/')] {
		section := at[:strings.LastIndexByte(at, '/')] + "/enabled"
		if isTrue(e.doc.Properties, section) && !isTrue(old, section) {
			return true
		}
	}
	before, _ := strict.Get(old, pointer)
	after, _ := strict.Get(e.doc.Properties, pointer)
	return !audit.SameJSON(before, after)
}

func isTrue(raw json.RawMessage, pointer string) bool {
	v, found := strict.Get(raw, pointer)
	return found && string(v) == "true"
}

// presenceIn looks secrets up in the properties of a request; a null above one
// clears it. A request without properties mentions none.
func presenceIn(properties json.RawMessage) func(string) presence {
	if properties == nil {
		return func(string) presence { return absent }
	}
	return func(pointer string) presence {
		for i := 0; i <= len(pointer); i++ {
			if i < len(pointer) && pointer[i] != '/' {
				continue
			}
			v, found := strict.Get(properties, pointer[:i])
			if !found {
				return absent
			}
			if string(v) == "null" {
				return null
			}
		}
		return value
	}
}
