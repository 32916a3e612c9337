//go:build cgo

package storetest

// sqliteDriver is the name under which the store's driver is registered.
const sqliteDriver = "sqlite3"
