package scim

import (
	"strings"

	"admin-api/models"
)

// The documents of discovery (RFC 7643, sections 5 to 7).
type (
	schemaDocument struct {
		Schemas     []string    `json:"schemas"`
		ID          string      `json:"id"`
		Name        string      `json:"name"`
		Description string      `json:"description"`
		Attributes  []Attribute `json:"attributes"`
		Meta        object      `json:"meta"`
	}
	resourceType struct {
		Schemas          []string `json:"schemas"`
		ID               string   `json:"id"`
		Name             string   `json:"name"`
		Description      string   `json:"description"`
		Endpoint         string   `json:"endpoint"`
		Schema           string   `json:"schema"`
		SchemaExtensions []any    `json:"schemaExtensions"`
		Meta             object   `json:"meta"`
	}
	supported struct {
		Supported bool `json:"supported"`
	}
	providerConfig struct {
		Schemas          []string  `json:"schemas"`
		DocumentationURI string    `json:"documentationUri"`
		Patch            supported `json:"patch"`
		Bulk             struct {
			supported
			MaxOperations  int `json:"maxOperations"`
			MaxPayloadSize int `json:"maxPayloadSize"`
		} `json:"bulk"`
		Filter struct {
			supported
			MaxResults int `json:"maxResults"`
		} `json:"filter"`
		ChangePassword        supported              `json:"changePassword"`
		Sort                  supported              `json:"sort"`
		ETag                  supported              `json:"etag"`
		AuthenticationSchemes []authenticationScheme `json:"authenticationSchemes"`
		Meta                  object                 `json:"meta"`
	}
	authenticationScheme struct {
		Type        string `json:"type"`
		Name        string `json:"name"`
		Description string `json:"description"`
		SpecURI     string `json:"specUri"`
		Primary     bool   `json:"primary"`
	}
)

// ProviderConfig says what this service provider can do (RFC 7643, section 5).
func ProviderConfig(base string) any {
	c := providerConfig{
		Schemas: []string{providerConfigSchema}, DocumentationURI: strings.TrimSuffix(base, "/scim/v2") + "/docs",
		Patch: supported{true}, ChangePassword: supported{true}, ETag: supported{true},
		AuthenticationSchemes: []authenticationScheme{{
			Type: "oauthbearertoken", Name: "OAuth Bearer Token", Primary: true, SpecURI: "https://www.rfc-editor.org/info/rfc6750",
			Description: "A token with the scope scim, or one of the client-credentials call for a user with that privilege.",
		}},
		Meta: object{"resourceType": "ServiceProviderConfig", "location": base + "/ServiceProviderConfig"},
	}
	c.Filter.Supported, c.Filter.MaxResults = true, mostCount
	return c
}

// Schemas lists what resources look like.
func Schemas(base string) *List {
	var all []any
	for _, k := range []*kind{users, groups} {
		all = append(all, k.schemaAt(base))
	}
	return whole(all)
}

// Schema describes one schema, or returns models.ErrNotFound.
func Schema(base, id string) (any, error) {
	for _, k := range []*kind{users, groups} {
		if strings.EqualFold(k.schema, id) {
			return k.schemaAt(base), nil
		}
	}
	return nil, models.ErrNotFound
}

func (k *kind) schemaAt(base string) schemaDocument {
	return schemaDocument{
		Schemas: []string{schemaSchema}, ID: k.schema, Name: k.name, Description: k.description,
		Attributes: published(k.attributes),
		Meta:       object{"resourceType": "Schema", "location": base + "/Schemas/" + k.schema},
	}
}

// ResourceTypes lists the types of resources.
func ResourceTypes(base string) *List {
	var all []any
	for _, k := range []*kind{users, groups} {
		all = append(all, k.typeAt(base))
	}
	return whole(all)
}

// ResourceType describes one type, or returns models.ErrNotFound.
func ResourceType(base, name string) (any, error) {
	for _, k := range []*kind{users, groups} {
		if k.name == name {
			return k.typeAt(base), nil
		}
	}
	return nil, models.ErrNotFound
}

func (k *kind) typeAt(base string) resourceType {
	return resourceType{
		Schemas: []string{resourceTypeSchema}, ID: k.name, Name: k.name, Description: k.description, Endpoint: k.endpoint,
		Schema: k.schema, SchemaExtensions: []any{},
		Meta: object{"resourceType": "ResourceType", "location": base + "/ResourceTypes/" + k.name},
	}
}

// whole is a list that has no pages.
func whole(all []any) *List {
	list := newList(0)
	list.TotalResults, list.ItemsPerPage, list.Resources = len(all), len(all), all
	return list
}

// Search reads the body of a query by POST (RFC 7644, section 3.4.3).
func Search(body []byte) (Query, error) {
	in, err := document(body)
	if err != nil {
		return Query{}, err
	}
	if err := announces(in, searchMessage); err != nil {
		return Query{}, err
	}
	members, err := folded(in)
	if err != nil {
		return Query{}, err
	}
	var q Query
	if q.Filter, err = searchText(members, "filter"); err != nil {
		return q, err
	}
	if q.Start, err = searchNumber(members, "startIndex"); err != nil {
		return q, err
	}
	if q.Count, err = searchNumber(members, "count"); err != nil {
		return q, err
	}
	var lists [2][]string
	for i, name := range []string{"attributes", "excludedAttributes"} {
		for _, v := range values(members[strings.ToLower(name)]) {
			s, ok := v.(string)
			if !ok {
				return q, refuse(TypeInvalidValue, "The attribute %s must be a list of names.", name)
			}
			lists[i] = append(lists[i], s)
		}
	}
	q.Shape, err = NewShape(lists[0], lists[1])
	return q, err
}

func searchText(in object, name string) (string, error) {
	v, ok := in[strings.ToLower(name)].(string)
	if !ok && in[strings.ToLower(name)] != nil {
		return "", refuse(TypeInvalidValue, "The attribute %s must be a text.", name)
	}
	return v, nil
}

// searchNumber reads a whole number; one beyond what can be is as good as the end.
func searchNumber(in object, name string) (*int, error) {
	v := in[strings.ToLower(name)]
	if v == nil {
		return nil, nil //nolint:nilnil // absent
	}
	f, ok := v.(float64)
	if !ok || f != float64(int64(f)) {
		return nil, refuse(TypeInvalidValue, "The attribute %s must be a whole number.", name)
	}
	n := int(min(max(f, -1), 1<<31-1))
	return &n, nil
}
