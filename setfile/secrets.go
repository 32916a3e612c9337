package setfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"admin-api/integrations"
	"admin-api/strict"
)

// Source is where the values of secrets come from.
type Source struct {
	// Catalog tells which properties are secrets.
	Catalog integrations.Catalog
	// Env returns a variable, and whether it is set.
	Env func(name string) (string, bool)
	// Dir is what relative paths of files start from.
	Dir string
	// Literals: secrets may stand in the file itself.
	Literals bool
}

// Missing is a secret whose value is not at hand.
type Missing struct {
	// Pointer leads into {"accounts":[…]}.
	Pointer string
	// Why says what to do: "set the variable X".
	Why string
}

// Resolve returns the accounts with the values of secrets in the place of
// references, as a JSON list. A reference whose value is not at hand stays as it
// is and is listed. The error, Errors among them, is about the file; it never holds
// a value.
func (f *File) Resolve(from Source) (accounts json.RawMessage, missing []Missing, err error) {
	r := &resolver{Source: from, file: f}
	list := make([]json.RawMessage, len(f.Accounts))
	for i, raw := range f.Accounts {
		list[i] = r.account(raw, strict.Pointer("accounts", strconv.Itoa(i)))
	}
	if len(r.errs) > 0 {
		return nil, nil, r.errs
	}
	accounts, err = json.Marshal(list)
	if err != nil {
		return nil, nil, fmt.Errorf("write set: %w", err)
	}
	return accounts, r.missing, nil
}

type resolver struct {
	Source
	file    *File
	missing []Missing
	errs    Errors
}

// account resolves the secrets of one account. What is no account is left to the
// server.
func (r *resolver) account(raw json.RawMessage, at string) json.RawMessage {
	var head struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &head) != nil {
		return raw
	}
	properties, found := strict.Get(raw, "/properties")
	if !found {
		return raw
	}
	def, known := r.Catalog.Definition(head.Type)
	if !known {
		return r.everywhere(raw, properties, at)
	}
	patch := map[string]any{}
	for _, pointer := range def.SecretPointers() {
		value, found := strict.Get(properties, pointer)
		if !found || string(value) == "null" {
			continue
		}
		r.one(patch, value, at, pointer)
	}
	return merged(raw, patch)
}

// one resolves the secret at a pointer into the properties.
func (r *resolver) one(patch map[string]any, value json.RawMessage, at, pointer string) {
	place := at + "/properties" + pointer
	name, path, is := reference(value)
	switch {
	case !is:
		if value[0] == '"' && !r.Literals {
			r.wrong(place, "a secret stands in the file; git keeps it for good. Write {fromEnv: NAME} or {fromFile: PATH}, "+
				"and change the secret if it was committed")
		}
	case name != "":
		text, ok := r.Env(name)
		if !ok || text == "" {
			r.missing = append(r.missing, Missing{place, "set the variable " + name})
			return
		}
		r.put(patch, place, pointer, text)
	default:
		text, err := r.read(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			r.missing = append(r.missing, Missing{place, "write the file " + r.path(path)})
		case err != nil:
			r.wrong(place, err.Error())
		default:
			r.put(patch, place, pointer, text)
		}
	}
}

func (r *resolver) wrong(pointer, text string) {
	r.errs = append(r.errs, at(r.file.Line(pointer), strings.TrimPrefix(pointer, "/")+": "+text))
}

// put adds a value to a merge patch of properties.
func (r *resolver) put(patch map[string]any, place, pointer, text string) {
	if !utf8.ValidString(text) {
		r.wrong(place, "the value is no UTF-8 text")
		return
	}
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for _, name := range parts[:len(parts)-1] {
		below, ok := patch[name].(map[string]any)
		if !ok {
			below = map[string]any{}
			patch[name] = below
		}
		patch = below
	}
	patch[parts[len(parts)-1]] = text
}

func merged(raw json.RawMessage, patch map[string]any) json.RawMessage {
	if len(patch) == 0 {
		return raw
	}
	b, err := json.Marshal(map[string]any{"properties": patch})
	if err != nil {
		return raw // strings and maps of them always have a form
	}
	out, err := strict.MergePatch(raw, b)
	if err != nil {
		return raw
	}
	return out
}

// everywhere resolves references wherever they stand in the properties of a type
// that this program does not know, because the server is newer.
func (r *resolver) everywhere(raw, properties json.RawMessage, at string) json.RawMessage {
	patch := map[string]any{}
	var walk func(value json.RawMessage, pointer string)
	walk = func(value json.RawMessage, pointer string) {
		members, names, err := strict.Object(value)
		if err != nil {
			return
		}
		for _, name := range names {
			below := pointer + strict.Pointer(name)
			if _, _, is := reference(members[name]); is {
				r.one(patch, members[name], at, below)
				continue
			}
			walk(members[name], below)
		}
	}
	walk(properties, "")
	return merged(raw, patch)
}

// reference reads {"fromEnv":NAME} and {"fromFile":PATH}.
func reference(value json.RawMessage) (name, path string, is bool) {
	members, names, err := strict.Object(value)
	if err != nil || len(names) != 1 {
		return "", "", false
	}
	var text string
	if json.Unmarshal(members[names[0]], &text) != nil || text == "" {
		return "", "", false
	}
	switch names[0] {
	case "fromEnv":
		return text, "", true
	case "fromFile":
		return "", text, true
	}
	return "", "", false
}

func (r *resolver) path(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.Dir, path)
}

// read reads a file with a secret. The line end that editors put behind the last
// line is no part of it.
func (r *resolver) read(path string) (string, error) {
	const largest = 64 << 10
	at := r.path(path)
	info, err := os.Stat(at)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > largest {
		return "", fmt.Errorf("%s is no file with a secret", at)
	}
	b, err := os.ReadFile(at) //nolint:gosec // the caller's own set names a file of the caller's own machine
	if err != nil {
		return "", err
	}
	text := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if text == "" {
		return "", fmt.Errorf("%s is empty", at)
	}
	return text, nil
}
