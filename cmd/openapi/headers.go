package main

import "gopkg.in/yaml.v3"

// header describes a header field of answers.
type header struct {
	description string
	// pattern, when set, is what the value looks like.
	pattern string
	// always: it is there whenever an answer lists it.
	always  bool
	integer bool
	example string
}

// headerFields are the header fields of all answers, by component.
var headerFields = map[string]header{
	"AcceptPatch": {description: "Media types that PATCH reads.", pattern: `^application/merge-patch\+json$`},
	"Accept": {
		description: "Media types that the operation reads.",
		pattern:     `^application/(json|x-www-form-urlencoded|scim\+json)$`,
	},
	"Allow": {
		description: "Methods of the path.", always: true, pattern: `^[A-Z]+(, [A-Z]+)*$`, example: "GET, HEAD, OPTIONS",
	},
	"CacheControl": {description: "Whether the answer may be kept.", always: true, example: "no-store"},
	"ETag": {
		description: "Entity tag, for If-None-Match and If-Match.", always: true,
		pattern: `^(W/)?"[^"]+"$`, example: `"7-3"`,
	},
	"ETagSometimes": {
		description: "The current entity tag, where the request is about one account.",
		pattern:     `^"[^"]+"$`, example: `"7-3"`,
	},
	"ETagOfAccount": {
		description: "Entity tag of the account; absent from a report.", pattern: `^"[^"]+"$`, example: `"7-3"`,
	},
	"IdempotencyReplayed": {description: "true where the answer is that of an earlier request.", pattern: "^true$"},
	"Link": {
		description: "Address of the next page, with rel=next; absent from the last one.", pattern: `^<[^>]+>; rel="next"$`,
		example: `</api/v1/integration-accounts?cursor=eyJ2Ijox>; rel="next"`,
	},
	"Location": {
		description: "Address of what was made, or where to look instead.", always: true, pattern: "^(/|https?://)",
		example: "/api/v1/integration-accounts/0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a",
	},
	"RateLimit": {
		description: "What is left of the quota: r requests, and t seconds until there are more " +
			"(draft-ietf-httpapi-ratelimit-headers).",
		pattern: `^"[a-z]+";r=[0-9]+;t=[0-9]+$`, example: `"principal";r=49;t=1`,
	},
	"RateLimitPolicy": {
		description: "The quota: q requests in w seconds.", pattern: `^"[a-z]+";q=[0-9]+;w=[0-9]+$`,
		example: `"principal";q=50;w=1`,
	},
	"RetryAfter": {description: "Seconds to wait before trying again.", always: true, integer: true, example: "1"},
	"RetryAfterSometimes": {
		description: "Seconds to wait before trying again, where waiting helps.", integer: true, example: "1",
	},
	"ContentDisposition": {
		description: "How browsers save the document.", always: true, pattern: `^attachment; filename="[^"]+"$`,
		example: `attachment; filename="mycompany.example.xml"`,
	},
	"SetCookieOfBrowser": {
		description: "Gives a cookie: __Host-sso, which holds the secret of a browser that signs in, or that of the session.",
		pattern:     "^__Host-(sso|session)=", example: "__Host-sso=…; Path=/; HttpOnly; Secure; SameSite=None",
	},
	"SetCookie": {
		description: "Gives or takes the cookie of the session.", always: true, pattern: "^(__Host-)?session=",
		example: "__Host-session=…; Path=/; HttpOnly; Secure; SameSite=Lax",
	},
	"WWWAuthenticate": {
		description: "How to authenticate (RFC 6750).", always: true, pattern: "^(Bearer|Basic) ",
		example: `Bearer realm="admin-api", error="invalid_token"`,
	},
	"WWWAuthenticateSometimes": {
		description: "How to authenticate, or the scope that is missing (RFC 6750).", pattern: "^Bearer ",
		example: `Bearer realm="admin-api", error="insufficient_scope", scope="accounts:write"`,
	},
	"XRequestId": {
		description: "Finds the request in the server's log. A request may bring its own.", always: true,
		pattern: `^[A-Za-z0-9._:-]{1,128}$`, example: "0198c0de-8a10-7f02-8c11-5d6e7f809101",
	},
}

// headerNode returns a Header Object, false for a component that is not known.
func headerNode(component string) (*yaml.Node, bool) {
	h, known := headerFields[component]
	if !known {
		return nil, false
	}
	n := object("description", h.description)
	if h.always {
		set(n, "required", value(true))
	}
	if h.integer {
		set(n, "schema", object("type", "integer", "minimum", 1))
	} else {
		set(n, "schema", object("type", "string", "pattern", h.pattern))
	}
	switch {
	case h.example == "":
	case h.integer:
		set(n, "example", value(1))
	default:
		set(n, "example", text(h.example))
	}
	return n, true
}
