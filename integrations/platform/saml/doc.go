// Package saml has the SAML 2.0 messages that need no trust: requests to an
// identity provider, its metadata and ours. Guard is the door through which every
// document goes before a tree is built of it.
//
// It judges no response, verifies no signature and knows no account: what an
// identity provider asserts is judged by package sso/assertion alone.
package saml
