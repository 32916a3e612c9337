package handlers_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
)

// ssoBody is a valid account of the type sso, whose certificate is valid from and
// to the times.
func ssoBody(t *testing.T, from, to time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp.example"}, NotBefore: from, NotAfter: to,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	text, err := json.Marshal(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	require.NoError(t, err)
	return `{"type":"sso","name":"Azure","properties":{"admin":{"enabled":false},"agentDesktop":{"enabled":true,` +
		`"identityProviderSsoUrl":"https://idp.example/sso","identityProviderIssuer":"https://idp.example/",` +
		`"identityProviderCertificates":[` + string(text) + `]}}}`
}

func TestListOfWhatExpires(t *testing.T) {
	s := newStack(t)
	now := s.Clock.now()
	s.create(t, "no certificate")
	s.must(t, http.StatusCreated, call{
		Method: http.MethodPost, Path: accountsPath, Body: ssoBody(t, now.Add(-time.Hour), now.Add(40*24*time.Hour)),
	})
	within := func(span string) int {
		t.Helper()
		page := s.must(t, http.StatusOK, call{Method: http.MethodGet, Path: accountsPath + "?expiringWithin=" + span})
		return len(decode[api.AccountPage](t, page).Items)
	}
	require.Zero(t, within("30d"))
	require.Equal(t, 1, within("6w"))
	s.Clock.move(30 * 24 * time.Hour)
	require.Equal(t, 1, within("30d"))
}
