// Package models holds the stored rows and the vocabulary that every other
// package shares: identifiers, times, scopes, features and sentinel errors.
//
// It is a leaf: it imports nothing of ours and knows neither the wire format
// (package api) nor the properties of any type (package integrations).
package models
