package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"admin-api/handlers"
	"admin-api/models"
)

// rightsPage is the path of the page about rights.
const rightsPage = "docs/rights.md"

// rights writes the matrix of operations, scopes and roles from the tables that
// the program decides by.
func rights(routes []handlers.Route, roles []models.Role) []byte {
	var b bytes.Buffer
	b.WriteString(`# Who may do what

This page is made by ` + "`make generate`" + ` from the table of routes and the built-in roles, by which the program
decides.

A request is made with a token or in the session of a user. A token carries *scopes*, the roles of a user give
*privileges*; both are the same words, and none implies another. A custom role gives whatever privileges it was made
with. A token that a user made does no more than that user may at the moment. Where the table says so a session does not
do, or a token does not. No operation needs ` + "`sso:bypass`" + `: it lets a user sign in with a password where single
sign-on is on. None of the built-in roles has it; Administrator may give it.

| operation | needs |`)
	for _, role := range roles {
		b.WriteString(" " + role.Name + " |")
	}
	b.WriteString("\n| --- | --- |" + strings.Repeat(" --- |", len(roles)) + "\n")
	for _, r := range routes {
		fmt.Fprintf(&b, "| `%s %s` | %s |", r.Method, strings.ReplaceAll(r.Path, "|", `\|`), needs(r))
		for _, role := range roles {
			b.WriteString(" " + mark(r, role) + " |")
		}
		b.WriteString("\n")
	}
	return b.Bytes()
}

func needs(r handlers.Route) string {
	switch {
	case r.Scope == "":
		return "nothing"
	case r.Scope == handlers.SignedIn && handlers.NeedsSession(r):
		return "a session"
	case r.Scope == handlers.SignedIn:
		return "a token or session"
	case handlers.NeedsToken(r):
		return "`" + r.Scope + "` in a token"
	}
	return "`" + r.Scope + "`"
}

func mark(r handlers.Route, role models.Role) string {
	switch {
	case r.Scope != "" && r.Scope != handlers.SignedIn && !slices.Contains(role.Privileges, r.Scope):
		return ""
	case handlers.NeedsToken(r):
		return "by token"
	}
	return "yes"
}
