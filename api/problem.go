package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"admin-api/models"
	"admin-api/validation"
)

// ProblemMediaType is the media type of every problem (RFC 9457).
const ProblemMediaType = "application/problem+json"

// ProblemPath is where the pages stand that explain the problems.
const ProblemPath = "/docs/problems/"

// Problem is the answer to a request that was not carried out (RFC 9457).
type Problem struct {
	// Type leads to the page that explains the kind of problem.
	Type   string `json:"type" format:"uri-reference" example:"/docs/problems/not-found"`
	Title  string `json:"title" example:"Not found"`
	Status int    `json:"status" example:"404"`
	// Detail says what is wrong with this request and what to do.
	Detail string `json:"detail"`
	// Instance is the path of the request.
	Instance string `json:"instance" format:"uri-reference"`
	// Code is the stable name of the kind of problem, kebab-case.
	Code string `json:"code" example:"not-found"`
	// RequestID finds the request in the server's log.
	RequestID string `json:"requestId"`
	// Errors are all broken rules, for validation-failed only.
	Errors []Violation `json:"errors,omitempty"`

	// Extra are further members, by name; they may not take the name of one
	// above.
	Extra map[string]any `json:"-" swaggerignore:"true"`
	// ETag is the current entity tag without quotes, for the header field.
	ETag string `json:"-" swaggerignore:"true"`
	// RetryAfter, when positive, is for the header field.
	RetryAfter time.Duration `json:"-" swaggerignore:"true"`
}

// MarshalJSON writes the members above and then, in order, those of Extra.
func (p Problem) MarshalJSON() ([]byte, error) {
	type plain Problem // without this method
	b, err := Encode(plain(p))
	if err != nil || len(p.Extra) == 0 {
		return b, err
	}
	out := bytes.NewBuffer(bytes.TrimSuffix(b, []byte("}")))
	for _, name := range slices.Sorted(maps.Keys(p.Extra)) {
		if slices.Contains(problemMembers(), name) {
			continue
		}
		value, err := Encode(map[string]any{name: p.Extra[name]})
		if err != nil {
			return nil, fmt.Errorf("problem member %s: %w", name, err)
		}
		out.WriteByte(',')
		out.Write(value[1 : len(value)-1])
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// UnmarshalJSON reads the members above; all others go to Extra.
func (p *Problem) UnmarshalJSON(b []byte) error {
	type plain Problem // without this method
	if err := json.Unmarshal(b, (*plain)(p)); err != nil {
		return fmt.Errorf("problem: %w", err)
	}
	if err := json.Unmarshal(b, &p.Extra); err != nil {
		return fmt.Errorf("problem: %w", err)
	}
	for _, name := range problemMembers() {
		delete(p.Extra, name)
	}
	return nil
}

// problemMembers are the members that every problem may have.
func problemMembers() []string {
	return []string{"type", "title", "status", "detail", "instance", "code", "requestId", "errors"}
}

// RequestError is a refusal for which there is no sentinel in package models,
// because it concerns only how a request is written.
type RequestError struct {
	// Code is the problem's, one of the constants below.
	Code string
	// Detail is one sentence; empty takes the kind's own.
	Detail string
	// Extra holds further members of the problem.
	Extra map[string]any
	// RetryAfter, when positive, is how long to wait before trying again.
	RetryAfter time.Duration
}

// Error implements error.
func (e *RequestError) Error() string { return e.Code + ": " + e.Detail }

// NewProblem returns the problem that clients see for err. Instance and
// RequestID are left to the caller. Errors that have no kind become an opaque
// internal-error: their text is for the log only.
func NewProblem(err error) Problem {
	var broken validation.Errors
	var request *RequestError
	var refusal *models.RefusalError
	switch {
	case errors.As(err, &broken):
		p := kindOf(CodeValidationFailed).problem()
		p.Detail = brokenRules(len(broken))
		p.Errors = NewViolations(broken)
		return p
	case errors.As(err, &request):
		return kindOf(request.Code).problem().with(request.Detail, request.Extra, request.RetryAfter)
	case errors.As(err, &refusal):
		p := kindOf(codeOf(refusal)).problem().with(refusal.Detail, refusal.Extra, refusal.RetryAfter)
		p.ETag = refusal.ETag
		return p
	default:
		return kindOf(codeOf(err)).problem()
	}
}

// with puts what is known of this request in place of the kind's own.
func (p Problem) with(detail string, extra map[string]any, retryAfter time.Duration) Problem {
	if p.Code == CodeInternalError { // stays opaque
		return p
	}
	if detail != "" {
		p.Detail = detail
	}
	if retryAfter > 0 {
		p.RetryAfter = retryAfter
	}
	p.Extra = extra
	return p
}

func brokenRules(n int) string {
	if n == 1 {
		return "The request breaks one rule; it stands in errors."
	}
	return fmt.Sprintf("The request breaks %d rules; all of them stand in errors.", n)
}

// codeOf returns the code of the kind that an error belongs to.
func codeOf(err error) string {
	for i := range problemKinds {
		for _, sentinel := range problemKinds[i].errs {
			if errors.Is(err, sentinel) {
				return problemKinds[i].Code
			}
		}
	}
	return CodeInternalError
}

// kindOf returns the kind with the code. A code that has no kind is our own
// mistake and becomes the last one, internal-error.
func kindOf(code string) *ProblemKind {
	for i := range problemKinds {
		if problemKinds[i].Code == code {
			return &problemKinds[i]
		}
	}
	return &problemKinds[len(problemKinds)-1]
}

// problem returns a problem of the kind, as it is where nothing more is known.
func (k *ProblemKind) problem() Problem {
	return Problem{
		Type: ProblemPath + k.Code, Title: k.Title, Status: k.Status, Detail: k.Detail, Code: k.Code,
		RetryAfter: k.RetryAfter,
	}
}

// Example returns a made-up problem of the kind.
func (k ProblemKind) Example() Problem {
	p := k.problem()
	p.Instance = k.Instance
	if p.Instance == "" {
		p.Instance = "/api/v1/integration-accounts/0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"
	}
	p.RequestID = "0198c0de-8a10-7f02-8c11-5d6e7f809101"
	p.Extra = k.Extra
	if k.Code == CodeValidationFailed {
		p.Errors = NewViolations(exampleErrors())
	}
	return p
}

// exampleErrors are the broken rules of the example of validation-failed.
func exampleErrors() validation.Errors {
	return validation.Errors{
		{Pointer: "/name", Code: "required", Detail: "Give the account a name."},
		{Pointer: "/properties/url", Code: "https_url", Detail: "The address must start with https://."},
	}
}
