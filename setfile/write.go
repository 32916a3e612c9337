package setfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"admin-api/integrations"
	"admin-api/strict"
)

// Account is one account to be written.
type Account struct {
	ID          string            `json:"id"`
	Type        string            `json:"type"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Labels      map[string]string `json:"labels"`
	Enabled     bool              `json:"enabled"`
	Default     bool              `json:"default"`
	Properties  json.RawMessage   `json:"properties"`
	// Secrets are those that are stored, by JSON Pointer into the properties; what
	// is known of them is not written.
	Secrets map[string]json.RawMessage `json:"secrets"`
}

const heading = `# A set of integration accounts: see docs/guides/sets.md.
# Secrets are not exported. Each stands as a variable to be set before the set is
# applied; leave a member out to keep what is stored.
`

// Write writes accounts as a set, in their order: the same accounts give the same
// bytes. Each stored secret stands as a variable that is named after account and
// property; those that the product makes itself are left out.
func Write(out io.Writer, accounts []Account, catalog integrations.Catalog) error {
	w := &writer{catalog: catalog, names: map[string]bool{}}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range accounts {
		n, err := w.account(&accounts[i])
		if err != nil {
			return fmt.Errorf("account %q: %w", accounts[i].Name, err)
		}
		list.Content = append(list.Content, n)
	}
	if len(accounts) == 0 {
		list.Style = yaml.FlowStyle
	}
	root := object()
	put(root, "apiVersion", text(apiVersion))
	put(root, "kind", text(kind))
	put(root, "accounts", list)
	var b bytes.Buffer
	b.WriteString(heading)
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return fmt.Errorf("write set: %w", err)
	}
	_, err := out.Write(b.Bytes())
	return err
}

type writer struct {
	catalog integrations.Catalog
	names   map[string]bool // of variables, taken
}

func (w *writer) account(a *Account) (*yaml.Node, error) {
	n := object()
	if a.ID != "" {
		put(n, "id", text(a.ID))
	}
	put(n, "type", text(a.Type))
	put(n, "name", text(a.Name))
	if a.Description != "" {
		put(n, "description", text(a.Description))
	}
	if len(a.Labels) > 0 {
		labels := object()
		for _, key := range slices.Sorted(maps.Keys(a.Labels)) {
			put(labels, key, text(a.Labels[key]))
		}
		put(n, "labels", labels)
	}
	put(n, "enabled", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(a.Enabled)})
	if a.Default {
		put(n, "default", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
	}
	properties, err := node(a.Properties)
	if err != nil {
		return nil, err
	}
	w.secrets(a, properties)
	put(n, "properties", properties)
	return n, nil
}

// secrets adds a variable for each stored secret.
func (w *writer) secrets(a *Account, properties *yaml.Node) {
	var generated []string
	if def, known := w.catalog.Definition(a.Type); known {
		generated = def.GeneratedSecrets()
	}
	for _, pointer := range slices.Sorted(maps.Keys(a.Secrets)) {
		if slices.Contains(generated, pointer) {
			continue
		}
		parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
		at := properties
		for _, name := range parts[:len(parts)-1] {
			if at = member(at, name); at == nil || at.Kind != yaml.MappingNode {
				break
			}
		}
		if at == nil || at.Kind != yaml.MappingNode {
			continue // its parent is not there, so neither is its place
		}
		value := object()
		put(value, "fromEnv", text(w.variable(a.Name, pointer)))
		value.Style = yaml.FlowStyle
		put(at, parts[len(parts)-1], value)
		at.Style = 0
	}
}

// variable names a variable after an account and the pointer of a secret.
func (w *writer) variable(name, pointer string) string {
	base := words(name)
	if base == "" || unicode.IsDigit(rune(base[0])) {
		base = strings.Trim("ACCOUNT_"+base, "_")
	}
	base += "_" + words(pointer)
	if strings.HasPrefix(base, "ADMIN_API_") { // those are this program's own
		base = "ACCOUNT_" + base
	}
	variable := base
	for n := 2; w.names[variable]; n++ {
		variable = base + "_" + strconv.Itoa(n)
	}
	w.names[variable] = true
	return variable
}

// words writes letters and digits of ASCII in upper case and everything between
// them as one underscore; apiToken is API_TOKEN.
func words(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			b.WriteByte(' ')
			continue
		}
		hump := i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) ||
			i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1]))
		if hump {
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return strings.Join(strings.Fields(b.String()), "_")
}

// node is a JSON value as YAML; members keep their order, numbers their text.
func node(raw json.RawMessage) (*yaml.Node, error) {
	switch raw[0] {
	case '{':
		members, names, err := strict.Object(raw)
		if err != nil {
			return nil, err
		}
		n := object()
		for _, name := range names {
			value, err := node(members[name])
			if err != nil {
				return nil, err
			}
			put(n, name, value)
		}
		if len(names) == 0 {
			n.Style = yaml.FlowStyle
		}
		return n, nil
	case '[':
		var elements []json.RawMessage
		if err := json.Unmarshal(raw, &elements); err != nil {
			return nil, err
		}
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, element := range elements {
			value, err := node(element)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, value)
		}
		return n, nil
	case '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return nil, err
		}
		return text(s), nil
	default: // a number, true, false or null: YAML reads them as JSON does
		return &yaml.Node{Kind: yaml.ScalarNode, Value: string(raw)}, nil
	}
}

// text is a string, quoted where YAML would read something else. Texts of several
// lines, such as certificates, stand as such where that is exact.
func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	switch lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n"); {
	case s == "<<" || slices.ContainsFunc(lines, delicate):
		n.Style = yaml.DoubleQuotedStyle
	case strings.Contains(s, "\n"):
		n.Style = yaml.LiteralStyle
		if slices.ContainsFunc(lines, func(line string) bool { return line == "" || strings.TrimSpace(line) != line }) {
			n.Style = yaml.DoubleQuotedStyle
		}
	}
	return n
}

// delicate reports whether a line has characters that cannot be seen.
func delicate(line string) bool {
	return strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) })
}

func object() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

func put(n *yaml.Node, name string, value *yaml.Node) {
	n.Content = append(n.Content, text(name), value)
}

func member(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}
