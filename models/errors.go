package models

import "errors"

// The errors that the API tells apart. Packages wrap them with %w and add what
// they were doing; package api maps each to one problem document.
var (
	// ErrNotFound means that no such record exists in the contact center.
	ErrNotFound = errors.New("not found")
	// ErrNameTaken means that a live account, a user, a team or a role of the
	// contact center has the name.
	ErrNameTaken = errors.New("name already in use")
	// ErrLimitReached means that the contact center has the one account of the
	// type or family that it may have.
	ErrLimitReached = errors.New("only one such account per contact center")
	// ErrDefaultTaken means that another account of the family became its
	// default at the same moment.
	ErrDefaultTaken = errors.New("another account is the default")
	// ErrVersionMismatch means that the record changed since it was read.
	ErrVersionMismatch = errors.New("changed by someone else")
	// ErrInUse means that something that refers to the record protects it.
	ErrInUse = errors.New("in use")
	// ErrLastAdministrator means that nobody would be left who can administer the
	// contact center.
	ErrLastAdministrator = errors.New("last administrator")
	// ErrBuiltIn means that the record is part of the product and stays as it is.
	ErrBuiltIn = errors.New("built in")
	// ErrLockOut means that the actor, and perhaps everybody, would be shut out.
	ErrLockOut = errors.New("would lock out")
	// ErrExists means that a record with the same key exists.
	ErrExists = errors.New("already exists")
	// ErrUnavailable means that the database or a key cannot serve now; trying
	// again later can help.
	ErrUnavailable = errors.New("temporarily unavailable")
	// ErrUnauthenticated means that no valid credential was presented.
	ErrUnauthenticated = errors.New("no valid credential")
	// ErrSignInRefused means that user name and password do not belong together,
	// or the user may not sign in; which of it is not said.
	ErrSignInRefused = errors.New("sign-in refused")
	// ErrTooManyAttempts means that sign-ins under this name are blocked for a
	// while after failures.
	ErrTooManyAttempts = errors.New("too many failed attempts")
	// ErrSSORequired means that the password is right but the user must sign in
	// through the identity provider of the contact center.
	ErrSSORequired = errors.New("single sign-on required")
	// ErrForbidden means that the actor lacks the right.
	ErrForbidden = errors.New("not allowed")
	// ErrFeatureNotEnabled means that the service provider has not switched
	// the type's feature on.
	ErrFeatureNotEnabled = errors.New("feature not enabled")
	// ErrBadRequest means that a parameter or header cannot be understood.
	ErrBadRequest = errors.New("bad request")
	// ErrBadCursor means that a cursor was not made for the list at hand.
	ErrBadCursor = errors.New("bad cursor")
	// ErrPreconditionRequired means that If-Match is missing.
	ErrPreconditionRequired = errors.New("precondition required")
	// ErrIdempotencyConflict means that a request with the same idempotency key
	// is being worked on.
	ErrIdempotencyConflict = errors.New("idempotency key in flight")
	// ErrIdempotencyReused means that the idempotency key was used for another
	// request.
	ErrIdempotencyReused = errors.New("idempotency key reused")
	// ErrProbeRunning means that the account is being probed already.
	ErrProbeRunning = errors.New("a probe is running")
	// ErrRateLimited means that too many requests were made.
	ErrRateLimited = errors.New("too many requests")
)
