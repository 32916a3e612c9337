package models

import "time"

// AccountView is an account as it is shown: the row and what is worked out
// when it is read.
type AccountView struct {
	Account
	// Unreadable lists the pointers of secrets whose wrapping key is not at
	// hand.
	Unreadable []string
	// Computed holds read-only values by name.
	Computed map[string]string
}

// ETag is the entity tag without its quotes.
func (v *AccountView) ETag() string { return v.Account.ETag(len(v.Unreadable) > 0) }

// CheckResult is the answer of a probe, in its wire form.
type CheckResult struct {
	ID             string      `json:"id,omitempty"`
	Status         string      `json:"status"` // passed, failed, partial, unsupported
	Cause          *string     `json:"cause"`  // null unless failed
	Steps          []CheckStep `json:"steps"`
	Identity       string      `json:"identity,omitempty"`
	Reason         string      `json:"reason,omitempty"` // why a type is unsupported
	Retryable      bool        `json:"retryable"`
	DurationMs     int64       `json:"durationMs"`
	CheckedAt      Time        `json:"checkedAt"`
	CheckedBy      string      `json:"checkedBy,omitempty"`
	AccountVersion int64       `json:"accountVersion,omitempty"`
	Draft          bool        `json:"draft"`
}

// Outcomes of a check.
const (
	CheckPassed      = "passed"
	CheckFailed      = "failed"
	CheckPartial     = "partial"
	CheckUnsupported = "unsupported"
)

// CheckStep is one step of a check.
type CheckStep struct {
	Name              string `json:"name"`
	Status            string `json:"status"` // passed, failed, warning, skipped
	DurationMs        int64  `json:"durationMs"`
	Code              string `json:"code,omitempty"`
	HTTPStatus        int    `json:"httpStatus,omitempty"`
	Detail            string `json:"detail,omitempty"`
	Hint              string `json:"hint,omitempty"`
	RetryAfterSeconds int64  `json:"retryAfterSeconds,omitempty"`
}

// LimitsResult is what a remote system says of how much of it may be used.
type LimitsResult struct {
	Status         string // passed, failed, partial
	Limits         []Usage
	Cause          *string // nil unless failed
	Steps          []CheckStep
	Identity       string
	Retryable      bool
	DurationMs     int64
	CheckedAt      Time
	AccountVersion int64
}

// Usage is one limit of a remote system.
type Usage struct {
	Name      string `json:"name"`
	Max       int64  `json:"max"`
	Remaining int64  `json:"remaining"`
}

// RefusalError says why a request was not carried out: a sentinel error of this
// package with what the client should know about it.
type RefusalError struct {
	// Err is the sentinel; errors.Is finds it.
	Err error
	// Detail is one sentence: what is wrong and what to do. Never a secret.
	Detail string
	// Extra holds further members of the problem document.
	Extra map[string]any
	// ETag is the current entity tag without quotes, for ErrVersionMismatch.
	ETag string
	// RetryAfter, when positive, is how long to wait before trying again.
	RetryAfter time.Duration
}

// Error implements error.
func (r *RefusalError) Error() string { return r.Err.Error() + ": " + r.Detail }

// Unwrap returns the sentinel.
func (r *RefusalError) Unwrap() error { return r.Err }
