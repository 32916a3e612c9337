package api

import (
	"net/http"
	"slices"
)

// SSOKind explains one reason why somebody was not signed in by single sign-on,
// or one message of an identity provider. It is no kind of problem: the people who
// sign in see a short page, administrators find the code in the trace of the
// sign-in. Each has its page under ProblemPath.
type SSOKind struct {
	// Code is the stable name, kebab-case; it begins with "sso-".
	Code  string
	Title string
	// Status is that of the page for the browser; 0 for what the provider shows
	// before anything comes here.
	Status int
	// Meaning explains what was found, Where names the place in which the wrong
	// value stands, Remedy says what to do.
	Meaning, Where, Remedy string
	// Providers says for some identity providers where in their own words to look.
	Providers []SSOHint
}

// SSOHint is what to do at one identity provider.
type SSOHint struct{ Provider, Text string }

// The identity providers as pages call them.
const (
	entra    = "Microsoft Entra ID (Azure AD)"
	okta     = "Okta"
	adfs     = "AD FS"
	google   = "Google Workspace"
	oneLogin = "OneLogin"
)

// HintOf returns what to do at a provider, by its name in SSOSetupProvider; nil where
// there is nothing to say of it.
func (k *SSOKind) HintOf(provider string) *SSOHint {
	names := map[string]string{"azure": entra, "okta": okta, "adfs": adfs, "google": google, "oneLogin": oneLogin}
	i := slices.IndexFunc(k.Providers, func(h SSOHint) bool { return h.Provider == names[provider] })
	if i < 0 {
		return nil
	}
	return &k.Providers[i]
}

// Symptom reports whether the kind is what an identity provider shows, and no code
// of ours.
func (k *SSOKind) Symptom() bool { return k.Status == 0 }

// SSOKinds returns all of them: what is wrong with the way to the identity provider
// and back, then what is wrong with its answer, from its outside to its inside, then
// what providers show.
func SSOKinds() []SSOKind { return slices.Clone(ssoKinds) }

// SSOKindOf returns the kind with the code, false where there is none.
func SSOKindOf(code string) (SSOKind, bool) {
	i := slices.IndexFunc(ssoKinds, func(k SSOKind) bool { return k.Code == code })
	if i < 0 {
		return SSOKind{}, false
	}
	return ssoKinds[i], true
}

// Codes that the doors of the server use themselves.
const (
	CodeSSOHTTPSRequired        = "sso-https-required"
	CodeSSOTooMany              = "sso-too-many"
	CodeSSOContactCenterUnknown = "sso-contact-center-unknown"
	CodeSSOFeatureOff           = "sso-feature-off"
	CodeSSONotEnabled           = "sso-not-enabled"
	CodeSSOResponseMissing      = "sso-response-missing"
	CodeSSOResponseTooLarge     = "sso-response-too-large"
	CodeSSOResponseEncoding     = "sso-response-encoding"
)

// ssoKinds is never changed.
var ssoKinds = slices.Concat(
	ssoFlowKinds(), ssoRequestKinds(), ssoUserKinds(), ssoFormKinds(), ssoXMLKinds(), ssoShapeKinds(),
	ssoSignatureKinds(), ssoCertificateKinds(), ssoEncryptionKinds(), ssoPartyKinds(), ssoProfileKinds(),
	ssoSubjectKinds(), ssoTimeKinds(), ssoSymptoms(),
)

// What many remedies begin or end with.
const (
	importAgain = "Import the provider's metadata again with POST /api/v1/sso/import-metadata, which lists every " +
		"signing certificate, and save what it proposes in the account."
	seeSetup = "GET /api/v1/sso/setup shows the exact value."
)

func ssoFlowKinds() []SSOKind {
	return []SSOKind{
		{
			Code: CodeSSOContactCenterUnknown, Title: "No such contact center", Status: http.StatusNotFound,
			Meaning: "Neither the host name of the address nor the parameter tenantUrl is the domain of a contact center.",
			Where:   "In the address that the browser was at: its host name, or tenantUrl.",
			Remedy: "Use the domain of the contact center. Behind a proxy, let it keep the header field Host; check the " +
				"Reply URL at the provider.",
		},
		{
			Code: CodeSSOFeatureOff, Title: "Single sign-on is not part of this contact center", Status: http.StatusForbidden,
			Meaning: "The service provider has not switched on the feature single_sign_on for the contact center, or the " +
				"contact center is suspended.",
			Where:  "In the features of the contact center.",
			Remedy: "Ask the service provider for the feature single_sign_on.",
		},
		{
			Code: CodeSSONotEnabled, Title: "Single sign-on is switched off", Status: http.StatusForbidden,
			Meaning: "There is no enabled account of the type sso, or the section of this application is off in it. Agent " +
				"Desktop and the administrator portal are switched on one by one.",
			Where: "In the account of the type sso: enabled, /agentDesktop/enabled and /admin/enabled.",
			Remedy: "Switch the section on. To try it before, use a test sign-in: POST /api/v1/sso/test-sign-ins works " +
				"while the section is off.",
		},
		{
			Code: CodeSSOHTTPSRequired, Title: "Single sign-on needs HTTPS", Status: http.StatusForbidden,
			Meaning: "The browser came over plain HTTP. The provider's answer is a post from another site, and browsers " +
				"give it only cookies that are bound to HTTPS; also on the machine itself.",
			Where: "In the address that the browser was at, or in the settings of the server.",
			Remedy: "Use the https:// address. If you do, the server does not know it: set ADMIN_API_PUBLIC_URL to that " +
				"address, or ADMIN_API_TRUSTED_PROXIES to the proxy that sends X-Forwarded-Proto.",
		},
		{
			Code: CodeSSOTooMany, Title: "Too many failed sign-ins", Status: http.StatusTooManyRequests,
			Meaning: "From the address of the browser more sign-ins failed, in this minute, than may. Those that succeed " +
				"do not count, so an office behind one address is not slowed down by its own people. What pages of other " +
				"sites have browsers send is counted apart.",
			Where:  "In the setting ADMIN_API_LOGIN_RATE_LIMIT.",
			Remedy: "Wait a minute, and look into the traces for what failed.",
		},
	}
}

// ssoRequestKinds are about the request that an answer belongs to.
func ssoRequestKinds() []SSOKind {
	return []SSOKind{
		{
			Code: "sso-request-unknown", Title: "Answer to an unknown request", Status: http.StatusForbidden,
			Meaning: "The answer belongs to a sign-in that did not begin here in this browser, that is over, or that began " +
				"more than 15 minutes ago. Somebody may have loaded the page again, gone back, or used a bookmark of the " +
				"provider's page.",
			Where:  "In InResponseTo of the answer.",
			Remedy: "Begin again at the sign-on address, and do not bookmark the provider's pages.",
		},
		{
			Code: "sso-browser-unknown", Title: "Cookie of the sign-in missing", Status: http.StatusForbidden,
			Meaning: "The answer belongs to a sign-in that began here, but the browser did not bring the cookie " +
				"__Host-sso with which it began: it began in another browser, cookies are blocked, or a proxy removes " +
				"them.",
			Where: "In the browser: its cookies for the domain of the contact center.",
			Remedy: "Begin again in the browser that you use. Let it keep cookies of the contact center's domain, over " +
				"HTTPS, and let no proxy change Set-Cookie.",
		},
		{
			Code: "sso-idp-initiated-refused", Title: "IdP-initiated sign-in is not allowed", Status: http.StatusForbidden,
			Meaning: "The sign-in began at the identity provider, by a tile or a link there, and the section does not " +
				"allow that.",
			Where: "In the account of the type sso: allowIdpInitiated of the section.",
			Remedy: "Begin at the sign-on address of the contact center, which may also be given to the provider; or " +
				"set allowIdpInitiated.",
			Providers: []SSOHint{
				{entra, "Basic SAML Configuration > Sign on URL: with it, the tile of My Apps begins here."},
				{okta, "A bookmark app with the sign-on address does the same."},
				{google, "Service provider details > Start URL is not enough: Google always begins by itself."},
			},
		},
		{
			Code: "sso-replayed", Title: "Answer used already", Status: http.StatusForbidden,
			Meaning: "The same assertion came before. Each is good for one sign-in, in all processes of the server. One " +
				"that no request asked for counts as used, too, if it was issued before the database was restored from a " +
				"backup.",
			Where: "In the ID of the assertion.",
			Remedy: "Begin again. If nobody loaded a page twice, find out who could have copied the answer: the trace has " +
				"the address from which it came.",
		},
		{
			Code: "sso-test-unknown", Title: "No such test sign-in", Status: http.StatusForbidden,
			Meaning: "The link of the test sign-in is unknown, has its result already, or is older than 15 minutes.",
			Where:   "In the parameter test of the address.",
			Remedy:  "Start another one with POST /api/v1/sso/test-sign-ins, and open its startUrl in time.",
		},
	}
}
