// Package aws is how types ask services of Amazon Web Services: regions and
// their names, requests signed with Signature Version 4, whose key it is, what
// refusals mean, and what access keys look like.
//
// It knows no service but the Security Token Service, and sends a key nowhere:
// a signature proves possession of it.
package aws
