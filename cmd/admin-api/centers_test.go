package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestContactCentersBesideARunningServer(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"))
	code, out, errs := command(t, r.data, "contact-centers", "create", "New.example", "--name", "New  One",
		"--features", "aws, facebook", "--admin", "ann")
	require.Zero(t, code, errs)
	require.Regexp(t, `^[A-Za-z0-9_-]{20}\n$`, out, "the password, and nothing else")
	require.Contains(t, errs, "made contact center new.example")
	require.NotContains(t, errs, strings.TrimSpace(out))
	for want, args := range map[string][]string{
		`there is a contact center "new.example" already`: {"new.example"},
		"domain: The domain must be a host name":          {"no domain"},
		"features/0: ":                                    {"a.example", "--features", "teleport"},
	} {
		code, _, errs := command(t, r.data, append([]string{"contact-centers", "create"}, args...)...)
		require.Equal(t, 1, code)
		require.Contains(t, errs, "admin-api: "+want)
	}

	code, text, errs := command(t, r.data, "tokens", "create", "--contact-center", "new.example", "--scopes", "accounts:read")
	require.Zero(t, code, errs)
	r.token = strings.TrimSpace(text)
	status := func() int {
		res, _ := r.do(t, http.MethodGet, "/api/v1/integration-accounts", "")
		return res.StatusCode
	}
	require.Equal(t, http.StatusOK, status())
	code, out, errs = command(t, r.data, "contact-centers", "suspend", "NEW.example")
	require.Zero(t, code, errs)
	require.Contains(t, out, "new.example is suspended")
	require.Equal(t, http.StatusUnauthorized, status(), "at once")
	_, out, _ = command(t, r.data, "contact-centers", "list")
	require.Regexp(t, `(?m)^new\.example +New One +\S+ +yes +aws,facebook$`, out)
	require.Regexp(t, `(?m)^localhost +localhost +\S+ +no +single_sign_on,`, out)
	code, _, errs = command(t, r.data, "contact-centers", "resume", "new.example")
	require.Zero(t, code, errs)
	require.Equal(t, http.StatusOK, status())

	code, _, errs = command(t, r.data, "contact-centers", "suspend", "nowhere.example")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "nowhere.example")
	code, out, errs = command(t, r.data, "audit", "verify")
	require.Zero(t, code, out+errs)
}
