package speechtotext

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/secret"
)

const (
	goVivaceTestKey = "s3cr3t-key+of/GoVivace"
	validGoVivace   = `{"url":"wss://services.govivace.com:49149/telephony?lang=en","apiKey":"` + goVivaceTestKey + `"}`
)

// goVivaceDouble is a double of a recognizer: it opens a session for those who bring
// the key and speak WebSocket.
type goVivaceDouble struct {
	accept string // what it proves itself with; "" for what RFC 6455 wants
}

// ServeHTTP implements http.Handler.
func (d goVivaceDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host != "services.govivace.com:49149":
		w.WriteHeader(http.StatusMisdirectedRequest)
	case r.Method != http.MethodGet || r.URL.Path != "/telephony" || r.URL.Query().Get("lang") != "en":
		w.WriteHeader(http.StatusNotFound)
	case r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Connection") != "Upgrade" ||
		r.Header.Get("Sec-Websocket-Version") != "13" || len(r.Header.Get("Sec-Websocket-Key")) != 24:
		w.WriteHeader(http.StatusUpgradeRequired)
	case r.URL.Query().Get("key") != goVivaceTestKey:
		w.WriteHeader(http.StatusForbidden)
	default:
		accept := d.accept
		if accept == "" {
			accept = webSocketAccept(r.Header.Get("Sec-Websocket-Key"))
		}
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Sec-Websocket-Accept", accept)
		w.WriteHeader(http.StatusSwitchingProtocols)
	}
}

func TestGoVivace(t *testing.T) {
	answering := func(status int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	integrationtest.Run(t, GoVivace, integrationtest.Fixture{
		Valid:    validGoVivace,
		Required: []string{"apiKey"},
		Invalid: []integrationtest.Case{
			{Name: "no secure scheme", Patch: `{"url":"ws://services.govivace.com/telephony"}`, Pointer: "/url", Code: "wss_url"},
			{Name: "address of a page", Patch: `{"url":"https://services.govivace.com/"}`, Pointer: "/url", Code: "wss_url"},
			{Name: "key in the URL", Patch: `{"url":"wss://services.govivace.com/telephony?key=x"}`, Pointer: "/url", Code: "key_in_url"},
			{Name: "key in the URL, as a later parameter", Patch: `{"url":"wss://services.govivace.com/telephony?lang=en;Key=x"}`, Pointer: "/url", Code: "key_in_url"},
			{Name: "key in the URL, disguised", Patch: `{"url":"wss://services.govivace.com/telephony?%6bey=x"}`, Pointer: "/url", Code: "key_in_url"},
			{Name: "short key", Patch: `{"apiKey":"s3cr3t"}`, Pointer: "/apiKey", Code: "min"},
			{Name: "key with a blank", Patch: `{"apiKey":"s3cr3t key"}`, Pointer: "/apiKey", Code: "pattern"},
		},
		Remote: goVivaceDouble{}.ServeHTTP,
		Hosts:  []string{"services.govivace.com"},
		Custom: []integrationtest.RemoteCase{
			{
				Name: "another proof", Handler: goVivaceDouble{accept: "bm90IGl0"}.ServeHTTP,
				Cause: integrations.CauseConfig, Code: "no_websocket",
			},
			{
				Name: "no WebSocket there", Handler: answering(http.StatusBadRequest),
				Cause: integrations.CauseConfig, Code: "no_websocket",
			},
			{
				Name: "other upgrade wanted", Handler: answering(http.StatusUpgradeRequired),
				Cause: integrations.CauseConfig, Code: "no_websocket",
			},
			{
				Name: "a document", Handler: answering(http.StatusOK),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
		},
	})
}

// TestGoVivaceAddress: what GoVivace is asked for stays as it was entered.
func TestGoVivaceAddress(t *testing.T) {
	for query, want := range map[string]string{
		"":                              "key=a%2Fb%26c",
		"?lang=en":                      "lang=en&key=a%2Fb%26c",
		"?content-type=audio/x-raw;x=y": "content-type=audio/x-raw;x=y&key=a%2Fb%26c",
	} {
		p := GoVivaceProperties{URL: "wss://services.govivace.com/telephony" + query, APIKey: secret.New("a/b&c")}
		require.Equal(t, "https://services.govivace.com/telephony?"+want, p.address())
	}
}

// TestGoVivaceKeyIsNotProved: an open session is no proof of the key.
func TestGoVivaceKeyIsNotProved(t *testing.T) {
	s := integrationtest.Session(goVivaceDouble{}, time.Time{})
	p := &GoVivaceProperties{URL: "wss://services.govivace.com:49149/telephony?lang=en", APIKey: secret.New(goVivaceTestKey)}
	require.NoError(t, p.Probe(t.Context(), s))
	steps := s.Steps()
	require.Len(t, steps, 2)
	require.Equal(t, integrations.StepPassed, steps[0].Status)
	require.Equal(t, integrations.StepWarning, steps[1].Status)
	require.Equal(t, "credentials_not_verifiable", steps[1].Failure.Code)
}

// TestWebSocketAccept: the example of RFC 6455 section 1.3.
func TestWebSocketAccept(t *testing.T) {
	require.Equal(t, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", webSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="))
	require.NotEqual(t, webSocketNonce(), webSocketNonce())
}
