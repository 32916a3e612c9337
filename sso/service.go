package sso

import (
	"log/slog"
	"sync"
	"time"

	"admin-api/access"
	"admin-api/audit"
	"admin-api/models"
	"admin-api/outbound"
	"admin-api/secret"
	"admin-api/store"
)

// Service signs people in through the identity provider of their contact center.
// It is safe for concurrent use; what it remembers is in the database, so any
// number of processes work as one.
type Service struct {
	Store    *store.Store
	Access   *access.Service
	Audit    *audit.Log
	Keys     *secret.Keyring
	Outbound *outbound.Client
	Logger   *slog.Logger
	// PublicURL is where browsers see the server, with {domain} for that of the
	// contact center; empty means https:// and the domain.
	PublicURL string
	// AgentDesktopURL is where somebody who signed in to Agent Desktop is sent with
	// a one-time code; empty means nowhere.
	AgentDesktopURL string
	// KeepTraces is how many sign-ins are kept per contact center, and TraceRetention
	// how long; 0 means DefaultTraces and DefaultTraceRetention.
	KeepTraces     int
	TraceRetention time.Duration
	// KeepRequests is how many requests that nobody has answered are kept per contact
	// center; 0 means a sensible number.
	KeepRequests int
	// Now returns the time; nil means time.Now.
	Now func() time.Time

	opening sync.Mutex // of what is encrypted
}

// Place is an application of a contact center.
type Place struct {
	Center *models.ContactCenter
	// Section is models.SectionAgentDesktop or models.SectionAdmin.
	Section string
}

// Departure is a browser that wants to sign in.
type Departure struct {
	// Browser is the secret of its cookie, empty where it has none.
	Browser string
	// RelayState is where it wanted to go, a path of ours.
	RelayState string
	// Test is the start token of a test sign-in, empty for a real one.
	Test string
	From access.Client
}

// Start is how a browser is sent to the identity provider.
type Start struct {
	// Browser is the secret that the browser keeps in a cookie: an answer to the
	// request is taken from this browser only. It is the given one where that is
	// still good.
	Browser string
	// URL is where the browser goes, by HTTP-Redirect.
	URL string
	// Action and Fields are what it posts instead where the provider asks for
	// HTTP-POST; Action is empty otherwise.
	Action string
	Fields map[string]string
}

// Message is what a browser posts to the reply address.
type Message struct {
	// Response is the form field SAMLResponse as it came.
	Response string
	// RelayState as it came; it never leads outside.
	RelayState string
	// Browser is the secret of the browser's cookie, empty where it has none.
	Browser string
}

// Outcome is a sign-in that succeeded, or a test sign-in that is over.
type Outcome struct {
	// Secret is that of the session; empty after a test sign-in.
	Secret    string
	Principal *access.Principal
	// Goto is where the browser is sent next: the Agent Desktop with a one-time
	// code; empty for our own page.
	Goto string
	// TestID is the test sign-in that this was; empty for a real one.
	TestID string
	// Reference is what the person can quote to an administrator.
	Reference string
}

// Error is a sign-in that was refused. Its text is for administrators; people who
// sign in see a calm page with the reference.
type Error struct {
	// Code is one of the stable codes, for example "sso-audience-wrong".
	Code string
	// Detail says what is wrong and with which value, Cure what to do.
	Detail, Cure string
	// Reference finds the trace of the sign-in.
	Reference string
	// TestID is the test sign-in that failed; empty for a real one.
	TestID string
}

// Error implements error.
func (e *Error) Error() string { return e.Code + ": " + e.Detail }
