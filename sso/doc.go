// Package sso is the SAML 2.0 service provider of a contact center: it sends
// browsers to the identity provider that the account of the type sso names,
// accepts what they bring back, makes users just in time, begins sessions, and
// keeps what an administrator needs to find out why a sign-in failed.
//
// What an identity provider sends is judged by the package sso/assertion alone;
// messages that need no trust (requests, metadata) by integrations/platform/saml.
package sso
