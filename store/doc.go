// Package store keeps the rows of package models in SQLite or PostgreSQL: it
// owns the schema, its migrations, transactions and the translation of driver
// errors into the sentinel errors of models.
//
// It is not the place for rules about what an account may hold, for who may do
// what, or for cryptography: it stores what it is given and guards only what
// several writers could break between them (uniqueness, versions, references).
// No other package imports GORM or a database driver.
package store
