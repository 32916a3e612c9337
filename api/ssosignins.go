package api

import "admin-api/models"

// SSOTest is a test sign-in: what an answer of the identity provider looks like, and
// what it would lead to.
type SSOTest struct {
	ID      string `json:"id" format:"uuid"`
	Section string `json:"section" enums:"agentDesktop,admin" example:"agentDesktop"`
	// Status is pending until the browser came back.
	Status    string      `json:"status" enums:"pending,passed,failed,expired" example:"passed"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	CreatedBy string      `json:"createdBy" example:"user:0198c0de-6a11-7c02-9b33-0a1b2c3d4e5f"`
	// ExpiresAt is until when the browser has to be back.
	ExpiresAt  models.Time `json:"expiresAt" swaggertype:"string" format:"date-time"`
	FinishedAt models.Time `json:"finishedAt,omitzero" swaggertype:"string" format:"date-time"`
	// StartURL is where a browser begins, once. Only the answer that made the test
	// sign-in has it.
	StartURL string `json:"startUrl,omitempty" format:"uri" example:"https://mycompany.example/agentdesktop/sso/login?test=Xq3vJp0"`
	// Result is absent while the test sign-in is pending.
	Result *SSOResult `json:"result,omitempty"`
}

// SSOTestPage is a part of the list of test sign-ins, newest first.
type SSOTestPage struct {
	Items []SSOTest `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// SSOResult is what became of an answer of the identity provider.
type SSOResult struct {
	// Code is why it was refused; /docs/problems/ has a page for each. Absent where it
	// was not.
	Code string `json:"code,omitempty" example:"sso-audience-wrong"`
	// Detail says what is wrong, Remedy what to do.
	Detail string `json:"detail,omitempty"`
	Remedy string `json:"remedy,omitempty"`
	// Value is what came where something else was expected; anybody may have written it.
	Value string `json:"value,omitempty" example:"mycompany"`
	// Steps are the checks in their order.
	Steps []SSOStep `json:"steps"`
	// Verified: the signature is that of the provider.
	Verified bool `json:"verified" example:"true"`
	// Certificate is the one of the account by which it was verified.
	Certificate *SSOCertificate `json:"certificate,omitempty"`
	// KeyPairID is the key pair of ours that opened the assertion, by which a roll-over
	// can be told. Absent where it came in clear, or no key pair opens it.
	KeyPairID string `json:"keyPairId,omitempty" format:"uuid"`
	// Seen is absent where nothing came that could be read.
	Seen *SSOSeen `json:"seen,omitempty"`
	// User is absent where it does not come to that.
	User *SSOUser `json:"user,omitempty"`
}

// SSOUser is who an answer leads to.
type SSOUser struct {
	// Username is the NameID.
	Username string `json:"username" example:"ann"`
	// ID is absent for a user who does not exist.
	ID string `json:"id,omitempty" format:"uuid"`
	// New: just-in-time provisioning makes the user, with what follows.
	New       bool   `json:"new" example:"true"`
	FirstName string `json:"firstName,omitempty" example:"Ann"`
	LastName  string `json:"lastName,omitempty" example:"Archer"`
	Email     string `json:"email,omitempty" example:"ann@mycompany.example"`
	// TemplateID is the user whose team, roles and skills are copied.
	TemplateID string         `json:"templateId,omitempty" format:"uuid"`
	TeamID     string         `json:"teamId,omitempty" format:"uuid"`
	Roles      []string       `json:"roles,omitempty" example:"Agent"`
	Skills     map[string]int `json:"skills,omitempty"`
}
