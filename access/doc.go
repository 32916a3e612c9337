// Package access decides who may do what: contact centers and their features,
// users, teams and roles, tokens and their scopes, passwords and sessions, and
// the bootstrap of an empty database.
//
// It knows no HTTP: package handlers reads the credential from the request.
package access
