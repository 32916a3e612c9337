package api

import "net/http"

// ssoUserKinds are about who the provider says it is.
func ssoUserKinds() []SSOKind {
	return []SSOKind{
		{
			Code: "sso-user-unknown", Title: "No such user", Status: http.StatusForbidden,
			Meaning: "The provider vouches for somebody whose NameID is the user name of nobody here, and just-in-time " +
				"provisioning is off. The NameID is compared with the user name only, never with the e-mail address.",
			Where: "In the NameID of the answer, which the trace shows, and the user names of the contact center.",
			Remedy: "Let the provider send the user name as NameID; or make a user with that name; or switch " +
				"just-in-time provisioning on for the section.",
			Providers: []SSOHint{
				{entra, "Attributes & Claims > Unique User Identifier (Name ID): user.userprincipalname, or whatever holds " +
					"the user name."},
				{okta, "Sign On > Application username: the e-mail address by default; choose what holds the user name."},
				{adfs, "Claim Issuance Policy: a rule that sends the user name as Name ID."},
				{google, "Service provider details > Name ID: Basic Information > Primary email, or another attribute."},
				{oneLogin, "Parameters > NameID value: the e-mail address by default; choose what holds the user name."},
			},
		},
		{
			Code: "sso-user-disabled", Title: "The user is disabled", Status: http.StatusForbidden,
			Meaning: "There is a user with this name, and the user is disabled. Nobody else comes in under the name, and no " +
				"other user is made.",
			Where:  "In disabled of the user.",
			Remedy: "Enable the user here, or take the application from the person at the provider.",
		},
		{
			Code: "sso-not-an-administrator", Title: "Not an administrator", Status: http.StatusForbidden,
			Meaning: "The sign-in was for the administrator portal, and the user may do nothing there: no role gives more " +
				"than those of an agent or a supervisor.",
			Where:  "In the roles of the user.",
			Remedy: "Sign in to Agent Desktop instead, or give the user the role of an administrator.",
		},
		{
			Code: "sso-template-unfit", Title: "The template cannot be used", Status: http.StatusForbidden,
			Meaning: "A user would be made just in time, but the template was deleted, is disabled, or has no longer the " +
				"role that the section needs: agent or supervisor for Agent Desktop, administrator for the portal.",
			Where:  "In templateUserId of the section, and in the roles of that user.",
			Remedy: "Choose another template, or give it the role. A user that nobody works as is best.",
		},
		{
			Code: "sso-user-incomplete", Title: "Name of the user cannot be used", Status: http.StatusForbidden,
			Meaning: "A user would be made just in time, but the answer has no usable FirstName or LastName. Names of " +
				"attributes are compared without regard to case and without the address before the last slash.",
			Where:  "In the attributes of the answer; the trace lists those that came.",
			Remedy: "Let the provider send FirstName, LastName and, if wanted, Email.",
			Providers: []SSOHint{
				{entra, "Attributes & Claims: FirstName = user.givenname, LastName = user.surname, Email = user.mail."},
				{okta, "Attribute Statements: FirstName = user.firstName, LastName = user.lastName, Email = user.email."},
				{adfs, "Claim Issuance Policy: Given-Name as FirstName, Surname as LastName, E-Mail-Addresses as Email."},
				{google, "Attribute mapping: First name to FirstName, Last name to LastName, Primary email to Email."},
			},
		},
		{
			Code: "sso-provisioning-refused", Title: "User cannot be created", Status: http.StatusForbidden,
			Meaning: "A user would be made just in time, but what the answer says breaks a rule for users, such as the " +
				"length of a name or the form of the e-mail address.",
			Where:  "In the NameID and the attributes of the answer; the trace names the rule.",
			Remedy: "Correct the value at the provider, or make the user here by hand.",
		},
	}
}
