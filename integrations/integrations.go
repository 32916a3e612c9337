// Package integrations says what a type of integration account is: its
// definition, its typed properties, how a document is decoded into them and
// what is derived from their tags (form fields, JSON Schema, secrets,
// destinations), and what a probe may use.
//
// It knows no storage, no HTTP server and no single type; those live in the
// folders below it, one per documented family, and the list is package catalog.
package integrations

import (
	"cmp"
	"context"
	"strings"

	"admin-api/validation"
)

// Properties are the typed properties of one account. Implementations are
// pointers to structs whose exported fields carry tags:
//
//	json      the member's name (camelCase)
//	validate  rules of package validation ("required,https_url")
//	label     what the form shows (required)
//	help      one sentence beside the field
//	example   a valid value, as text
//	pattern   a regular expression (RE2 and ECMA 262 alike) that a set string matches
//	hint      what the pattern means, for the violation's text
//	min, max  bounds: length in characters of strings and secrets, value of integers, length of lists
//	enum      allowed values "a,b,c"; enumLabels their labels "A,B,C" in the same order
//	dest      "true" for a destination (see package documentation of accounts)
//	when      "sibling=a|b": the property applies only while the sibling, in the same object, has one of the values
//	format    how the form draws it: "multiline", "certificate", "email", "url", "password" (implied for secrets)
//	ref       "user" or "team": the value is the id of one
//	generated "true" for a secret that is made here unless one is given (see package documentation of accounts)
//
// Field types: string, bool, int, *int, secret.Text, []string, map[string]string, nested structs
// and pointers to structs, and lists of structs. Secrets are never inside a list or a map.
type Properties interface {
	// Validate reports what tags cannot say. It runs after the tags, also when
	// some were broken; use Context.Broken to stay silent about a field that
	// was refused already.
	Validate(c *validation.Context)
}

// Normalizer is implemented by properties that are brought to a canonical form
// before they are judged and stored (host names lower-cased, PEM re-wrapped).
// It must be idempotent and accept unset members.
type Normalizer interface{ Normalize() }

// Prober is implemented by properties that can be tested against the vendor.
type Prober interface {
	// Probe checks that the remote system is reachable and accepts the
	// credentials, step by step through s. It changes nothing there. It
	// returns nil, a *Failure, or an error that the session classifies.
	Probe(ctx context.Context, s *Session) error
}

// AdminSignOn is implemented by properties that decide how administrators sign in. A
// change after which only an identity provider lets them in is refused while nobody
// could undo it, see package documentation of accounts.
type AdminSignOn interface {
	// AdminSignOn returns, where administrators must sign in at an identity provider
	// while the account is enabled, the pointer of the property that says so, and what
	// identifies the values by which they do; else nothing.
	AdminSignOn() (pointer, fingerprint string)
	// KeepsAdminSignOn reports whether before, the properties of the same type that are
	// to be replaced, made them do so, and whoever gets in under those still does.
	KeepsAdminSignOn(before Properties) bool
	// AdmitsNoMore reports whether before made administrators do so, and nobody gets in
	// now who did not under before.
	AdmitsNoMore(before Properties) bool
}

// Shape says where the shape of a type comes from.
type Shape string

// The shapes.
const (
	// Documented: the vendor of the contact center documents the properties.
	Documented Shape = "documented"
	// Proposed: some or all properties are inferred from the remote system's
	// own documentation.
	Proposed Shape = "proposed"
)

// Limit says how many accounts a contact center may have.
type Limit string

// The limits.
const (
	Unlimited    Limit = ""
	OnePerType   Limit = "type"
	OnePerFamily Limit = "family"
)

// Definition describes one type of account. Definitions are immutable values
// made by literals; all methods are safe for concurrent use.
type Definition struct {
	// Type is the key, lower_snake ("zendesk").
	Type   string
	Family Family
	// Label is what people call the type ("Zendesk"); Description is one line.
	Label       string
	Description string
	// DocumentationURL leads to the remote system's own documentation.
	DocumentationURL string
	Shape            Shape
	// Feature must be switched on in the contact center; empty for none.
	Feature string
	Limit   Limit
	// HasDefault: one account of the family may be its default.
	HasDefault bool
	// Notes are what somebody should know before using the type: that a product
	// was retired, or that no public source describes a part. One sentence each.
	Notes []string
	// NoProbe is why there is no safe probe; set exactly when the properties
	// are no Prober.
	NoProbe string
	// ProbeDoes says what the probe asks of the remote system, Privileges what the
	// credentials must be permitted there. Each is a sentence or a few.
	ProbeDoes, Privileges string
	// Diagnoses are the failures that the probe knows by name, besides those that
	// every probe can have.
	Diagnoses []Diagnosis
	// ProbesPerMinute bounds the probes of one account; 0 means 6.
	ProbesPerMinute int
	// New returns properties with their defaults set.
	New func() Properties
	// Computed returns read-only values shown with an account (addresses to
	// paste at the vendor); nil for none.
	Computed func(c Center) []Computed
	// Example is a valid document of properties, secrets included, made up.
	Example string
}

// Center is what a type may know of the contact center.
type Center struct {
	// Domain is its name.
	Domain string
	// Origin is where browsers see this service for it, scheme and port included,
	// without a slash at the end. What other services answer stands on the domain.
	Origin string
}

// CenterAt returns the contact center of a domain. public is where browsers see this
// service, with {domain} for the domain; empty means https:// and the domain.
func CenterAt(domain, public string) Center {
	public = cmp.Or(public, "https://{domain}")
	return Center{Domain: domain, Origin: strings.TrimSuffix(strings.ReplaceAll(public, "{domain}", domain), "/")}
}

// Computed is one read-only value.
type Computed struct{ Name, Label, Value string }

// Catalog is the ordered list of definitions; services receive it as a value.
type Catalog []Definition

// Definition returns the definition of a type.
func (c Catalog) Definition(typ string) (*Definition, bool) {
	for i := range c {
		if c[i].Type == typ {
			return &c[i], true
		}
	}
	return nil, false
}
