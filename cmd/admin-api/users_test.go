package main

import (
	"bytes"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func setPassword(t *testing.T, data, typed string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := &program{ctx: t.Context(), stdin: strings.NewReader(typed), stdout: &out, stderr: &errs}
	code = run(p, append([]string{"users", "set-password", "--data", data}, args...))
	return code, out.String(), errs.String()
}

// An operator lets in who is locked out, beside a running server.
func TestSetPasswordBesideARunningServer(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"), "--login-rate-limit", "off", "--bootstrap-password", "correct horse")
	signIn := func(password string) int {
		res, _ := r.do(t, http.MethodPost, "/api/v1/session", `{"username":"admin","password":"`+password+`"}`)
		return res.StatusCode
	}
	require.Equal(t, http.StatusCreated, signIn("correct horse"))
	for range 5 {
		require.Equal(t, http.StatusUnauthorized, signIn("wrong"))
	}
	require.Equal(t, http.StatusTooManyRequests, signIn("correct horse"))

	code, out, errs := setPassword(t, r.data, "a quiet lake\r\n", "--contact-center", "localhost", "ADMIN")
	require.Zero(t, code, errs)
	require.Contains(t, out, "admin has the new password")
	require.NotContains(t, out+errs, "quiet lake")
	require.Equal(t, http.StatusCreated, signIn("a quiet lake"))

	for typed, want := range map[string]string{"": "at least 8", "short\n": "at least 8", "ADMIN   \n": "user name"} {
		code, _, errs = setPassword(t, r.data, typed, "--contact-center", "localhost", "admin")
		require.Equal(t, 1, code)
		require.Contains(t, errs, want)
	}
	code, _, errs = setPassword(t, r.data, "a quiet lake\n", "--contact-center", "localhost", "nobody")
	require.Equal(t, 1, code)
	require.Contains(t, errs, `no user "nobody" in localhost`)
}

func TestSignInIsLimitedByDefault(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	for range 10 {
		res, _ := r.do(t, http.MethodPost, "/api/v1/session", `{}`)
		require.Equal(t, http.StatusUnprocessableEntity, res.StatusCode)
	}
	res, _ := r.do(t, http.MethodPost, "/api/v1/session", `{}`)
	require.Equal(t, http.StatusTooManyRequests, res.StatusCode)
	require.Equal(t, "6", res.Header.Get("Retry-After"))
}
