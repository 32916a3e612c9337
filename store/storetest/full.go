//go:build full

package storetest

// full says that tests run on PostgreSQL too.
const full = true
