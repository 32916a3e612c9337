// Package reference says in words what each type of account is: what an account
// of it needs, what its test asks of the remote system, and what to do when that
// fails. Everything is derived from the definitions, so that a new type has its
// page without a line here.
//
// It writes Markdown (docs/types/) and the example documents (examples/accounts/),
// and gives package handlers the same facts for the pages it serves. It touches
// no file and knows no HTTP.
package reference

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"admin-api/integrations"
	"admin-api/strict"
	"admin-api/validation"
)

// Reference is what all pages are made from. It is never changed once made.
type Reference struct {
	Families []Family
	// Causes hold the failures that the test of any type can end with.
	Causes []Cause
}

// Family is an entry of the documented list, with its types.
type Family struct {
	Name  string
	Types []Type
}

// Type is a type of account in words. Texts of more than a word may hold names
// and values between backquotes.
type Type struct {
	Key, Label, Family, Description string
	// DocumentationURL leads to the remote system's own documentation.
	DocumentationURL string
	// Documented: the vendor of the contact center documents the properties.
	Documented            bool
	Shape, Limit, Default string
	// Feature is the key of the feature that the type needs, empty for none.
	Feature    string
	Notes      []string
	Properties []Property
	Rules      []integrations.Rule
	// Computed are read-only values that an account shows, for the domain
	// mycompany.example.
	Computed []integrations.Computed
	// Example is a document that creates an account, where the ids at the pointers
	// References are replaced by ones of the contact center.
	Example    []byte
	References []string
	// NoProbe is why there is no test; the members below are empty then.
	NoProbe               string
	ProbeDoes, Privileges string
	Diagnoses             []Diagnosis
}

// Diagnosis is a failure and what to do about it.
type Diagnosis struct {
	Code string
	// Cause is the class of the failure.
	Cause        string
	Detail, Hint string
	Retryable    bool
}

// exampleDomain stands in for the contact center's own.
const exampleDomain = "mycompany.example"

// reserved are the names of pages that are no type's.
var reserved = []string{"failures", "readme"}

// New describes the types of a catalogue; general are the failures that the test
// of any type can end with.
func New(catalog integrations.Catalog, general []integrations.Diagnosis) (*Reference, error) {
	r := &Reference{Causes: causesOf(general)}
	for i := range catalog {
		d := &catalog[i]
		if slices.Contains(reserved, d.Type) {
			return nil, fmt.Errorf("type %s: the name is that of another page", d.Type)
		}
		t, err := describe(d)
		if err != nil {
			return nil, fmt.Errorf("type %s: %w", d.Type, err)
		}
		if n := len(r.Families); n == 0 || r.Families[n-1].Name != t.Family {
			r.Families = append(r.Families, Family{Name: t.Family})
		}
		last := &r.Families[len(r.Families)-1]
		last.Types = append(last.Types, *t)
	}
	return r, nil
}

// Types returns all types in their order.
func (r *Reference) Types() []Type {
	var all []Type
	for _, f := range r.Families {
		all = append(all, f.Types...)
	}
	return all
}

func describe(d *integrations.Definition) (*Type, error) {
	example, err := exampleOf(d)
	if err != nil {
		return nil, err
	}
	t := &Type{
		Key: d.Type, Label: d.Label, Family: string(d.Family), Description: d.Description,
		DocumentationURL: d.DocumentationURL, Documented: d.Shape == integrations.Documented,
		Shape: shapes[d.Shape], Limit: limits[d.Limit], Default: defaults[d.HasDefault], Feature: d.Feature,
		Notes: d.Notes, Properties: propertiesOf(d.Fields()), Rules: d.Rules(), Example: example, References: referencesOf(d),
		NoProbe: d.NoProbe, ProbeDoes: d.ProbeDoes, Privileges: d.Privileges, Diagnoses: diagnosesOf(d.Diagnoses),
	}
	if d.Computed != nil {
		t.Computed = d.Computed(integrations.CenterAt(exampleDomain, ""))
	}
	return t, nil
}

// exampleOf is a document that creates an account, as examples/accounts/ has it.
func exampleOf(d *integrations.Definition) ([]byte, error) {
	c := &validation.Context{Domain: exampleDomain}
	if p := d.Decode(json.RawMessage(d.Example), nil, c); p == nil {
		return nil, errors.Join(errors.New("example is no document of properties"), c.Err())
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(struct {
		Type       string          `json:"type"`
		Name       string          `json:"name"`
		Properties json.RawMessage `json:"properties"`
	}{d.Type, d.Label, json.RawMessage(d.Example)})
	return b.Bytes(), err
}

// referencesOf returns the pointers of ids of users and teams in the example.
func referencesOf(d *integrations.Definition) []string {
	var at []string
	for _, p := range propertiesOf(d.Fields()) {
		if _, given := strict.Get(json.RawMessage(d.Example), p.Pointer); given && p.reference {
			at = append(at, p.Pointer)
		}
	}
	return at
}

func diagnosesOf(list []integrations.Diagnosis) []Diagnosis {
	out := make([]Diagnosis, len(list))
	for i, d := range list {
		out[i] = Diagnosis{
			Code: d.Code, Cause: causeWords[d.Cause].name, Detail: d.Detail, Hint: d.Hint, Retryable: d.Retryable,
		}
	}
	return out
}
