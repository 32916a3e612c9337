package handlers_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/models"
)

const importPath = "/api/v1/sso/import-metadata"

func importBody(t testing.TB, members map[string]string) string {
	t.Helper()
	text, err := json.Marshal(members)
	require.NoError(t, err)
	return string(text)
}

func oktaMetadata(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../integrations/platform/saml/testdata/metadata/okta.xml")
	require.NoError(t, err)
	return string(text)
}

// Metadata are read from the document or from its address, alike, and nothing is
// stored.
func TestImportMetadata(t *testing.T) {
	s := newStack(t)
	s.Remote.play(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(oktaMetadata(t))) })
	before := s.dump(t)
	sent := decode[api.SSOImport](t, s.must(t, http.StatusOK, call{
		Method: "POST", Path: importPath, Body: importBody(t, map[string]string{"xml": oktaMetadata(t), "section": "admin"}),
	}))
	require.Equal(t, models.SectionAdmin, sent.Section)
	require.Equal(t, "okta", sent.Provider)
	require.Equal(t, "http://www.okta.com/exk1a2b3c4D5e6F7g8h9", sent.Proposal.IdentityProviderIssuer)
	require.Len(t, sent.Proposal.IdentityProviderCertificates, len(sent.Found.Certificates))
	require.NotEmpty(t, sent.Found.Certificates[0].SHA256)
	for _, v := range sent.Warnings {
		require.True(t, strings.HasPrefix(v.Pointer, "#"), v.Pointer)
	}

	fetched := decode[api.SSOImport](t, s.must(t, http.StatusOK, call{
		Method: "POST", Path: importPath, Body: importBody(t, map[string]string{"url": "https://acme.zendesk.com/metadata", "section": "admin"}),
	}))
	require.Equal(t, sent, fetched)
	require.Equal(t, before, s.dump(t))
}

// Nothing is a failure of ours, and what others answer is not passed on.
func TestImportMetadataRefuses(t *testing.T) {
	s := newStack(t)
	s.Remote.play(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte("stranger's page"))
	})
	for name, tt := range map[string]struct{ body, violation string }{
		"neither":     {`{}`, "# one_of"},
		"both":        {`{"xml":"<a/>","url":"https://acme.zendesk.com/"}`, "# one_of"},
		"plain":       {`{"url":"http://acme.zendesk.com/"}`, "#/url https_url"},
		"script":      {`{"url":"javascript:alert(1)"}`, "#/url https_url"},
		"section":     {`{"xml":"<a/>","section":"other"}`, "#/section enum"},
		"to be saved": {`{"xml":"<a/>","save":true}`, "#/save unknown_member"},
		"no XML":      {`{"xml":"hello"}`, "#/xml metadata_malformed"},
		"doctype":     {`{"xml":"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"}`, "#/xml metadata_malformed"},
		"other XML":   {`{"xml":"<a/>"}`, "#/xml metadata_not_saml"},
		"failure":     {`{"url":"https://acme.zendesk.com/"}`, "#/url metadata_unreachable"},
		"inside":      {`{"url":"https://127.0.0.1/"}`, "#/url metadata_unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			a, p := s.refused(t, api.CodeValidationFailed, call{Method: "POST", Path: importPath, Body: tt.body})
			require.Equal(t, http.StatusUnprocessableEntity, a.Status)
			require.Len(t, p.Errors, 1)
			require.Equal(t, tt.violation, p.Errors[0].Pointer+" "+p.Errors[0].Code)
			require.NotContains(t, a.Body, "stranger")
		})
	}
	body := importBody(t, map[string]string{"xml": oktaMetadata(t)})
	s.refused(t, api.CodeBodyTooLarge, call{Method: "POST", Path: importPath, Body: body + strings.Repeat(" ", 1<<20)})
	s.refused(t, api.CodeForbidden, call{
		Method: "POST", Path: importPath, Body: body, Token: s.token(t, models.ScopeAccountsRead, models.ScopeAccountsTest),
	})
	off := s.contactCenter(t, "plain.example")
	s.refused(t, api.CodeFeatureNotEnabled, call{Method: "POST", Path: importPath, Body: body, Token: off})
}

// A contact center reads one document at a time, however many ask; others are not kept
// waiting by that.
func TestImportsOneAtATime(t *testing.T) {
	s := newStack(t)
	other := s.contactCenter(t, "other.example", models.AllFeatures()...)
	reached, goOn := make(chan struct{}), make(chan struct{})
	s.Remote.play(func(w http.ResponseWriter, _ *http.Request) {
		close(reached)
		<-goOn
		_, _ = w.Write([]byte(oktaMetadata(t)))
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		s.do(t, call{Method: "POST", Path: importPath, Body: importBody(t, map[string]string{"url": "https://acme.zendesk.com/metadata"})})
	})
	<-reached
	second := call{Method: "POST", Path: importPath, Body: importBody(t, map[string]string{"xml": oktaMetadata(t)})}
	s.refused(t, api.CodeRateLimited, second)
	elsewhere := second
	elsewhere.Token = other
	s.must(t, http.StatusOK, elsewhere)
	close(goOn)
	wg.Wait()
	s.must(t, http.StatusOK, second)
}
