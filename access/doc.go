// Package access decides who may do what: bearer tokens and their scopes,
// passwords, contact centers and their features, and the bootstrap of an empty
// database.
//
// It knows no HTTP: package handlers reads the credential from the request.
package access
