package teleopti

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/validation"
)

const (
	key       = "key-of-¤-acme"
	jsonValid = `{"url":"https://wfm.acme.com/Web/Rta/State/Batch","sourceId":"1","authKey":"` + key + `"}`
	soapValid = `{"url":"https://wfm.acme.com/RTA/TeleoptiRtaService.svc","sourceId":"1","authKey":"` + key + `"}`
)

// rta is Teleopti's JSON interface as its published source describes it: the key
// is checked before anything else, and every wrong value is a 400 with a text.
type rta struct {
	source string // a text about the source, where it is checked at once
	tenant string // a text about the default key
}

func (a rta) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		AuthenticationKey, SourceID string
		IsSnapshot                  *bool
		States                      *[]json.RawMessage
	}
	body, _ := io.ReadAll(r.Body)
	err := json.Unmarshal(body, &in)
	switch {
	case r.Method != http.MethodPost:
		http.Error(w, `{"Message":"The requested resource does not support http method 'GET'."}`, http.StatusMethodNotAllowed)
	case r.URL.Path != "/Web/Rta/State/Batch":
		http.Error(w, `{"Message":"No HTTP resource was found."}`, http.StatusNotFound)
	case err != nil || in.States == nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		http.Error(w, `{"Message":"An error has occurred."}`, http.StatusInternalServerError)
	case len(*in.States) > 0 || in.IsSnapshot == nil || *in.IsSnapshot:
		http.Error(w, "a test sends no state and no snapshot", http.StatusTeapot)
	case a.tenant != "":
		refuse(w, a.tenant)
	case in.AuthenticationKey != key:
		refuse(w, "You supplied an invalid authentication key. Please verify the key and try again.")
	case a.source != "":
		refuse(w, a.source)
	}
}

func refuse(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"Message": message})
}

func say(status int, text string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func TestJSON(t *testing.T) {
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid:    jsonValid,
		Required: []string{"url", "sourceId", "authKey"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://wfm.acme.com/Rta/State/Batch"}`, Pointer: "/url", Code: "https_url"},
			{Name: "long source", Patch: `{"sourceId":"` + strings.Repeat("1", 51) + `"}`, Pointer: "/sourceId", Code: "max"},
			{Name: "long key", Patch: `{"authKey":"` + strings.Repeat("k", 201) + `"}`, Pointer: "/authKey", Code: "max"},
			{Name: "interval of a full update", Patch: `{"periodicUpdateIntervalSeconds":900}`, Pointer: "/periodicUpdateIntervalSeconds", Code: "max"},
			{Name: "no interval", Patch: `{"periodicUpdateIntervalSeconds":0}`, Pointer: "/periodicUpdateIntervalSeconds", Code: "min"},
			{Name: "interface", Patch: `{"protocol":"xml"}`, Pointer: "/protocol", Code: "enum"},
			{Name: "platform", Patch: `{"protocol":"soap","platformTypeId":"1"}`, Pointer: "/platformTypeId", Code: "uuid"},
		},
		Remote: rta{}.ServeHTTP,
		Hosts:  []string{"wfm.acme.com"},
		Custom: []integrationtest.RemoteCase{
			{
				Name: "wrong key", Handler: say(http.StatusBadRequest, `{"Message":"You supplied an invalid authentication key."}`),
				Cause: integrations.CauseCredentials, Code: "credentials_rejected",
			},
			{
				Name: "default key", Cause: integrations.CauseCredentials, Code: "default_key_refused",
				Handler: rta{tenant: "Using the default authentication key with more than one tenant is not allowed"}.ServeHTTP,
			},
			{
				Name: "unknown source", Handler: rta{source: "Source id not found"}.ServeHTTP,
				Cause: integrations.CauseConfig, Code: "source_unknown",
			},
			{
				Name: "another value", Handler: rta{source: "Platform id is required"}.ServeHTTP,
				Cause: integrations.CauseRemote, Code: "unexpected_status",
			},
			{
				Name: "another method", Handler: say(http.StatusMethodNotAllowed, ""),
				Cause: integrations.CauseRemote, Code: "unexpected_status",
			},
		},
	})
}

func TestSOAP(t *testing.T) {
	wsdl := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.RequestURI() != "/RTA/TeleoptiRtaService.svc?wsdl" {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, `<?xml version="1.0"?><wsdl:definitions name="TeleoptiRtaService"></wsdl:definitions>`)
	}
	integrationtest.Run(t, Definition, integrationtest.Fixture{
		Valid: soapValid, Required: []string{"url", "sourceId", "authKey"}, Remote: wsdl, Hosts: []string{"wfm.acme.com"},
		Custom: []integrationtest.RemoteCase{{
			Name: "JSON", Handler: say(http.StatusOK, `{"definitions":[]}`), Cause: integrations.CauseRemote, Code: "unexpected_answer",
		}},
	})
}

func TestNormalize(t *testing.T) {
	tests := []struct{ in, url, protocol, platform, warning string }{
		{"https://wfm.acme.com/Web/Rta/State/Batch", "https://wfm.acme.com/Web/Rta/State/Batch", "json", "", ""},
		{"https://wfm.acme.com/web/rta/state/batch/", "https://wfm.acme.com/web/rta/state/batch/", "json", "", ""},
		{"https://wfm.acme.com/RTA/TeleoptiRtaService.svc?WSDL", "https://wfm.acme.com/RTA/TeleoptiRtaService.svc", "soap", zeroPlatform, ""},
		{"https://wfm.acme.com/RTA/Other.svc", "https://wfm.acme.com/RTA/Other.svc", "soap", zeroPlatform, "unusual_path"},
		{"https://wfm.acme.com", "https://wfm.acme.com", "json", "", "unusual_path"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			c := &validation.Context{}
			p, ok := Definition.Decode(json.RawMessage(`{"url":"`+tt.in+`","sourceId":"1","authKey":" `+key+`\r\n"}`), nil, c).(*Properties)
			require.True(t, ok)
			require.NoError(t, c.Err())
			require.Equal(t, []string{tt.url, tt.protocol, tt.platform}, []string{p.URL, p.Protocol, p.PlatformTypeID})
			require.Equal(t, key, p.AuthKey.Reveal())
			require.Equal(t, 10, p.PeriodicUpdateIntervalSeconds)
			require.Equal(t, tt.warning != "", len(c.Warnings()) == 1)
		})
	}
	require.ElementsMatch(t, []string{"/url", "/protocol"}, Definition.Destinations())
}
