package api

import (
	"net/http"

	"admin-api/models"
)

// peopleKinds are conflicts about users and roles.
func peopleKinds() []ProblemKind {
	return []ProblemKind{
		{
			Code: CodeLastAdministrator, Title: "Last administrator", Status: http.StatusConflict,
			Detail: "This is the last administrator of the contact center who is not disabled.",
			Meaning: "The user is the only one left with the role Administrator who is not disabled, or the only one of " +
				"these who has a password, while administrators do not sign in through an identity provider. Without that " +
				"user nobody of the contact center could administer it. The refusal is on the audit record.",
			Remedy: "Give the role Administrator and a password to somebody else, or enable another administrator; then " +
				"repeat the request.",
			errs: []error{models.ErrLastAdministrator}, Instance: "/api/v1/users/0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a",
		},
		{
			Code: CodeBuiltIn, Title: "Built in", Status: http.StatusConflict,
			Detail: "Built-in roles stay as they are.",
			Meaning: "The roles Agent, Supervisor and Administrator are the same in every contact center; nobody can " +
				"change or delete them. The refusal is on the audit record.",
			Remedy: "Make a role of your own with the privileges that you want, and give it to users beside the " +
				"built-in one or in its place.",
			errs: []error{models.ErrBuiltIn}, Instance: "/api/v1/roles/00000000-0000-7000-8000-000000000001",
		},
	}
}
