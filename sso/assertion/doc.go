// Package assertion judges SAML 2.0 responses (SAML core, bindings section 3.5,
// profiles section 4.1): whether the identity provider of an account made one,
// for us, now, and whom it names. It says no more than that: it knows no
// requests, no browsers, no users, and does not remember what it accepted.
//
// What it refuses, it refuses with a stable code, the value that is wrong and
// what to do about it; what it saw on the way is in the report.
//
// One rule carries the rest: nothing is believed that was not read from the
// bytes whose digest a trusted key signed. A document is scanned by saml.Guard
// before a tree is made of it. The tree is checked for its shape (where
// signatures and assertions may stand, what they may refer to) and verified;
// who signed in is read from the canonical form that was digested, never from
// the tree that arrived.
//
// Of the libraries, etree holds the trees. goxmldsig makes canonical forms and
// verifies, after our own checks, because on its own it looks for signatures
// anywhere below an element, takes SHA-1 and any canonicalization, wants the
// account's certificate in KeyInfo, cannot read white space in signature values
// and reads ECDSA values in a form that XML Signature does not have. Of gosaml2
// only the vocabulary is used: its decoder inflates, tolerates several
// assertions, reports a wrong audience as a warning and needs no recipient, and
// its decryption takes PKCS #1 v1.5, which is an oracle.
//
// All of it is safe for concurrent use, and the work that a message can cause
// is bounded by its size.
package assertion
