// Package api is the wire contract: the JSON documents that clients send and
// receive, and the RFC 9457 problems. The reference in openapi.yaml is made
// from these types.
//
// It serves nothing: package handlers knows HTTP, package accounts knows what
// an administrator may do. Documents of accounts and their lists are written by
// append-style encoders, because they are what clients read most.
package api
