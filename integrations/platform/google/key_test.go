package google

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/secret"
	"admin-api/validation"
)

// changed returns the example with members replaced; nil removes one.
func changed(t *testing.T, members map[string]any) string {
	t.Helper()
	var file map[string]any
	require.NoError(t, json.Unmarshal([]byte(ExampleKey), &file))
	for name, value := range members {
		if value == nil {
			delete(file, name)
			continue
		}
		file[name] = value
	}
	text, err := json.Marshal(file)
	require.NoError(t, err)
	return string(text)
}

func TestParseKey(t *testing.T) {
	key, err := ParseKey(secret.New(ExampleKey))
	require.NoError(t, err)
	require.Equal(t, "acme-contact-center", key.ProjectID)
	require.Equal(t, "agent-desktop@acme-contact-center.iam.gserviceaccount.com", key.ClientEmail)
	require.Equal(t, 2048, key.signer.N.BitLen())

	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key.signer)})
	for name, members := range map[string]map[string]any{
		"older form of the key":      {"private_key": string(pkcs1)},
		"without what is not needed": {"client_id": nil, "auth_uri": nil, "universe_domain": nil},
		"older address":              {"token_uri": legacyTokenURL},
		"default service account":    {"client_email": "123456-compute@developer.gserviceaccount.com"},
		"project of a domain":        {"project_id": "acme.example:contact-center"},
	} {
		_, err := ParseKey(secret.New(changed(t, members)))
		require.NoError(t, err, name)
	}
}

func TestParseKeyRefuses(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // It is to be refused.
	require.NoError(t, err)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	curveKey, err := x509.MarshalPKCS8PrivateKey(curve)
	require.NoError(t, err)
	block := func(kind string, der []byte) map[string]any {
		return map[string]any{"private_key": string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))}
	}
	tests := []struct{ name, text, code string }{
		{"no JSON", "-----BEGIN PRIVATE KEY-----", "google_key_malformed"},
		{"list", `["service_account"]`, "google_key_malformed"},
		{"cut off", ExampleKey[:len(ExampleKey)-1], "google_key_malformed"},
		{"cut off in a member", ExampleKey[:300], "google_key_malformed"},
		{"more behind", ExampleKey + ExampleKey, "google_key_malformed"},
		{"member twice", strings.Replace(ExampleKey, `{`, `{"token_uri":"https://evil.example/",`, 1), "google_key_ambiguous"},
		{"no type", changed(t, map[string]any{"type": nil}), "google_key_type"},
		{"type of another kind", changed(t, map[string]any{"type": 1}), "google_key_type"},
		{"person", changed(t, map[string]any{"type": "authorized_user"}), "google_key_type"},
		{"federation", changed(t, map[string]any{"type": "external_account"}), "google_key_type"},
		{"OAuth client", `{"installed":{"client_id":"x"}}`, "google_key_type"},
		{"no project", changed(t, map[string]any{"project_id": nil}), "google_key_incomplete"},
		{"key is no text", changed(t, map[string]any{"private_key": true}), "google_key_incomplete"},
		{"no address for tokens", changed(t, map[string]any{"token_uri": ""}), "google_key_incomplete"},
		{"address elsewhere", changed(t, map[string]any{"token_uri": "https://evil.example/token"}), "google_key_token_uri"},
		{"address inside", changed(t, map[string]any{"token_uri": "http://169.254.169.254/"}), "google_key_token_uri"},
		{"other cloud", changed(t, map[string]any{"universe_domain": "s3nsapis.fr"}), "google_key_universe"},
		{"person's address", changed(t, map[string]any{"client_email": "ann@acme.example"}), "google_key_email"},
		{"address that looks like it", changed(t, map[string]any{"client_email": "a@evilgserviceaccount.com"}), "google_key_email"},
		{"project in capitals", changed(t, map[string]any{"project_id": "ACME"}), "google_key_project"},
		{"id of no key", changed(t, map[string]any{"private_key_id": "x/../y"}), "google_key_id"},
		{"key of no form", changed(t, map[string]any{"private_key": "MIIEvg"}), "google_key_private_key"},
		{"key of another kind", changed(t, block("PRIVATE KEY", curveKey)), "google_key_private_key"},
		{"key that is none", changed(t, block("PRIVATE KEY", []byte("x"))), "google_key_private_key"},
		{"key that is huge", changed(t, block("PRIVATE KEY", make([]byte, 6<<10))), "google_key_private_key"},
		{"weak key", changed(t, block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(weak))), "google_key_weak"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseKey(secret.New(tt.text))
			var flaw *KeyError
			require.True(t, errors.As(err, &flaw), "accepted")
			require.Equal(t, tt.code, flaw.Code)
			require.Regexp(t, `^[A-Z].*\.$`, flaw.Detail)
			require.NotContains(t, err.Error(), "evil")

			c := new(validation.Context)
			require.Nil(t, CheckKey(c, "/key", secret.New(tt.text)))
			require.Equal(t, tt.code, c.Errors()[0].Code)
		})
	}
}

func TestCheckKeyLeavesWhatItCannotJudge(t *testing.T) {
	c := new(validation.Context)
	require.Nil(t, CheckKey(c, "/key", secret.Text{}))
	require.Nil(t, CheckKey(c, "/key", secret.Kept()))
	require.NotNil(t, CheckKey(c, "/key", secret.New(ExampleKey)))
	require.NoError(t, c.Err())
}

func TestTidyKey(t *testing.T) {
	var pretty strings.Builder
	encoder := json.NewEncoder(&pretty)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(json.RawMessage(ExampleKey)))
	windows := "\ufeff" + strings.ReplaceAll(pretty.String(), "\n", "\r\n")
	tests := map[string]string{
		windows:        ExampleKey,
		ExampleKey:     ExampleKey,
		" not JSON \n": "not JSON",
		strings.Replace(ExampleKey, TokenURL, legacyTokenURL, 1): ExampleKey,
	}
	for text, want := range tests {
		once := TidyKey(secret.New(text))
		require.Equal(t, want, once.Reveal())
		require.Equal(t, want, TidyKey(once).Reveal())
	}
	require.True(t, TidyKey(secret.Kept()).IsKept())
	require.False(t, TidyKey(secret.Text{}).IsSet())
}

// FuzzParseKey: whatever is entered, it is tidied once and for all, and refused
// in words of ours.
func FuzzParseKey(f *testing.F) {
	f.Add(ExampleKey)
	f.Add(`{"type":"service_account","token_uri":"` + legacyTokenURL + `","token_uri":"` + legacyTokenURL + `"}`)
	f.Add(`{"web":{}} x`)
	f.Fuzz(func(t *testing.T, text string) {
		once := TidyKey(secret.New(text))
		require.Equal(t, once.Reveal(), TidyKey(once).Reveal())
		_, err := ParseKey(once)
		var flaw *KeyError
		if err != nil {
			require.True(t, errors.As(err, &flaw))
			require.Regexp(t, `^[A-Z].*\.$`, flaw.Detail)
		}
	})
}

func TestTidyURL(t *testing.T) {
	for raw, want := range map[string]string{
		"":                                  "",
		" speech.googleapis.com ":           "https://speech.googleapis.com/",
		"HTTPS://Speech.GoogleAPIs.com:443": "https://speech.googleapis.com/",
		"https://speech.googleapis.com/v1":  "https://speech.googleapis.com/v1/",
		"https://speech.googleapis.com/v1/": "https://speech.googleapis.com/v1/",
		"https://ann@speech.googleapis.com": "https://ann@speech.googleapis.com",
		"https://speech.googleapis.com/?x":  "https://speech.googleapis.com/?x",
		"http://speech.googleapis.com/":     "http://speech.googleapis.com/",
		"https://":                          "https://",
	} {
		require.Equal(t, want, TidyURL(raw))
		require.Equal(t, want, TidyURL(want))
	}
}

func TestCheckAPIKey(t *testing.T) {
	for text, warned := range map[string]bool{
		"AIzaSyA-EXAMPLE0123456789abcdefghijklmn": false,
		"AIzaSyA-EXAMPLE":                         true,
		"":                                        false,
	} {
		c := new(validation.Context)
		CheckAPIKey(c, "/apiKey", secret.New(text))
		require.Equal(t, warned, len(c.Warnings()) == 1, text)
		require.NoError(t, c.Err())
	}
}
