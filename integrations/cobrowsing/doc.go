// Package cobrowsing describes the types of the family Co-browsing, one file
// each: accounts through which agents see the page that a customer sees.
//
// It judges what an administrator enters and can test it against the vendor. It
// starts and joins no session.
package cobrowsing
