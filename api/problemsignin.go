package api

import (
	"net/http"

	"admin-api/models"
)

// signInKinds are about who asks, and from where.
func signInKinds() []ProblemKind {
	return []ProblemKind{
		{
			Code: CodeUnauthenticated, Title: "Not signed in", Status: http.StatusUnauthorized,
			Detail: "Send a valid token in the header field Authorization, as Bearer TOKEN, or sign in.",
			Meaning: "The request carries no credential, or one that is unknown, expired or revoked, or " +
				"whose contact center is suspended; or the session has ended.",
			Remedy: "Send Authorization: Bearer with a valid token. Where a tool asks for the token, such as the " +
				"dialog Authorize of the reference, enter it alone: the tool adds the word. Ask an administrator " +
				"for a new token where yours no longer works. People sign in with POST /api/v1/session.",
			errs: []error{models.ErrUnauthenticated},
		},
		{
			Code: CodeSignInRefused, Title: "Sign-in refused", Status: http.StatusUnauthorized,
			Detail: "User name and password do not belong together, or the user may not sign in.",
			Meaning: "There is no such user, the password is another one, or the user is disabled or has no password; " +
				"or the contact center is suspended. Which of it is not said, so that nobody finds out who is there.",
			Remedy: "Check both, upper and lower case of the password included, and that this is the domain of your " +
				"contact center. After some failures you have to wait. An administrator can set a new password.",
			Instance: "/api/v1/session",
			errs:     []error{models.ErrSignInRefused},
		},
		{
			Code: CodeSSORequired, Title: "Sign in at your identity provider", Status: http.StatusForbidden,
			Detail: "Your contact center signs you in through its identity provider; open signInUrl in a browser.",
			Meaning: "The password is right, but single sign-on is on for the application that you use (Agent Desktop " +
				"for agents and supervisors, Admin for everybody else), and you do not have the privilege sso:bypass. " +
				"The attempt is on the audit record.",
			Remedy: "Open signInUrl in a browser. Where the identity provider is down, somebody with the privilege " +
				"sso:bypass can still sign in with a password; machines use tokens, to which this does not apply.",
			Members:  []ProblemMember{{Name: "signInUrl", Description: "where you sign in, in a browser"}},
			Extra:    map[string]any{"signInUrl": "https://mycompany.example/admin/sso/login"},
			Instance: "/api/v1/session",
			errs:     []error{models.ErrSSORequired},
		},
		{
			Code: CodeCrossOrigin, Title: "From another site", Status: http.StatusForbidden,
			Detail: "A browser sent this request for a page of another site; nothing was done.",
			Meaning: "By the header fields Sec-Fetch-Site and Origin the request comes from a page of another " +
				"origin, which could abuse the session of whoever looks at it.",
			Remedy: "Send such requests from pages of this server, or from a program, which sends neither header " +
				"field. Where a proxy changes the host name, set ADMIN_API_PUBLIC_URL to what browsers see.",
			Instance: "/api/v1/session",
		},
		{
			Code: CodeHTTPSRequired, Title: "HTTPS required", Status: http.StatusForbidden,
			Detail: "Signing in needs HTTPS. Serve it with ADMIN_API_TLS_CERT and ADMIN_API_TLS_KEY; or where a proxy does, " +
				"set ADMIN_API_PUBLIC_URL to its https:// address or name the proxy in ADMIN_API_TRUSTED_PROXIES.",
			Meaning: "Over plain HTTP anybody on the way could read the password and the session. Only on this " +
				"machine itself, by localhost, signing in works without HTTPS.",
			Remedy: "Use the https:// address. If you do, the server does not know it: set ADMIN_API_PUBLIC_URL to " +
				"that address, or ADMIN_API_TRUSTED_PROXIES to the proxy that sends X-Forwarded-Proto.",
			Instance: "/api/v1/session",
		},
		{
			Code: CodePasswordChangeRequired, Title: "Change your password first", Status: http.StatusForbidden,
			Detail: "Change your password with PUT /api/v1/me/password first.",
			Meaning: "An administrator chose the password, so it must be replaced before the session is good for " +
				"anything else.",
			Remedy: "Send currentPassword and newPassword to PUT /api/v1/me/password. The session goes on with the " +
				"new cookie of the answer.",
		},
	}
}
