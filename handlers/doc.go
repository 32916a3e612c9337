// Package handlers is all of Echo: the table of routes, what stands around
// every request (id, log, metrics, header fields, limits, who asks), one file
// per resource, and the one place where errors become answers.
//
// It holds no rule of business and talks to services, never to the store or to
// the network outside.
//
// A request is checked in this order, and the first refusal is the answer:
// path (404), method (405), origin (403; not where browsers bring answers of identity
// providers), credential (401), rate (429), password to
// be changed (403), contact center (403, 404), scope or session (403), query (400),
// media type (415), size of the body (413);
// then the service judges header fields, document and record.
//
//	@title           admin-api
//	@version         1
//	@description     Administers the integration accounts of contact centers: the stored, typed settings and
//	@description     credentials with which they work with third-party systems; with the people and tokens that may do
//	@description     so, and the record of what they did. Every answer that is not a success is
//	@description     an RFC 9457 problem, but for pages that browsers are sent to; each kind is explained under
//	@description     [/docs/problems/](/docs/problems/).
//	@license.name    Apache-2.0
//	@license.url     https://www.apache.org/licenses/LICENSE-2.0
//	@BasePath        /api/v1
//	@accept          json
//	@produce         json
//	@tag.name        sign-in
//	@tag.description Sessions of people, their passwords, and the client-credentials call of machines.
//	@tag.name        types
//	@tag.description What kinds of accounts there are, and what their forms and schemas look like.
//	@tag.name        accounts
//	@tag.description The accounts themselves.
//	@tag.name        sets
//	@tag.description Accounts as a whole, as they are to be: export, plan, apply.
//	@tag.name        checks
//	@tag.description Whether a draft is valid, and whether an account works.
//	@tag.name        history
//	@tag.description What accounts looked like before.
//	@tag.name        references
//	@tag.description Who uses an account.
//	@tag.name        credentials
//	@tag.description The secrets, for the contact center's own runtime.
//	@tag.name        sso
//	@tag.description Single sign-on: its set-up, test sign-ins, and why sign-ins failed.
//	@tag.name        people
//	@tag.description Users, their teams, and the roles that give them privileges.
//	@tag.name        provisioning
//	@tag.description SCIM 2.0, by which identity providers make and change users and teams. It stands outside the base path
//	@tag.description and refuses requests in its own words.
//	@tag.name        tokens
//	@tag.description What scripts and machines authenticate with.
//	@tag.name        contact centers
//	@tag.description The tenants of the service provider, and the features that are on for each.
//	@tag.name        events
//	@tag.description What happens to the accounts, as a feed and by webhooks: ids and types only.
//	@tag.name        audit
//	@tag.description The record of changes: who did what, and the proof that nothing is missing.
//	@tag.name        browser
//	@tag.description Where browsers go to sign in, and come back to from a remote system. These stand outside the base path.
//	@tag.name        operations
//	@tag.description Whether the server works, and what it counts. These stand outside the base path.
//
//	@securityDefinitions.apikey BearerAuth
//	@in                         header
//	@name                       Authorization
//	@description                The token alone (aat_…); the word Bearer is added for you. Each operation names the
//	@description                scope that it needs.
package handlers
