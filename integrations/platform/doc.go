// Package platform has no code. Its folders hold what types of several families
// share because one company serves them all: how a cloud signs requests, issues
// tokens and words its refusals. A folder knows how to ask, never what to ask:
// that belongs to the type.
package platform
