package scim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"admin-api/access"
	"admin-api/integrations/scimaccount"
	"admin-api/models"
	"admin-api/store"
)

// Service answers the requests of identity providers. It is safe for concurrent
// use.
type Service struct {
	Store  *store.Store
	Access *access.Service
}

// Caller is who asks, and where.
type Caller struct {
	Principal *access.Principal
	// Base is the address of the contact center's SCIM, without a slash at the end.
	Base string
}

// Resource is one resource as it is answered.
type Resource struct {
	// Body has a JSON form.
	Body any
	// Tag is the entity tag without W/ and quotes; Location the address.
	Tag, Location string
}

// Precondition is what a change asks of the entity tag that is stored; the zero
// value asks for nothing.
type Precondition struct {
	// Given: there is a condition.
	Given bool
	// Any tag will do.
	Any  bool
	Tags []string
}

// allows reports whether a change may be made from the tag.
func (c Precondition) allows(tag string) bool {
	return !c.Given || c.Any || slices.Contains(c.Tags, tag)
}

// versions returns the condition on the version that tags begin with: what is
// behind it, about another record, does not count for changes.
func (c Precondition) versions() access.Match {
	m := access.Match{Given: c.Given, Any: c.Any}
	for _, tag := range c.Tags {
		head, _, _ := strings.Cut(tag, "-")
		if n, err := strconv.ParseInt(head, 10, 64); err == nil {
			m.Versions = append(m.Versions, n)
		}
	}
	return m
}

// Change is a request that changes one resource.
type Change struct {
	Caller

	ID   string
	If   Precondition
	Body []byte
	Shape
}

// deed is what is done, in the words of the audit record.
type deed struct{ op, kind, id string }

// account returns the settings of the contact center's account of the type scim.
// Without one that is enabled nothing is done for identity providers.
func (s *Service) account(ctx context.Context, c Caller, d deed) (*scimaccount.Properties, error) {
	enabled := true
	found, err := s.Store.ListAccounts(ctx, models.AccountFilter{
		ContactCenterID: c.Principal.ContactCenter.ID, Types: []string{scimaccount.Definition.Type},
		Enabled: &enabled, Limit: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("find the account: %w", err)
	}
	if len(found) == 0 {
		s.Access.Refused(ctx, c.person(), d.op, d.kind, d.id, "no account of the type scim is enabled")
		return nil, &Error{
			Status: http.StatusForbidden,
			Detail: "This contact center has no enabled integration account of the type SCIM; " +
				"an administrator makes one and chooses its default team.",
		}
	}
	var p scimaccount.Properties
	if err := json.Unmarshal(found[0].Properties, &p); err != nil {
		return nil, fmt.Errorf("read the account: %w", err)
	}
	return &p, nil
}

// person is who asks, as the service of people records it.
func (c Caller) person() *access.Principal {
	p := *c.Principal
	p.Via = "over SCIM"
	return &p
}

// Paging of lists.
const (
	defaultCount = 100
	mostCount    = 200
)

// Query selects a page of resources.
type Query struct {
	Filter string
	// Start is the place of the first, from 1; Count how many at most. nil takes what
	// is usual, and what is too small or too large is taken as near as may be.
	Start, Count *int
	Shape
}

// window returns what a query asks for, from 0.
func (q Query) window() (start, count int) {
	count = defaultCount
	if q.Start != nil {
		start = max(*q.Start, 1) - 1
	}
	if q.Count != nil {
		count = min(max(*q.Count, 0), mostCount)
	}
	return start, count
}

// List is a page of resources (RFC 7644, section 3.4.2).
type List struct {
	Schemas      []string `json:"schemas"`
	TotalResults int      `json:"totalResults"`
	StartIndex   int      `json:"startIndex"`
	ItemsPerPage int      `json:"itemsPerPage"`
	Resources    []any    `json:"Resources"`
}

func newList(start int) *List {
	return &List{Schemas: []string{listMessage}, StartIndex: start + 1, Resources: []any{}}
}

// add counts one more resource, and returns whether it is on the page.
func (l *List) add(count int) bool {
	l.TotalResults++
	at := l.TotalResults - l.StartIndex
	return at >= 0 && at < count
}

func (l *List) append(body any) {
	l.Resources = append(l.Resources, body)
	l.ItemsPerPage = len(l.Resources)
}

// metadata is the attribute meta.
func metadata(k *kind, location, tag string, created, modified models.Time) object {
	return object{
		"resourceType": k.name, "location": location, "version": `W/"` + tag + `"`,
		"created": created.String(), "lastModified": modified.String(),
	}
}
