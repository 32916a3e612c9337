package api

// ssoSymptoms are messages of identity providers: nothing comes here then, so no
// trace has them. POST …/test of the account finds what can be seen from outside.
func ssoSymptoms() []SSOKind {
	return []SSOKind{
		{
			Code: "sso-azure-identifier-not-found", Title: "Azure: application with identifier was not found",
			Meaning: "Microsoft shows AADSTS700016, \"Application with identifier … was not found in the directory\". The " +
				"name with which we ask is our entity id, the domain of the contact center with _sso, and no enterprise " +
				"application of that directory has it as its identifier.",
			Where: "At Microsoft: Basic SAML Configuration > Identifier (Entity ID). Here: the directory in " +
				"identityProviderSsoUrl.",
			Remedy: "Enter our entity id as identifier, letter by letter. " + seeSetup + " If it is right, the login " +
				"address is that of another directory: copy Login URL again. POST …/test of the account finds this.",
		},
		{
			Code: "sso-azure-not-found", Title: "Azure: HTTP 404 after signing in",
			Meaning: "The person signs in at Microsoft, and then the browser shows \"404 Not Found\". The browser was " +
				"sent to " +
				"a reply address that is not there: another path, or a host that is no contact center.",
			Where: "At Microsoft: Basic SAML Configuration > Reply URL (Assertion Consumer Service URL).",
			Remedy: "Enter the reply address of the application, with https:// and without anything behind it. " + seeSetup +
				" If the host name is right and it is still 404, a proxy in front of the server does not pass the path on. " +
				"POST …/test of the account finds where ours is missing there. A wrong one that stands beside it, and is the " +
				"default, shows in a sign-in from My Apps only.",
		},
		{
			Code: "sso-azure-redirect", Title: "Azure: back to Microsoft with HTTP 404",
			Meaning: "The browser is sent on to an address of Microsoft and gets 404 there. Either a relay state is set, " +
				"which sends people away from the reply address; or two enterprise applications have a reply address of " +
				"the same contact center, and the wrong one answered.",
			Where: "At Microsoft: Basic SAML Configuration > Relay State (Optional), and the reply addresses of all " +
				"enterprise applications.",
			Remedy: "Leave the relay state and the logout address empty, and keep one enterprise application for the " +
				"contact center, with the reply addresses of both sections. A relay state that comes here " +
				"leads to paths of the contact center only; any other is " +
				"ignored.",
		},
	}
}
