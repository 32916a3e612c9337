package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/models"
	"admin-api/validation"
)

func bytesReader(b []byte) io.Reader { return bytes.NewReader(b) }

// memberNames returns the members of the object that the decoder reads.
func memberNames(t *testing.T, dec *json.Decoder) []string {
	t.Helper()
	start, err := dec.Token()
	require.NoError(t, err)
	require.Equal(t, json.Delim('{'), start)
	var names []string
	for dec.More() {
		name, err := dec.Token()
		require.NoError(t, err)
		names = append(names, name.(string))
		var value json.RawMessage
		require.NoError(t, dec.Decode(&value))
	}
	return names
}

func TestNewProblem(t *testing.T) {
	tests := []struct {
		err    error
		code   string
		status int
	}{
		{models.ErrBadRequest, api.CodeInvalidParameter, http.StatusBadRequest},
		{models.ErrBadCursor, api.CodeInvalidCursor, http.StatusBadRequest},
		{models.ErrUnauthenticated, api.CodeUnauthenticated, http.StatusUnauthorized},
		{models.ErrForbidden, api.CodeForbidden, http.StatusForbidden},
		{models.ErrFeatureNotEnabled, api.CodeFeatureNotEnabled, http.StatusForbidden},
		{models.ErrNotFound, api.CodeNotFound, http.StatusNotFound},
		{models.ErrNameTaken, api.CodeNameTaken, http.StatusConflict},
		{models.ErrLimitReached, api.CodeLimitReached, http.StatusConflict},
		{models.ErrDefaultTaken, api.CodeDefaultTaken, http.StatusConflict},
		{models.ErrInUse, api.CodeInUse, http.StatusConflict},
		{models.ErrExists, api.CodeAlreadyExists, http.StatusConflict},
		{models.ErrIdempotencyConflict, api.CodeIdempotencyKeyInFlight, http.StatusConflict},
		{models.ErrVersionMismatch, api.CodeVersionMismatch, http.StatusPreconditionFailed},
		{models.ErrIdempotencyReused, api.CodeIdempotencyKeyReused, http.StatusUnprocessableEntity},
		{models.ErrPreconditionRequired, api.CodePreconditionRequired, http.StatusPreconditionRequired},
		{models.ErrProbeRunning, api.CodeProbeRunning, http.StatusTooManyRequests},
		{models.ErrRateLimited, api.CodeRateLimited, http.StatusTooManyRequests},
		{models.ErrUnavailable, api.CodeUnavailable, http.StatusServiceUnavailable},
		{context.Canceled, api.CodeUnavailable, http.StatusServiceUnavailable},
		{context.DeadlineExceeded, api.CodeTimeout, http.StatusServiceUnavailable},
		{errors.New("dial postgres://ann:s3cr3t@db"), api.CodeInternalError, http.StatusInternalServerError},
		{&api.RequestError{Code: api.CodeInvalidCursor}, api.CodeInvalidCursor, http.StatusBadRequest},
		{&api.RequestError{Code: "no-such-code", Detail: "x"}, api.CodeInternalError, http.StatusInternalServerError},
		{validation.Errors{{Code: "type"}}, api.CodeValidationFailed, http.StatusUnprocessableEntity},
	}
	for _, tt := range tests {
		t.Run(tt.err.Error(), func(t *testing.T) {
			p := api.NewProblem(fmt.Errorf("update account 7: %w", tt.err))
			require.Equal(t, tt.code, p.Code)
			require.Equal(t, tt.status, p.Status)
			require.Equal(t, "/docs/problems/"+tt.code, p.Type)
			require.NotEmpty(t, p.Title)
			require.NotEmpty(t, p.Detail)
			require.NotContains(t, p.Detail, "update account 7", "the chain of an error is for the log")
			require.NotContains(t, p.Detail, "s3cr3t")
		})
	}
}

func TestNewProblemTakesWhatARefusalKnows(t *testing.T) {
	p := api.NewProblem(fmt.Errorf("delete: %w", &models.RefusalError{
		Err: models.ErrVersionMismatch, Detail: "Read it again.", Extra: map[string]any{"a": 1}, ETag: "8-0",
		RetryAfter: 3 * time.Second,
	}))
	require.Equal(t, "Read it again.", p.Detail)
	require.Equal(t, map[string]any{"a": 1}, p.Extra)
	require.Equal(t, "8-0", p.ETag)
	require.Equal(t, 3*time.Second, p.RetryAfter)
}

func TestNewProblemKeepsAnUnknownRefusalOpaque(t *testing.T) {
	p := api.NewProblem(&models.RefusalError{Err: errors.New("odd"), Detail: "s3cr3t", Extra: map[string]any{"x": "s3cr3t"}})
	b, err := api.Encode(p)
	require.NoError(t, err)
	require.Equal(t, http.StatusInternalServerError, p.Status)
	require.NotContains(t, string(b), "s3cr3t")
}

func TestNewProblemReportsEveryViolation(t *testing.T) {
	p := api.NewProblem(fmt.Errorf("create: %w", validation.Errors{
		{Pointer: "", Code: "type", Detail: "a"},
		{Pointer: "/labels/a~1b c%\"é", Code: "label_key", Detail: "b", Params: map[string]any{"max": 63}},
	}))
	require.Equal(t, []api.Violation{
		{Pointer: "#", Code: "type", Detail: "a"},
		{Pointer: "#/labels/a~1b%20c%25%22%C3%A9", Code: "label_key", Detail: "b", Params: map[string]any{"max": 63}},
	}, p.Errors)
	require.Contains(t, p.Detail, "2 rules")
}

func TestProblemJSON(t *testing.T) {
	p := api.NewProblem(&models.RefusalError{Err: models.ErrInUse, Extra: map[string]any{
		"references": []map[string]string{{"key": "a<b"}}, "another": true, "status": 200, "detail": "overwritten",
	}})
	p.Instance, p.RequestID = "/api/v1/x", "r1"
	b, err := api.Encode(p)
	require.NoError(t, err)
	require.Equal(t,
		[]string{"type", "title", "status", "detail", "instance", "code", "requestId", "another", "references"},
		memberNames(t, json.NewDecoder(bytes.NewReader(b))))
	require.Contains(t, string(b), `"a<b"`)

	var back api.Problem
	require.NoError(t, json.Unmarshal(b, &back))
	require.Equal(t, http.StatusConflict, back.Status)
	require.Equal(t, p.Detail, back.Detail)
	require.Len(t, back.Extra, 2)
}

func TestProblemKindsAreComplete(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	seen := map[string]bool{}
	for _, k := range api.ProblemKinds() {
		t.Run(k.Code, func(t *testing.T) {
			require.Regexp(t, kebab, k.Code)
			require.False(t, seen[k.Code], "stands twice")
			seen[k.Code] = true
			require.GreaterOrEqual(t, k.Status, 400)
			require.NotEmpty(t, http.StatusText(k.Status))
			for _, sentence := range []string{k.Detail, k.Meaning, k.Remedy} {
				require.True(t, strings.HasSuffix(sentence, "."), sentence)
				require.NotContains(t, sentence, "  ")
			}
			waits := k.Status == http.StatusTooManyRequests || k.Status == http.StatusServiceUnavailable
			if waits {
				require.Positive(t, k.RetryAfter, "the table of statuses promises Retry-After")
			}
			example := k.Example()
			require.Equal(t, k.Status, example.Status)
			require.NotEmpty(t, example.Instance)
			require.NotEmpty(t, example.RequestID)
			for name := range example.Extra {
				require.Contains(t, memberList(k), name, "a member of the example is not described")
			}
		})
	}
	kinds := api.ProblemKinds()
	require.Equal(t, api.CodeInternalError, kinds[len(kinds)-1].Code, "unknown errors become the last kind")
}

func memberList(k api.ProblemKind) []string {
	var names []string
	for _, m := range k.Members {
		names = append(names, m.Name)
	}
	return names
}
