package api

import (
	"slices"
	"time"
)

// Codes of the kinds of problems.
const (
	CodeMalformedJSON          = "malformed-json"
	CodeInvalidParameter       = "invalid-parameter"
	CodeInvalidCursor          = "invalid-cursor"
	CodeUnauthenticated        = "unauthenticated"
	CodeSignInRefused          = "sign-in-refused"
	CodeForbidden              = "forbidden"
	CodeSSORequired            = "single-sign-on-required"
	CodeCrossOrigin            = "cross-origin"
	CodeHTTPSRequired          = "https-required"
	CodePasswordChangeRequired = "password-change-required"
	CodeFeatureNotEnabled      = "feature-not-enabled"
	CodeNotFound               = "not-found"
	CodeMethodNotAllowed       = "method-not-allowed"
	CodeNameTaken              = "name-taken"
	CodeLimitReached           = "limit-reached"
	CodeDefaultTaken           = "default-taken"
	CodeInUse                  = "in-use"
	CodeLastAdministrator      = "last-administrator"
	CodeBuiltIn                = "built-in"
	CodeWouldLockOut           = "would-lock-out"
	CodeAlreadyExists          = "already-exists"
	CodeIdempotencyKeyInFlight = "idempotency-key-in-flight"
	CodeVersionMismatch        = "version-mismatch"
	CodeBodyTooLarge           = "body-too-large"
	CodeUnsupportedMediaType   = "unsupported-media-type"
	CodeValidationFailed       = "validation-failed"
	CodeIdempotencyKeyReused   = "idempotency-key-reused"
	CodePreconditionRequired   = "precondition-required"
	CodeRateLimited            = "rate-limited"
	CodeProbeRunning           = "probe-running"
	CodeUnavailable            = "unavailable"
	CodeTimeout                = "timeout"
	CodeInternalError          = "internal-error"
)

// ProblemKind describes one kind of problem. The pages under ProblemPath, the
// reference and the answers themselves are all made from these.
type ProblemKind struct {
	// Code is the stable name, kebab-case.
	Code   string
	Title  string
	Status int
	// Detail is what an answer says where nothing more is known.
	Detail string
	// Meaning explains the kind, Remedy what to do about it.
	Meaning, Remedy string
	// RetryAfter is how long to wait where nothing more is known; 0 for kinds
	// that do not pass by waiting.
	RetryAfter time.Duration
	// Members are the members that problems of the kind may have beside the
	// common ones.
	Members []ProblemMember
	// Extra and Instance are those of the example.
	Extra    map[string]any
	Instance string

	errs []error
}

// ProblemMember is a further member of a kind of problem.
type ProblemMember struct {
	Name, Description string
}

// ProblemKinds returns every kind of problem, ordered by status.
func ProblemKinds() []ProblemKind { return slices.Clone(problemKinds) }

// problemKinds is never changed. The last entry is what everything unknown
// becomes.
var problemKinds = slices.Concat(
	requestKinds(), signInKinds(), rightsKinds(), peopleKinds(), conflictKinds(), staleKinds(),
	documentKinds(), serverKinds(),
)
