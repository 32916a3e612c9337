package accounts

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"admin-api/input"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/strict"
	"admin-api/validation"
)

// document is a request taken apart: the members of an account that a client
// may write.
type document struct {
	Type        string
	Name        string
	Description string
	Labels      models.Labels
	Enabled     bool
	Default     bool
	// Properties is the member as it came, secrets included; "{}" when absent.
	Properties json.RawMessage
}

// Members that answers carry and requests may send back; they are ignored.
var ignoredMembers = []string{
	"health", "certificates", "secrets", "computed", "etag", "createdAt", "createdBy", "updatedAt", "updatedBy",
	"deletedAt", "deletedBy", "warnings", "generatedSecrets",
}

// Bounds of the members that all types share.
const (
	maxName        = 255
	maxDescription = 1024
	maxLabels      = 64
	maxLabelValue  = 256
	shownUnknown   = 100 // unknown members that are named
)

var labelKey = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$`)

// reader takes members out of a document and reports what is wrong with them.
type reader struct {
	in map[string]json.RawMessage
	c  *validation.Context
}

// readDocument reads the writable members. What is wrong goes to c. stored is
// the account that the document is to replace, nil for a create.
func readDocument(
	in map[string]json.RawMessage, stored *models.Account, catalog integrations.Catalog, c *validation.Context,
) document {
	r := reader{in: maps.Clone(in), c: c}
	for _, name := range ignoredMembers {
		delete(r.in, name)
	}
	d := document{Properties: json.RawMessage("{}"), Enabled: true}
	raw, typed := r.in["type"]
	typed = typed && string(raw) != "null"
	d.Type = r.text("type")
	if stored == nil {
		r.fixedOnCreate(d.Type, catalog)
	} else {
		r.fixed(stored, d.Type, typed)
	}
	d.Name = strings.TrimSpace(r.text("name"))
	d.Description = r.text("description")
	d.Enabled = r.boolean("enabled", true)
	d.Default = r.boolean("default", false)
	d.Labels = r.labels()
	if raw, ok := r.take("properties"); ok {
		if _, _, err := strict.Object(raw); err != nil {
			c.Violate("/properties", "type", "The properties must be an object.")
		} else {
			d.Properties = raw
		}
	}
	checkName(d.Name, c)
	input.Text("/description", d.Description, maxDescription, "\n\t", c)
	r.unknown()
	return d
}

// take removes a member; null counts as absent.
func (r *reader) take(name string) (json.RawMessage, bool) {
	raw, ok := r.in[name]
	delete(r.in, name)
	return raw, ok && string(raw) != "null"
}

func (r *reader) text(name string) string {
	raw, ok := r.take(name)
	if !ok {
		return ""
	}
	var v string
	if json.Unmarshal(raw, &v) != nil {
		r.c.Violate("/"+name, "type", "The value must be a string.")
	}
	return v
}

func (r *reader) boolean(name string, absent bool) bool {
	raw, ok := r.take(name)
	if !ok {
		return absent
	}
	v := absent
	if json.Unmarshal(raw, &v) != nil {
		r.c.Violate("/"+name, "type", "The value must be true or false.")
	}
	return v
}

func (r *reader) labels() models.Labels {
	raw, ok := r.take("labels")
	if !ok {
		return nil
	}
	in, keys, err := strict.Object(raw)
	if err != nil {
		r.c.Violate("/labels", "type", "The labels must be an object of strings.")
		return nil
	}
	if len(keys) > maxLabels {
		r.c.Violate("/labels", "max", fmt.Sprintf("There may be at most %d labels.", maxLabels))
		return nil // hostile documents are not looked at further
	}
	labels := models.Labels{}
	for _, key := range keys {
		pointer := strict.Pointer("labels", key)
		var v string
		if string(in[key]) == "null" || json.Unmarshal(in[key], &v) != nil {
			r.c.Violate(pointer, "type", "The value of a label must be a string.")
			continue
		}
		if !labelKey.MatchString(key) {
			r.c.Violate(pointer, "label_key",
				"A label's key has 1 to 63 letters, digits or ./_- and starts with a letter or digit.")
		}
		input.Text(pointer, v, maxLabelValue, "", r.c)
		labels[key] = v
	}
	return labels
}

// fixed checks the members that a stored account has for good: type, family, id
// and, for the reader's sake, version. typed: the document says a type.
func (r *reader) fixed(stored *models.Account, typ string, typed bool) {
	r.equal("id", stored.ID)
	r.equal("family", stored.Family)
	r.equal("version", json.Number(strconv.FormatInt(stored.Version, 10)))
	if typed && typ != stored.Type && !r.c.Broken("/type") {
		r.c.Violate("/type", "read_only", "The type of an account cannot be changed; create another account.")
	}
}

// fixedOnCreate checks that the type is known and that nothing is chosen that
// the server sets.
func (r *reader) fixedOnCreate(typ string, catalog integrations.Catalog) {
	def, known := catalog.Definition(typ)
	switch {
	case r.c.Broken("/type"):
	case typ == "":
		r.c.Violate("/type", "required", "Say which type of account this is; GET /api/v1/integration-types lists them.")
	case !known:
		r.c.Violate("/type", "unknown_type", "There is no such type; GET /api/v1/integration-types lists them.")
	default:
		r.equal("family", string(def.Family))
	}
	for _, name := range []string{"id", "version"} {
		if _, ok := r.take(name); ok {
			r.c.Violate("/"+name, "read_only", "The server sets this member; leave it out.")
		}
	}
}

// equal refuses a member that is present and differs from the stored value.
func (r *reader) equal(name string, stored any) {
	raw, ok := r.take(name)
	if !ok {
		return
	}
	want, err := json.Marshal(stored)
	if err != nil || string(raw) != string(want) {
		r.c.Violate("/"+name, "read_only", "This member cannot be changed; leave it out or send what is stored.")
	}
}

func (r *reader) unknown() {
	for i, name := range slices.Sorted(maps.Keys(r.in)) {
		if i == shownUnknown {
			return
		}
		r.c.Violate(strict.Pointer(name), "unknown_member", "An account has no such member.")
	}
}

func checkName(name string, c *validation.Context) {
	if name == "" {
		if !c.Broken("/name") {
			c.Violate("/name", "required", "Give the account a name.")
		}
		return
	}
	if secret.Blank(name) {
		c.Violate("/name", "invisible", "Give the account a name that can be seen.")
	}
	input.Text("/name", name, maxName, "", c)
}

// storedDocument returns the writable document of an account, as a base for merging.
func storedDocument(a *models.Account) (json.RawMessage, error) {
	raw, err := json.Marshal(struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Labels      models.Labels   `json:"labels"`
		Enabled     bool            `json:"enabled"`
		Default     bool            `json:"default"`
		Properties  json.RawMessage `json:"properties"`
	}{a.Name, a.Description, a.Labels, a.Enabled, a.IsDefault, json.RawMessage(a.Properties)})
	if err != nil {
		return nil, fmt.Errorf("encode account %s: %w", a.ID, err)
	}
	return raw, nil
}
