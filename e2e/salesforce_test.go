//go:build full

package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/program"
	"admin-api/integrations/salesforce/salesforcetest"
)

// salesforceTour has a double of Salesforce. A browser is played where the guide
// wants one.
func salesforceTour(t *testing.T) tour {
	org := salesforcetest.Organization{
		Host:    salesforcetest.Host,
		Consent: &salesforcetest.Consent{Callbacks: []string{"https://" + domain + "/admin/salesforcecallback.html"}},
	}
	addr, authority := salesforcetest.Serve(t, org)
	return tour{
		settings: []string{
			"ADMIN_API_BOOTSTRAP_DOMAIN=" + domain,
			"ADMIN_API_OUTBOUND_CONNECT_TO=*:443=" + addr, "ADMIN_API_OUTBOUND_CA=" + authority,
		},
		env:     []string{"CONSUMER_KEY=" + salesforcetest.Key, "CONSUMER_SECRET=" + salesforcetest.Secret},
		instead: map[string]string{"browser": "touch consent; until [ -e consented ]; do sleep 0.05; done"},
		meanwhile: func(t *testing.T, p *program.Program) {
			dir := filepath.Dir(p.Data)
			eventually(t, "the guide comes to the browser", func(context.Context) bool {
				_, err := os.Stat(filepath.Join(dir, "consent"))
				return err == nil
			})
			page := browse(t, p, org, filepath.Join(dir, "authorization.json"))
			require.Contains(t, page, "Salesforce is connected")
			require.NoError(t, os.WriteFile(filepath.Join(dir, "consented"), nil, 0o600))
		},
	}
}

// browse plays a browser: to the double, and back to the program.
func browse(t *testing.T, p *program.Program, org salesforcetest.Organization, file string) string {
	t.Helper()
	var begun struct{ AuthorizationURL string }
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &begun))
	w := httptest.NewRecorder()
	org.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, begun.AuthorizationURL, http.NoBody))
	back, err := url.Parse(w.Header().Get("Location"))
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL+back.RequestURI(), http.NoBody)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(res.Body)
	require.NoError(t, err)
	return body.String()
}
