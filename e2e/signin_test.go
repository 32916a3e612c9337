//go:build full

package e2e_test

// The hosts of the tests of single sign-on: two sites.
const (
	ourHost      = "acme.example.test"
	providerHost = "idp.example.net"
)
