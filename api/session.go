package api

import "admin-api/models"

// SignInInput is what a person signs in with.
type SignInInput struct {
	// Username is that of a user; upper and lower case make no difference.
	Username string `json:"username" maxLength:"256" example:"admin"`
	Password string `json:"password" maxLength:"1024" example:"correct horse battery staple"`
}

// PasswordInput replaces a password.
type PasswordInput struct {
	CurrentPassword string `json:"currentPassword" maxLength:"1024" example:"correct horse battery staple"`
	// NewPassword has 8 to 128 characters, and is neither the user name nor the
	// current password.
	NewPassword string `json:"newPassword" minLength:"8" maxLength:"128" example:"a quiet lake in October"`
}

// Session is one sign-in of a user.
type Session struct {
	ID string `json:"id" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	// Method is how the session began.
	Method string `json:"method" enums:"password,sso" example:"password"`
	// Portal is the application that single sign-on led to; absent for a password. A
	// session of Agent Desktop administers nothing.
	Portal string `json:"portal,omitempty" enums:"agentDesktop,admin" example:"agentDesktop"`
	// Address is the remote address at sign-in.
	Address string `json:"address" example:"203.0.113.7"`
	// UserAgent is what the browser called itself.
	UserAgent string      `json:"userAgent" example:"Mozilla/5.0"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	// SeenAt is when the session was last used, to the minute.
	SeenAt models.Time `json:"seenAt" swaggertype:"string" format:"date-time"`
	// ExpiresAt is when the session ends, however much it is used.
	ExpiresAt models.Time `json:"expiresAt" swaggertype:"string" format:"date-time"`
	// Current: it is the session of this request.
	Current bool `json:"current" example:"true"`
}

// SessionList holds the sessions of a user, newest first.
type SessionList struct {
	Items []Session `json:"items"`
}

// Person is a user as far as they are told about themselves.
type Person struct {
	ID        string `json:"id" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	Username  string `json:"username" example:"admin"`
	FirstName string `json:"firstName" example:"Ann"`
	LastName  string `json:"lastName" example:""`
}

// Place is a contact center that is worked in.
type Place struct {
	Domain   string   `json:"domain" example:"mycompany.example"`
	Name     string   `json:"name" example:"My Company"`
	Features []string `json:"features" example:"single_sign_on"`
}

// SignedIn is a session with who has it.
type SignedIn struct {
	Session Session `json:"session"`
	User    Person  `json:"user"`
	// ContactCenter is where requests act.
	ContactCenter Place `json:"contactCenter"`
	// Privileges are the scopes that the user has now.
	Privileges []string `json:"privileges" example:"accounts:read"`
	// MustChangePassword: the session is good for nothing else before.
	MustChangePassword bool `json:"mustChangePassword" example:"false"`
}

// Me is who makes a request.
type Me struct {
	// Kind is what the credential is.
	Kind string `json:"kind" enums:"session,token" example:"session"`
	// ID is how records name who did something.
	ID   string `json:"id" example:"user:0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	Name string `json:"name" example:"admin"`
	// User is the person behind the credential, absent for a token that nobody made.
	User          *Person `json:"user,omitempty"`
	ContactCenter Place   `json:"contactCenter"`
	// Privileges are the scopes that the credential has now, Grantable those of them
	// that it may give to others.
	Privileges         []string `json:"privileges" example:"accounts:read"`
	Grantable          []string `json:"grantable" example:"accounts:read"`
	MustChangePassword bool     `json:"mustChangePassword" example:"false"`
}

// Kinds of credentials.
const (
	KindSession = "session"
	KindToken   = "token"
)

// NewSession returns the document of a session; current is the id of the one that
// asks.
func NewSession(s *models.Session, current string) Session {
	return Session{
		ID: s.ID, Method: s.Method, Portal: s.Portal, Address: s.Address, UserAgent: s.UserAgent, CreatedAt: s.CreatedAt,
		SeenAt: s.SeenAt, ExpiresAt: s.ExpiresAt, Current: s.ID == current,
	}
}

// NewPerson returns what a user is told about themselves.
func NewPerson(u *models.User) Person {
	return Person{ID: u.ID, Username: u.Username, FirstName: u.FirstName, LastName: u.LastName}
}

// NewPlace returns the document of a contact center that is worked in.
func NewPlace(c *models.ContactCenter) Place {
	return Place{Domain: c.Domain, Name: c.Name, Features: Words(c.Features)}
}

// Words returns a list that is [] where it is empty, never null.
func Words(list models.Strings) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// ClientToken is the answer to the client-credentials call, in the form that is
// documented for it.
type ClientToken struct {
	AccessToken string `json:"access_token" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	TokenType   string `json:"token_type" enums:"Bearer" example:"Bearer"`
	// ExpiresIn are seconds, as a text.
	ExpiresIn string `json:"expires_in" example:"3600"`
	// Scope is the domain of the contact center.
	Scope string `json:"scope" example:"mycompany.example"`
}

// ClientTokenInput is what the client-credentials call sends, as a form.
type ClientTokenInput struct {
	GrantType string `json:"grant_type" enums:"client_credentials" example:"client_credentials"`
	// ClientID is a user name; may be sent by HTTP Basic, with the secret.
	ClientID string `json:"client_id,omitempty" example:"crm-sync"`
	// ClientSecret is the API secret of the user.
	ClientSecret string `json:"client_secret,omitempty" example:"aas_…"`
	// Scope is the domain of the contact center; when absent the host name decides.
	Scope string `json:"scope,omitempty" example:"mycompany.example"`
}

// OAuthError is how the client-credentials call says what is wrong (RFC 6749).
type OAuthError struct {
	Error            string `json:"error" enums:"invalid_request,invalid_client,invalid_scope,unsupported_grant_type,access_denied,temporarily_unavailable,server_error" example:"invalid_client"`
	ErrorDescription string `json:"error_description" example:"The client is not known or its secret is another one."`
}
