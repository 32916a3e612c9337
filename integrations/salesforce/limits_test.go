package salesforce

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/salesforce/salesforcetest"
)

func limits(t *testing.T, members map[string]any, handler http.Handler) ([]integrations.Usage, probed) {
	t.Helper()
	var out probed
	s := &integrations.Session{Transport: recorder{handler, &out.urls}}
	usage, err := decode(t, members).ReadLimits(t.Context(), s)
	if err != nil {
		require.True(t, errors.As(err, &out.failure))
		require.Empty(t, usage)
	}
	for _, step := range s.Steps() {
		out.steps = append(out.steps, step.Name+" "+string(step.Status))
	}
	out.identity = s.Identity()
	return usage, out
}

func TestReadLimits(t *testing.T) {
	usage, out := limits(t, nil, salesforcetest.Organization{Host: salesforcetest.Host})
	require.Equal(t, []integrations.Usage{
		{Name: "DailyApiRequests", Max: 15000, Remaining: 14982},
		{Name: "DataStorageMB", Max: 1024, Remaining: 1000},
		{Name: "PermissionSets", Max: 1500, Remaining: 1499},
	}, usage)
	require.Equal(t, []string{"authenticate passed", "limits passed"}, out.steps)
	require.Equal(t, salesforcetest.Identity, out.identity)
}

func TestReadLimitsRefused(t *testing.T) {
	org := salesforcetest.Organization{Host: salesforcetest.Host}
	with := func(change func(*salesforcetest.Organization)) http.Handler {
		o := org
		change(&o)
		return o
	}
	answering := func(document string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				org.ServeHTTP(w, r)
				return
			}
			salesforcetest.Answer(w, http.StatusOK, document)
		})
	}
	tests := []struct {
		name    string
		members map[string]any
		remote  http.Handler
		cause   integrations.Cause
		code    string
		calls   int
	}{
		{"no token", map[string]any{"refreshToken": nil}, org, integrations.CauseConfig, "not_authorized", 0},
		{
			"token refused", nil, with(func(o *salesforcetest.Organization) { o.Refused = "invalid_grant expired" }),
			integrations.CauseCredentials, "refresh_token_rejected", 1,
		},
		{
			"hidden", nil, with(func(o *salesforcetest.Organization) { o.Limited = true }),
			integrations.CausePermission, "limits_hidden", 2,
		},
		{
			"used up", nil,
			with(func(o *salesforcetest.Organization) {
				o.Status, o.Code = http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED"
			}),
			integrations.CauseRateLimited, "rate_limited", 2,
		},
		{
			"instance elsewhere", nil, with(func(o *salesforcetest.Organization) { o.Instance = "https://evil.example" }),
			integrations.CauseRemote, "instance_url_foreign", 1,
		},
		{"no object", nil, answering(`[]`), integrations.CauseRemote, "unexpected_answer", 2},
		{"not the limits", nil, answering(`{"DailyApiRequests":{"Max":"many"}}`), integrations.CauseRemote, "unexpected_answer", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, out := limits(t, tt.members, tt.remote)
			require.Equal(t, tt.cause, out.failure.Cause)
			require.Equal(t, tt.code, out.failure.Code)
			require.Len(t, out.urls, tt.calls)
			if tt.calls < 2 {
				require.Equal(t, []string{"authenticate failed", "limits skipped"}, out.steps)
			}
		})
	}
}

// TestLimitNames: texts of a remote system are not passed on as names.
func TestLimitNames(t *testing.T) {
	usage, err := readLimits(&integrations.Answer{Body: []byte(`{"DailyApiRequests":{"Max":1,"Remaining":0},
		"<script>":{"Max":1,"Remaining":0},"Call +1 555":{"Max":1,"Remaining":0},"Odd":7,"Half":{"Max":1}}`)})
	require.NoError(t, err)
	require.Equal(t, []integrations.Usage{{Name: "DailyApiRequests", Max: 1}}, usage)
}
