package messenger

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/secret"
)

func TestNexmo(t *testing.T) {
	t.Parallel()
	with := func(members string) string { return `{"channels":[` + members + `]}` }
	integrationtest.Run(t, Nexmo, integrationtest.Fixture{
		Valid:    `{` + exampleVonage + `,"channels":[{"channel":"whatsapp","externalId":"447700900000"}]}`,
		Required: []string{"apiKey", "apiSecret", "applicationId", "privateKey", "/channels/0/channel", "/channels/0/externalId"},
		Invalid: []integrationtest.Case{
			{Name: "key of another form", Patch: `{"apiKey":"acme"}`, Pointer: "/apiKey", Code: "pattern"},
			{Name: "short secret", Patch: `{"apiSecret":"abc"}`, Pointer: "/apiSecret", Code: "min"},
			{Name: "application by name", Patch: `{"applicationId":"acme"}`, Pointer: "/applicationId", Code: "uuid"},
			{Name: "no key", Patch: `{"privateKey":"-----"}`, Pointer: "/privateKey", Code: "private_key_malformed"},
			{Name: "unknown channel", Patch: with(`{"channel":"sms","externalId":"1"}`), Pointer: "/channels/0/channel", Code: "enum"},
			{
				Name: "external ID with a space", Patch: with(`{"channel":"viber","externalId":"1 2"}`),
				Pointer: "/channels/0/externalId", Code: "pattern",
			},
			{
				Name: "name in place of a number", Patch: with(`{"channel":"whatsapp","externalId":"acme"}`),
				Pointer: "/channels/0/externalId", Code: "external_id",
			},
			{
				Name: "name in place of a page", Patch: with(`{"channel":"messenger","externalId":"acme"}`),
				Pointer: "/channels/0/externalId", Code: "external_id",
			},
			{
				Name: "same channel twice", Pointer: "/channels/1", Code: "duplicate_channel",
				Patch: with(`{"channel":"viber","externalId":"16273"},{"channel":"viber","externalId":"16273"}`),
			},
		},
		Remote:   application(nil),
		Hosts:    []string{"api.nexmo.com"},
		Identity: "Acme (a1b2c3d4)",
		Expect: map[string]integrationtest.Outcome{
			integrationtest.NotFound: {Cause: integrations.CauseConfig, Code: "application_not_found"},
		},
		Custom: vonageRefusals(application),
	})
}

// vonageRefusals are what every type that goes through Vonage makes of its
// answers.
func vonageRefusals(application func(func(*vonageDouble)) http.HandlerFunc) []integrationtest.RemoteCase {
	return []integrationtest.RemoteCase{
		{
			Name: "another public key", Cause: integrations.CauseConfig, Code: "private_key_mismatch",
			Handler: application(func(d *vonageDouble) { d.public = encodePublic(&weakKey().PublicKey) }),
		},
		{
			Name: "no public key", Cause: integrations.CauseConfig, Code: "private_key_mismatch",
			Handler: application(func(d *vonageDouble) { d.public = "" }),
		},
		{
			Name: "public key of no form", Cause: integrations.CauseConfig, Code: "private_key_mismatch",
			Handler: application(func(d *vonageDouble) { d.public = "-----BEGIN PUBLIC KEY-----\nMC4=\n-----END PUBLIC KEY-----\n" }),
		},
		{
			Name: "voice only", Cause: integrations.CauseConfig, Code: "messages_not_enabled",
			Handler: application(func(d *vonageDouble) { d.capabilities = `{"voice":{"webhooks":{}}}` }),
		},
		{
			Name: "another application", Cause: integrations.CauseRemote, Code: "unexpected_answer",
			Handler: answering(http.StatusOK, `{"id":"00000000-0000-0000-0000-000000000000"}`),
		},
	}
}

func TestNexmoPrivateKey(t *testing.T) {
	good := strings.ReplaceAll(vonageExampleKey, `\n`, "\n")
	key, code, _ := parseKey(good)
	require.Empty(t, code)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	curveDER, err := x509.MarshalPKCS8PrivateKey(curve)
	require.NoError(t, err)
	encrypted := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMC4=\n-----END RSA PRIVATE KEY-----\n"
	tests := []struct{ name, key, code string }{
		{"PKCS #8", good, ""},
		{"PKCS #1", encodeKey("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), ""},
		{"line ends of Windows", strings.ReplaceAll(good, "\n", "\r\n"), ""},
		{"line ends as JSON writes them", vonageExampleKey, ""},
		{"blanks around", "\n  " + good + "  \n", ""},
		{"two keys", good + good, codeKeyMalformed},
		{"cut off", good[:500], codeKeyMalformed},
		{"broken inside", encodeKey("PRIVATE KEY", []byte("x")), codeKeyMalformed},
		{"another kind of key", encodeKey("PRIVATE KEY", curveDER), codeKeyMalformed},
		{"with a pass phrase", encodeKey("ENCRYPTED PRIVATE KEY", []byte("x")), codeKeyEncrypted},
		{"with a pass phrase, the old way", encrypted, codeKeyEncrypted},
		{"public key", examplePublic(), codeKeyMissing},
		{"weak", encodeKey("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(weakKey())), codeKeyWeak},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, err := json.Marshal(tt.key)
			require.NoError(t, err)
			p, violations, _ := decoded(t, Nexmo, `{"privateKey":`+string(text)+`}`, "/apiSecret")
			if tt.code != "" {
				require.Contains(t, violations, "/privateKey "+tt.code)
				return
			}
			require.True(t, fits(p.(*NexmoProperties).PrivateKey, examplePublic()))
		})
	}
	require.False(t, fits(secret.New("x"), examplePublic()))
}

func TestNexmoNormalize(t *testing.T) {
	p, violations, _ := decoded(t, Nexmo, `{`+exampleVonage+`,"channels":[{"channel":"whatsapp","externalId":"+447700900000"}]}`)
	require.Empty(t, violations)
	require.Equal(t, "447700900000", p.(*NexmoProperties).Channels[0].ExternalID)
	_, violations, _ = decoded(t, Nexmo, `{"apiKey":"a1b2c3d4","applicationId":"`+exampleApplication+`"}`, "/apiSecret", "/privateKey")
	require.Empty(t, violations)
}
