// Package scim is the protocol SCIM 2.0 (RFC 7643, RFC 7644): identity providers
// create, change, disable and find the users of a contact center, and its teams as
// groups. It reads requests, filters and patches, maps resources to people and
// back, and says what went wrong in the words of the protocol.
//
// It knows no HTTP, and decides nothing about people: package access judges,
// stores and records every change.
package scim
