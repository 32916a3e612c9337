package api

import "admin-api/models"

// SCIMMediaType is the media type of SCIM (RFC 7644, section 8.1).
const SCIMMediaType = "application/scim+json"

// SCIMError is how requests of SCIM are refused (RFC 7644, section 3.12).
type SCIMError struct {
	Schemas []string `json:"schemas" example:"urn:ietf:params:scim:api:messages:2.0:Error"`
	// Status is that of the answer, as a text.
	Status string `json:"status" example:"409"`
	// SCIMType says more about some errors.
	SCIMType string `json:"scimType,omitempty" enums:"invalidFilter,uniqueness,mutability,invalidSyntax,invalidPath,noTarget,invalidValue" example:"uniqueness"`
	// Detail says what is wrong and what to do.
	Detail string `json:"detail" example:"Another user of the contact center has this name; choose another."`
}

// NewSCIMError returns the document of a refusal.
func NewSCIMError(status, typ, detail string) SCIMError {
	return SCIMError{
		Schemas: []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, Status: status, SCIMType: typ, Detail: detail,
	}
}

// The documents below say what package scim answers and reads.

// SCIMUser is a user (RFC 7643, section 4.1). Where a request names attributes,
// the answer has no others but schemas and id.
type SCIMUser struct {
	Schemas []string `json:"schemas" example:"urn:ietf:params:scim:schemas:core:2.0:User"`
	ID      string   `json:"id,omitempty" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	// ExternalID is what the identity provider calls the user.
	ExternalID string `json:"externalId,omitempty" example:"701984"`
	// UserName is unique, upper and lower case alike.
	UserName string    `json:"userName,omitempty" example:"ann@acme.example"`
	Name     *SCIMName `json:"name,omitempty"`
	// DisplayName is what the identity provider calls the user to others, else the name.
	DisplayName string `json:"displayName,omitempty" example:"Ann Archer"`
	// Active is false of a user who is disabled. The texts "True" and "False" are read
	// as well.
	Active bool `json:"active,omitempty" example:"true"`
	// Emails are one address: the primary one, else that of type work, else the first.
	Emails []SCIMEmail `json:"emails,omitempty"`
	// PhoneNumbers are one of each type.
	PhoneNumbers []SCIMPhone `json:"phoneNumbers,omitempty"`
	// Roles are names of roles.
	Roles []SCIMRole `json:"roles,omitempty"`
	// Groups are the one team of the user; they are changed at the group.
	Groups []SCIMReference `json:"groups,omitempty"`
	Meta   *SCIMMeta       `json:"meta,omitempty"`
}

// SCIMUserInput is a user as identity providers send it. They may send the further
// attributes of RFC 7643, section 4.1, read-only ones and extensions, too; nothing
// comes of them.
type SCIMUserInput struct {
	Schemas []string `json:"schemas" validate:"required" example:"urn:ietf:params:scim:schemas:core:2.0:User"`
	// ExternalID is what the identity provider calls the user.
	ExternalID string `json:"externalId,omitempty" maxLength:"255" example:"701984"`
	// UserName is unique, upper and lower case alike.
	UserName string    `json:"userName" validate:"required" maxLength:"255" example:"ann@acme.example"`
	Name     *SCIMName `json:"name,omitempty"`
	// DisplayName is the given name, too, where name says nothing.
	DisplayName string `json:"displayName,omitempty" maxLength:"255" example:"Ann Archer"`
	// Active is false of a user who is disabled. The texts "True" and "False" are read
	// as well.
	Active bool `json:"active,omitempty" example:"true"`
	// Password is never shown. Without one the user cannot sign in by password.
	Password     string      `json:"password,omitempty" minLength:"8" maxLength:"128"`
	Emails       []SCIMEmail `json:"emails,omitempty"`
	PhoneNumbers []SCIMPhone `json:"phoneNumbers,omitempty"`
	// Roles are names of roles; when absent from a new user, those that are assigned to
	// new users.
	Roles []SCIMRole `json:"roles,omitempty"`
}

// SCIMName is the name of a person.
type SCIMName struct {
	Formatted  string `json:"formatted,omitempty" example:"Ann Archer"`
	GivenName  string `json:"givenName,omitempty" example:"Ann"`
	FamilyName string `json:"familyName,omitempty" example:"Archer"`
}

// SCIMEmail is an e-mail address.
type SCIMEmail struct {
	Value   string `json:"value,omitempty" example:"ann@acme.example"`
	Type    string `json:"type,omitempty" example:"work"`
	Primary bool   `json:"primary,omitempty" example:"true"`
}

// SCIMPhone is a telephone number.
type SCIMPhone struct {
	Value string `json:"value,omitempty" example:"+14155550100"`
	Type  string `json:"type,omitempty" example:"work"`
}

// SCIMRole is a role of a user.
type SCIMRole struct {
	Value   string `json:"value,omitempty" example:"Agent"`
	Display string `json:"display,omitempty" example:"Agent"`
	Primary bool   `json:"primary,omitempty" example:"true"`
}

// SCIMReference leads to another resource; its member $ref, the address, stands in
// the contract as a pattern, because tools take the name for a reference of their
// own.
type SCIMReference struct {
	Value   string `json:"value,omitempty" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6b"`
	Display string `json:"display,omitempty" example:"Support"`
	Type    string `json:"type,omitempty" example:"direct"`
}

// SCIMMeta tells about a resource.
type SCIMMeta struct {
	ResourceType string      `json:"resourceType,omitempty" example:"User"`
	Created      models.Time `json:"created,omitzero" swaggertype:"string" format:"date-time"`
	LastModified models.Time `json:"lastModified,omitzero" swaggertype:"string" format:"date-time"`
	Location     string      `json:"location,omitempty" format:"uri" example:"https://acme.example/scim/v2/Users/0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	// Version is the entity tag.
	Version string `json:"version,omitempty" example:"W/\"3-1\""`
}

// SCIMGroup is a team (RFC 7643, section 4.2). Each user is in exactly one: adding
// a member moves the user here, removing moves the user to the default team.
type SCIMGroup struct {
	Schemas     []string        `json:"schemas" example:"urn:ietf:params:scim:schemas:core:2.0:Group"`
	ID          string          `json:"id,omitempty" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6b"`
	ExternalID  string          `json:"externalId,omitempty"`
	DisplayName string          `json:"displayName,omitempty" example:"Support"`
	Members     []SCIMReference `json:"members,omitempty"`
	Meta        *SCIMMeta       `json:"meta,omitempty"`
}

// SCIMGroupInput is a team as identity providers send it.
type SCIMGroupInput struct {
	Schemas     []string        `json:"schemas" validate:"required" example:"urn:ietf:params:scim:schemas:core:2.0:Group"`
	ExternalID  string          `json:"externalId,omitempty" maxLength:"255"`
	DisplayName string          `json:"displayName" validate:"required" maxLength:"255" example:"Support"`
	Members     []SCIMReference `json:"members,omitempty"`
}

// SCIMUserList is a page of users.
type SCIMUserList struct {
	Schemas []string `json:"schemas" example:"urn:ietf:params:scim:api:messages:2.0:ListResponse"`
	// TotalResults is how many there are in all.
	TotalResults int `json:"totalResults" example:"1"`
	// StartIndex is the place of the first, from 1.
	StartIndex   int        `json:"startIndex" example:"1"`
	ItemsPerPage int        `json:"itemsPerPage" example:"1"`
	Resources    []SCIMUser `json:"Resources"`
}

// SCIMGroupList is a page of groups.
type SCIMGroupList struct {
	Schemas []string `json:"schemas" example:"urn:ietf:params:scim:api:messages:2.0:ListResponse"`
	// TotalResults is how many there are in all.
	TotalResults int `json:"totalResults" example:"1"`
	// StartIndex is the place of the first, from 1.
	StartIndex   int         `json:"startIndex" example:"1"`
	ItemsPerPage int         `json:"itemsPerPage" example:"1"`
	Resources    []SCIMGroup `json:"Resources"`
}

// SCIMSearch is a query by POST (RFC 7644, section 3.4.3).
type SCIMSearch struct {
	Schemas            []string `json:"schemas" validate:"required" example:"urn:ietf:params:scim:api:messages:2.0:SearchRequest"`
	Filter             string   `json:"filter,omitempty" maxLength:"4096" example:"externalId eq \"00u1a2b3\""`
	StartIndex         int      `json:"startIndex,omitempty" example:"1"`
	Count              int      `json:"count,omitempty" example:"100"`
	Attributes         []string `json:"attributes,omitempty" example:"userName"`
	ExcludedAttributes []string `json:"excludedAttributes,omitempty" example:"members"`
}

// SCIMPatch changes a resource step by step, wholly or not at all (RFC 7644,
// section 3.5.2).
type SCIMPatch struct {
	Schemas    []string        `json:"schemas" validate:"required" example:"urn:ietf:params:scim:api:messages:2.0:PatchOp"`
	Operations []SCIMOperation `json:"Operations" validate:"required"`
}

// SCIMOperation is one step of a patch.
type SCIMOperation struct {
	// Op is add, remove or replace, in whatever case.
	Op string `json:"op" validate:"required" example:"replace"`
	// Path is what it is about; without one the members of value say it.
	Path string `json:"path,omitempty" example:"active"`
	// Value is of the type of what the path leads to.
	Value any `json:"value,omitempty"`
}

// SCIMProviderConfig says what the server can do (RFC 7643, section 5).
type SCIMProviderConfig struct {
	Schemas          []string      `json:"schemas" example:"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"`
	DocumentationURI string        `json:"documentationUri" format:"uri" example:"https://acme.example/docs"`
	Patch            SCIMSupported `json:"patch"`
	Bulk             SCIMBulk      `json:"bulk"`
	Filter           SCIMFilter    `json:"filter"`
	ChangePassword   SCIMSupported `json:"changePassword"`
	Sort             SCIMSupported `json:"sort"`
	ETag             SCIMSupported `json:"etag"`

	AuthenticationSchemes []SCIMAuthentication `json:"authenticationSchemes"`
	Meta                  SCIMMeta             `json:"meta"`
}

// SCIMSupported says whether there is something.
type SCIMSupported struct {
	Supported bool `json:"supported" example:"true"`
}

// SCIMBulk says that there are no bulk operations.
type SCIMBulk struct {
	Supported      bool `json:"supported" example:"false"`
	MaxOperations  int  `json:"maxOperations" example:"0"`
	MaxPayloadSize int  `json:"maxPayloadSize" example:"0"`
}

// SCIMFilter says that there are filters, and how long lists are.
type SCIMFilter struct {
	Supported  bool `json:"supported" example:"true"`
	MaxResults int  `json:"maxResults" example:"200"`
}

// SCIMAuthentication is a way to authenticate.
type SCIMAuthentication struct {
	Type        string `json:"type" example:"oauthbearertoken"`
	Name        string `json:"name" example:"OAuth Bearer Token"`
	Description string `json:"description"`
	SpecURI     string `json:"specUri" format:"uri" example:"https://www.rfc-editor.org/info/rfc6750"`
	Primary     bool   `json:"primary" example:"true"`
}

// SCIMSchema describes resources (RFC 7643, section 7).
type SCIMSchema struct {
	Schemas     []string        `json:"schemas" example:"urn:ietf:params:scim:schemas:core:2.0:Schema"`
	ID          string          `json:"id" example:"urn:ietf:params:scim:schemas:core:2.0:User"`
	Name        string          `json:"name" example:"User"`
	Description string          `json:"description"`
	Attributes  []SCIMAttribute `json:"attributes"`
	Meta        SCIMMeta        `json:"meta"`
}

// SCIMAttribute describes an attribute.
type SCIMAttribute struct {
	Name            string          `json:"name" example:"userName"`
	Type            string          `json:"type" enums:"string,boolean,dateTime,reference,complex" example:"string"`
	MultiValued     bool            `json:"multiValued" example:"false"`
	Description     string          `json:"description"`
	Required        bool            `json:"required" example:"true"`
	CanonicalValues []string        `json:"canonicalValues,omitempty"`
	CaseExact       bool            `json:"caseExact" example:"false"`
	Mutability      string          `json:"mutability" enums:"readOnly,readWrite,immutable,writeOnly" example:"readWrite"`
	Returned        string          `json:"returned" enums:"always,never,default,request" example:"default"`
	Uniqueness      string          `json:"uniqueness" enums:"none,server,global" example:"server"`
	ReferenceTypes  []string        `json:"referenceTypes,omitempty"`
	SubAttributes   []SCIMAttribute `json:"subAttributes,omitempty"`
}

// SCIMResourceType describes a type of resources (RFC 7643, section 6).
type SCIMResourceType struct {
	Schemas     []string `json:"schemas" example:"urn:ietf:params:scim:schemas:core:2.0:ResourceType"`
	ID          string   `json:"id" example:"User"`
	Name        string   `json:"name" example:"User"`
	Description string   `json:"description"`
	Endpoint    string   `json:"endpoint" example:"/Users"`
	Schema      string   `json:"schema" example:"urn:ietf:params:scim:schemas:core:2.0:User"`
	// SchemaExtensions are none.
	SchemaExtensions []string `json:"schemaExtensions"`
	Meta             SCIMMeta `json:"meta"`
}

// SCIMSchemaList lists all schemas.
type SCIMSchemaList struct {
	Schemas      []string     `json:"schemas" example:"urn:ietf:params:scim:api:messages:2.0:ListResponse"`
	TotalResults int          `json:"totalResults" example:"2"`
	StartIndex   int          `json:"startIndex" example:"1"`
	ItemsPerPage int          `json:"itemsPerPage" example:"2"`
	Resources    []SCIMSchema `json:"Resources"`
}

// SCIMResourceTypeList lists all types of resources.
type SCIMResourceTypeList struct {
	Schemas      []string           `json:"schemas" example:"urn:ietf:params:scim:api:messages:2.0:ListResponse"`
	TotalResults int                `json:"totalResults" example:"2"`
	StartIndex   int                `json:"startIndex" example:"1"`
	ItemsPerPage int                `json:"itemsPerPage" example:"2"`
	Resources    []SCIMResourceType `json:"Resources"`
}
