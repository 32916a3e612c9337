// Package accounts is what an administrator does with integration accounts:
// create, read, list, change, delete, probe, roll back. Every way in (API, web
// page, commands) goes through its Service, so that no rule holds in one and
// not in another.
//
// A change is judged and sealed first, without holding the database, and then
// written in one transaction together with its version, its audit record and
// its idempotency record.
//
// A property is a destination where it decides to which peer a secret is sent
// or how that peer is authenticated. Changing one while a stored secret would
// be kept is refused at every door: someone who may edit, but not read, an
// account could otherwise send its secret to a host of their own.
//
// A secret that is tagged generated is one that the remote system learns from us,
// such as the word with which a webhook is verified. A create that does not give
// it, and any change that sets it to null, makes a new one, which the answer to
// that write shows and nothing ever after.
//
// Some accounts decide how administrators sign in. A change that leaves them an
// identity provider alone is refused at every door unless somebody could undo it:
// a user with a password and the privileges for it, or a test sign-in shows that
// nobody has to. The last such user cannot be taken away either; access asks here.
//
// The package knows no HTTP and no single type.
package accounts
