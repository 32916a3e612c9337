package accounts

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"admin-api/integrations"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/strict"
	"admin-api/validation"
)

// judgeSet runs every rule over every account of the set; st.c holds what was
// found. What each account would become is prepared, as far as it can be read.
func (s *Service) judgeSet(ctx context.Context, st *set) error {
	for _, e := range st.entries {
		if err := s.judgeEntry(ctx, st, e); err != nil {
			return err
		}
	}
	if err := s.judgePlaces(ctx, st); err != nil {
		return err
	}
	now := models.NewTime(s.now())
	for _, e := range st.entries {
		if e.edit == nil || e.edit.properties == nil {
			continue
		}
		var err error
		if e.change, err = s.prepare(e.edit, now); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) judgeEntry(ctx context.Context, st *set, e *setEntry) error {
	edit, err := s.entryEdit(st, e)
	if err != nil || edit == nil {
		return err
	}
	if edit.def != nil {
		if err := edit.takePromises(); err != nil {
			return err
		}
		edit.refuseRenewal()
		if err := s.judge(ctx, edit); err != nil {
			return err
		}
		if err := s.dropEqual(ctx, edit); err != nil {
			return err
		}
		e.edit = edit
	}
	for _, v := range edit.c.Errors() {
		if edit.def != nil && needsSecret(edit.def, v) {
			e.needed = append(e.needed, v.Pointer)
		}
		e.add(st.c, v)
	}
	for _, v := range edit.c.Warnings() {
		st.c.Warn(e.at+v.Pointer, v.Code, v.Detail)
	}
	return nil
}

// entryEdit is what the entry does to its account, nil where that is not to be
// looked at further. A set stands for itself: it says the type of each account.
func (s *Service) entryEdit(st *set, e *setEntry) (*edit, error) {
	in := e.in
	if e.stored == nil {
		if e.id != "" { // nobody has it, which was said
			in = maps.Clone(in)
			delete(in, "id")
		}
		return s.newDraft(st.p, in), nil
	}
	var typ string
	raw, given := in["type"]
	if !given || string(raw) == "null" {
		e.violate(st.c, "/type", "required", "Say which type of account this is; GET /api/v1/integration-types lists them.")
		return nil, nil //nolint:nilnil // nothing more to look at
	}
	if json.Unmarshal(raw, &typ) == nil && typ != e.stored.Type {
		e.add(st.c, validation.Violation{
			Pointer: "/type", Code: "type_differs", Params: map[string]any{"stored": e.stored.Type},
			Detail: "The stored account of this name has the type " + e.stored.Type + ", and an account cannot change its " +
				"type; choose another name, or delete the stored account first.",
		})
		return nil, nil //nolint:nilnil // nothing more to look at
	}
	return s.newReplacement(st.p, e.stored, in)
}

// needsSecret reports whether the violation is that a secret must be given.
func needsSecret(def *integrations.Definition, v validation.Violation) bool {
	switch v.Code {
	case codeUnresolved, "secret_reentry_required":
		return true
	case "required":
		return slices.ContainsFunc(def.SecretPointers(), func(at string) bool { return "/properties"+at == v.Pointer })
	}
	return false
}

const codeUnresolved = "secret_unresolved"

// takePromises takes references in the place of secrets out of the document: the
// command that read the set should have put values there. The server opens
// nothing that a request names.
func (e *edit) takePromises() error {
	given := e.given
	for _, pointer := range e.def.SecretPointers() {
		raw, found := strict.Get(e.doc.Properties, pointer)
		if !found || !isReference(raw) {
			continue
		}
		var err error
		e.doc.Properties, err = withSecrets(e.doc.Properties, map[string]json.RawMessage{pointer: json.RawMessage("null")})
		if err != nil {
			return err
		}
		e.promised = append(e.promised, pointer)
		e.c.Violate("/properties"+pointer, codeUnresolved,
			"The secret stands as a reference. admin-api plan and apply put its value here, on the machine of the caller; "+
				"the server opens no variable and no file.")
	}
	e.given = func(pointer string) presence {
		if slices.Contains(e.promised, pointer) {
			return value
		}
		return given(pointer)
	}
	return nil
}

// isReference reports whether a value is {"fromEnv":…} or {"fromFile":…}.
func isReference(raw json.RawMessage) bool {
	in, names, err := strict.Object(raw)
	if err != nil || len(names) != 1 || (names[0] != "fromEnv" && names[0] != "fromFile") {
		return false
	}
	return in[names[0]][0] == '"'
}

// refuseRenewal refuses a null for a secret that is made here: it would be made
// anew whenever the set is applied.
func (e *edit) refuseRenewal() {
	for _, pointer := range e.def.GeneratedSecrets() {
		if e.given(pointer) == null {
			e.c.Violate("/properties"+pointer, "secret_renewed_each_time",
				"null would make a new secret each time the set is applied; leave the member out: it is made once and kept.")
		}
	}
}

// dropEqual takes those secrets for kept whose value is the stored one. Equal
// fingerprints decide which are worth opening, the values decide.
func (s *Service) dropEqual(ctx context.Context, e *edit) error {
	if e.stored == nil {
		return nil
	}
	var same []string
	for pointer, text := range e.secrets {
		fact, had := e.stored.Secrets[pointer]
		where := secret.Where{ContactCenter: e.stored.ContactCenterID, Account: e.stored.ID, Pointer: pointer}
		if had && s.Keys.Fingerprint(where, text) == fact.Fingerprint {
			same = append(same, pointer)
		}
	}
	if len(same) == 0 {
		return nil
	}
	rows, err := s.Store.Secrets(ctx, e.stored.ContactCenterID, e.stored.ID)
	if err != nil {
		return err
	}
	sealed := map[string][]byte{}
	for _, row := range rows {
		sealed[row.Pointer] = row.Sealed
	}
	for _, pointer := range same {
		// What cannot be opened is written again, which repairs it.
		if text, err := s.unseal(e.stored, pointer, sealed); err == nil && text.Equal(e.secrets[pointer]) {
			delete(e.secrets, pointer)
		}
	}
	return nil
}
