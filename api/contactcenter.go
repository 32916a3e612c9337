package api

import "admin-api/models"

// ContactCenter is one tenant of the service provider.
type ContactCenter struct {
	ID string `json:"id" format:"uuid"`
	// Domain is where its people work, and how it is known here.
	Domain string `json:"domain" example:"mycompany.example"`
	Name   string `json:"name" example:"My Company"`
	// Features are those that are switched on.
	Features []string `json:"features" enums:"single_sign_on,logmein_rescue,aws,facebook,wfm_reports"`
	// Suspended: its own credentials are refused, and nothing runs for it.
	Suspended bool        `json:"suspended" example:"false"`
	ETag      string      `json:"etag" example:"3"`
	Version   int64       `json:"version" example:"3"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	UpdatedAt models.Time `json:"updatedAt" swaggertype:"string" format:"date-time"`
	// Administrator is the user who was made with it; only the answer that made them
	// has it.
	Administrator *ContactCenterAdministrator `json:"administrator,omitempty"`
	// GeneratedPassword is the administrator's, where none was given. It is shown
	// this once, and is to be changed at the first sign-in.
	GeneratedPassword string `json:"generatedPassword,omitempty" example:"pX0c1V6dTq3mZ9sB7uYk"`
}

// ContactCenterAdministrator names the first user of a contact center.
type ContactCenterAdministrator struct {
	ID       string `json:"id" format:"uuid"`
	Username string `json:"username" example:"ann"`
}

// ContactCenterPage is a part of the list of contact centers.
type ContactCenterPage struct {
	Items []ContactCenter `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// ContactCenterCreate is what a contact center is made from.
type ContactCenterCreate struct {
	// Domain is a host name, in any case; it is stored in lower case.
	Domain string `json:"domain" validate:"required" maxLength:"253" example:"mycompany.example"`
	// Name is the domain where it is absent.
	Name     string   `json:"name,omitempty" maxLength:"255" example:"My Company"`
	Features []string `json:"features,omitempty" enums:"single_sign_on,logmein_rescue,aws,facebook,wfm_reports"`
	// Administrator, when given, is made with the role Administrator.
	Administrator *AdministratorCreate `json:"administrator,omitempty"`
}

// AdministratorCreate is what the first user of a contact center is made from.
type AdministratorCreate struct {
	Username string `json:"username" validate:"required" maxLength:"255" example:"ann"`
	// Password is made, and answered once, where it is absent.
	Password  string `json:"password,omitempty" format:"password" minLength:"8" maxLength:"128" example:"correct horse battery"`
	Email     string `json:"email,omitempty" format:"email" maxLength:"254" example:"ann@mycompany.example"`
	FirstName string `json:"firstName,omitempty" maxLength:"255" example:"Ann"`
	LastName  string `json:"lastName,omitempty" maxLength:"255" example:"Lee"`
}

// ContactCenterPatch is a merge patch of a contact center. Members of answers
// that only the server sets may be sent back.
type ContactCenterPatch struct {
	// Domain renames the contact center. Addresses that hold it change with it: of
	// sign-in, of callbacks, and the issuers of single sign-on.
	Domain    string   `json:"domain,omitempty" maxLength:"253" example:"mycompany.example"`
	Name      string   `json:"name,omitempty" extensions:"x-nullable" maxLength:"255" example:"My Company"`
	Features  []string `json:"features,omitempty" extensions:"x-nullable" enums:"single_sign_on,logmein_rescue,aws,facebook,wfm_reports"`
	Suspended bool     `json:"suspended,omitempty" extensions:"x-nullable" example:"true"`
	ID        string   `json:"id,omitempty"`
	ETag      string   `json:"etag,omitempty"`
	Version   int64    `json:"version,omitempty"`
	CreatedAt string   `json:"createdAt,omitempty"`
	UpdatedAt string   `json:"updatedAt,omitempty"`
}

// Features are what the service provider has switched on for a contact center.
type Features struct {
	Features []string `json:"features" enums:"single_sign_on,logmein_rescue,aws,facebook,wfm_reports"`
	// Available are all that can be switched on.
	Available []string `json:"available" enums:"single_sign_on,logmein_rescue,aws,facebook,wfm_reports"`
	ETag      string   `json:"etag" example:"3"`
	Version   int64    `json:"version" example:"3"`
}

// FeaturesInput lists the features that are to be on; all others go off. What an
// answer has besides may be sent back.
type FeaturesInput struct {
	Features  []string `json:"features" validate:"required" enums:"single_sign_on,logmein_rescue,aws,facebook,wfm_reports"`
	Available []string `json:"available,omitempty"`
	ETag      string   `json:"etag,omitempty"`
	Version   int64    `json:"version,omitempty"`
}

// NewContactCenter returns the wire form of a contact center.
func NewContactCenter(c *models.ContactCenter) ContactCenter {
	return ContactCenter{
		ID: c.ID, Domain: c.Domain, Name: c.Name, Features: listOf(c.Features), Suspended: c.Suspended,
		ETag: c.ETag(), Version: c.Version, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
}

// NewFeatures returns the wire form of the features of a contact center.
func NewFeatures(c *models.ContactCenter) Features {
	return Features{
		Features: listOf(c.Features), Available: models.AllFeatures(), ETag: c.ETag(), Version: c.Version,
	}
}

// listOf returns a list that is never null on the wire.
func listOf(words models.Strings) []string {
	if words == nil {
		return []string{}
	}
	return words
}
