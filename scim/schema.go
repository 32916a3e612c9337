package scim

import "strings"

// URIs of schemas and messages.
const (
	userSchema           = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupSchema          = "urn:ietf:params:scim:schemas:core:2.0:Group"
	schemaSchema         = "urn:ietf:params:scim:schemas:core:2.0:Schema"
	resourceTypeSchema   = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
	providerConfigSchema = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
	listMessage          = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	searchMessage        = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
	patchMessage         = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// Types of attributes, and what may be done with them (RFC 7643, section 2).
const (
	typeString, typeBoolean, typeDateTime = "string", "boolean", "dateTime"
	typeReference, typeComplex            = "reference", "complex"

	readWrite, readOnly, writeOnly, immutable = "readWrite", "readOnly", "writeOnly", "immutable"

	byDefault, always, never = "default", "always", "never"
)

// Attribute describes one attribute (RFC 7643, section 7).
type Attribute struct {
	Name            string      `json:"name"`
	Type            string      `json:"type"`
	MultiValued     bool        `json:"multiValued"`
	Description     string      `json:"description"`
	Required        bool        `json:"required"`
	CanonicalValues []string    `json:"canonicalValues,omitempty"`
	CaseExact       bool        `json:"caseExact"`
	Mutability      string      `json:"mutability"`
	Returned        string      `json:"returned"`
	Uniqueness      string      `json:"uniqueness"`
	ReferenceTypes  []string    `json:"referenceTypes,omitempty"`
	SubAttributes   []Attribute `json:"subAttributes,omitempty"`

	// ignored: requests may hold it, and nothing comes of it.
	ignored bool
	// packed: its value may be a JSON object in a text, see unpack.
	packed bool
}

// find returns the attribute with the name; names ignore case (RFC 7643, section 2.1).
func find(in []Attribute, name string) *Attribute {
	for i := range in {
		if strings.EqualFold(in[i].Name, name) {
			return &in[i]
		}
	}
	return nil
}

// kind is one type of resource.
type kind struct {
	name, endpoint, schema, description string
	// common and attributes are what resources of the kind have; schemas list the
	// latter only.
	common, attributes []Attribute
}

// find returns an attribute of the kind, nil for one that it does not have.
func (k *kind) find(name string) *Attribute {
	if a := find(k.attributes, name); a != nil {
		return a
	}
	return find(k.common, name)
}

// published returns what clients are told of: what is not ignored.
func published(in []Attribute) []Attribute {
	out := []Attribute(nil)
	for _, a := range in {
		if a.ignored {
			continue
		}
		a.SubAttributes = published(a.SubAttributes)
		out = append(out, a)
	}
	return out
}

func text(name, description string) Attribute {
	return Attribute{
		Name: name, Type: typeString, Description: description,
		Mutability: readWrite, Returned: byDefault, Uniqueness: "none",
	}
}

func flag(name, description string) Attribute {
	a := text(name, description)
	a.Type = typeBoolean
	return a
}

func complexOf(name, description string, sub ...Attribute) Attribute {
	a := text(name, description)
	a.Type, a.SubAttributes = typeComplex, sub
	return a
}

func listOf(name, description string, sub ...Attribute) Attribute {
	a := complexOf(name, description, sub...)
	a.MultiValued = true
	return a
}

func fixed(a Attribute) Attribute {
	a.Mutability = readOnly
	for i := range a.SubAttributes {
		a.SubAttributes[i] = fixed(a.SubAttributes[i])
	}
	return a
}

// ignoring returns attributes that requests may hold and that are not kept.
func ignoring(names ...string) []Attribute {
	out := make([]Attribute, 0, len(names))
	for _, name := range names {
		a := text(name, "Not kept.")
		a.ignored = true
		out = append(out, a)
	}
	return out
}

func oneOf(a Attribute, values ...string) Attribute {
	a.CanonicalValues = values
	return a
}

func referring(to ...string) Attribute {
	a := text("$ref", "Address of the resource.")
	a.Type, a.CaseExact, a.ReferenceTypes = typeReference, true, to
	return a
}

// commonAttributes are those of every resource (RFC 7643, section 3.1).
func commonAttributes() []Attribute {
	id := fixed(text("id", "Identifier of the resource."))
	id.CaseExact, id.Returned, id.Uniqueness = true, always, "server"
	schemas := fixed(text("schemas", "Schemas of the resource."))
	schemas.MultiValued, schemas.CaseExact, schemas.Returned = true, true, always
	created, modified := text("created", "When it was made."), text("lastModified", "When it was changed.")
	created.Type, modified.Type = typeDateTime, typeDateTime
	location := text("location", "Address of the resource.")
	location.Type, location.CaseExact = typeReference, true
	version := text("version", "Entity tag of the resource.")
	version.CaseExact = true
	return []Attribute{
		schemas, id, text("externalId", "Identifier at the client, compared ignoring case."),
		fixed(complexOf("meta", "About the resource.",
			text("resourceType", "Type of the resource."), created, modified, location, version)),
	}
}

// userKind is the resource type User.
func userKind() *kind {
	name := text("userName", "Name with which the user signs in; that of the NameID with single sign-on.")
	name.Required, name.Uniqueness = true, "server"
	password := text("password", "Password; without one the user cannot sign in by password.")
	password.Mutability, password.Returned, password.CaseExact = writeOnly, never, true
	names := complexOf("name", "Name of the person.",
		text("formatted", "Given and family name. It is kept as the given name where no other name is known."),
		text("givenName", "First name."), text("familyName", "Last name."))
	names.SubAttributes = append(names.SubAttributes, ignoring("middleName", "honorificPrefix", "honorificSuffix")...)
	emails := listOf("emails", "E-mail address. One is kept: the primary one, else that of type work, else the first.",
		text("value", "The address."), oneOf(text("type", "Always work."), "work"), flag("primary", "Always true."))
	emails.SubAttributes = append(emails.SubAttributes, ignoring("display")...)
	phones := listOf("phoneNumbers", "Telephone numbers, one of each type; others are not kept.",
		text("value", "The number."), oneOf(text("type", "Which number it is."), "work", "mobile", "extension"))
	phones.SubAttributes = append(phones.SubAttributes, ignoring("primary", "display")...)
	roles := listOf("roles", "Roles, which give the user privileges.",
		text("value", "Name of the role."), text("display", "Name of the role."), flag("primary", "True of an only role."))
	roles.packed = true
	roles.SubAttributes = append(roles.SubAttributes, ignoring("type")...)
	groups := fixed(listOf("groups", "Team of the user.",
		text("value", "Id of the team."), text("display", "Name of the team."),
		oneOf(text("type", "Always direct."), "direct"), referring("Group")))
	attributes := []Attribute{
		name, names,
		text("displayName", "Name to show; without one, given and family name. It is kept as the given name, too, where no "+
			"other name is known."),
		flag("active", "False of a user who is disabled."),
		password, emails, phones, roles, groups,
	}
	// What RFC 7643, section 4.1, knows beyond that, and what section 4.3 puts into
	// the enterprise extension: mappings of providers name it without the extension.
	attributes = append(attributes, ignoring("nickName", "profileUrl", "title", "userType", "preferredLanguage", "locale",
		"timezone", "ims", "photos", "addresses", "entitlements", "x509Certificates",
		"employeeNumber", "costCenter", "organization", "division", "department", "manager")...)
	return &kind{
		name: "User", endpoint: "/Users", schema: userSchema, description: "User of the contact center",
		common: commonAttributes(), attributes: attributes,
	}
}

// groupKind is the resource type Group: a team.
func groupKind() *kind {
	name := text("displayName", "Name of the team.")
	name.Required, name.Uniqueness = true, "server"
	value, ref := text("value", "Id of the user."), referring("User")
	value.Mutability, value.CaseExact, ref.Mutability = immutable, true, immutable
	members := listOf("members",
		"Users of the team. Each user is in exactly one team: adding moves, removing moves to the default team.",
		value, fixed(text("display", "Name of the user.")), ref)
	members.SubAttributes = append(members.SubAttributes, ignoring("type")...)
	return &kind{
		name: "Group", endpoint: "/Groups", schema: groupSchema, description: "Team of the contact center",
		common: commonAttributes(), attributes: []Attribute{name, members},
	}
}

// Neither changes; both are read by all requests.
var (
	users  = userKind()
	groups = groupKind()
)
