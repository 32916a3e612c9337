package messenger

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
)

func TestWhatsAppByInfobip(t *testing.T) {
	t.Parallel()
	integrationtest.Run(t, WhatsApp, integrationtest.Fixture{
		Valid:    withInfobip,
		Required: []string{"provider", "whatsappNumber", "/infobip", "/infobip/baseUrl", "/infobip/apiKey"},
		Invalid: []integrationtest.Case{
			{Name: "unknown provider", Patch: `{"provider":"acme"}`, Pointer: "/provider", Code: "enum"},
			{Name: "number without country", Patch: `{"whatsappNumber":"07700 900000"}`, Pointer: "/whatsappNumber", Code: "pattern"},
			{Name: "http", Patch: `{"infobip":{"baseUrl":"http://4m2kx8.api.infobip.com"}}`, Pointer: "/infobip/baseUrl", Code: "https_url"},
			{Name: "another host", Patch: `{"infobip":{"baseUrl":"https://acme.example"}}`, Pointer: "/infobip/baseUrl", Code: "pattern"},
			{
				Name: "host that only ends alike", Patch: `{"infobip":{"baseUrl":"https://x.evil-api.infobip.com"}}`,
				Pointer: "/infobip/baseUrl", Code: "pattern",
			},
			{Name: "short key", Patch: `{"infobip":{"apiKey":"abc"}}`, Pointer: "/infobip/apiKey", Code: "min"},
			{Name: "other provider's credentials", Patch: `{"provider":"twilio"}`, Pointer: "/twilio", Code: "required"},
			{
				Name: "credentials of two providers", Pointer: "/twilio", Code: "not_applicable",
				Patch: `{"twilio":{"accountSid":"` + exampleTwilioSID + `","authToken":"` + exampleTwilioAuth + `"}}`,
			},
		},
		Remote:   infobip(nil),
		Hosts:    []string{"4m2kx8.api.infobip.com"},
		Identity: "+447700900000",
		Custom: []integrationtest.RemoteCase{
			{
				Name: "another account's number", Cause: integrations.CauseConfig, Code: "number_not_found",
				Handler: infobip(func(d *infobipDouble) { d.sender = "15550100" }),
			},
			{
				Name: "no list", Cause: integrations.CauseRemote, Code: "unexpected_answer",
				Handler: infobip(func(d *infobipDouble) { d.answer = `{}` }),
			},
		},
	})
}

func TestWhatsAppByTwilio(t *testing.T) {
	t.Parallel()
	integrationtest.Run(t, WhatsApp, integrationtest.Fixture{
		Valid:    withTwilio,
		Required: []string{"/twilio", "/twilio/accountSid", "/twilio/authToken"},
		Invalid: []integrationtest.Case{
			{Name: "API key in place of the account", Patch: `{"twilio":{"accountSid":"SK0123"}}`, Pointer: "/twilio/accountSid", Code: "pattern"},
			{Name: "short token", Patch: `{"twilio":{"authToken":"abc"}}`, Pointer: "/twilio/authToken", Code: "pattern"},
		},
		Remote:   twilio(nil),
		Hosts:    []string{"api.twilio.com", "messaging.twilio.com"},
		Identity: exampleTwilioSID,
		Custom: []integrationtest.RemoteCase{
			{
				Name: "suspended", Cause: integrations.CausePermission, Code: "account_inactive",
				Handler: twilio(func(d *twilioDouble) { d.account = `{"sid":"AC1","status":"suspended"}` }),
			},
			{
				Name: "suspended, refused", Cause: integrations.CausePermission, Code: "account_inactive",
				Handler: answering(http.StatusForbidden, `{"code":20403,"message":"Forbidden","status":403}`),
			},
			{
				Name: "no account", Cause: integrations.CauseRemote, Code: "unexpected_answer",
				Handler: twilio(func(d *twilioDouble) { d.account = `{"status":"active"}` }),
			},
			{
				Name: "no list", Cause: integrations.CauseRemote, Code: "unexpected_answer",
				Handler: twilio(func(d *twilioDouble) { d.senders = `{}` }),
			},
			{Name: "list forbidden", Handler: listRefused(403), Cause: integrations.CausePermission, Code: "permission_denied"},
			{Name: "list limited", Handler: listRefused(429), Cause: integrations.CauseRateLimited, Code: "rate_limited"},
			{Name: "list out of order", Handler: listRefused(500), Cause: integrations.CauseRemote, Code: "remote_error"},
		},
	})
}

// listRefused is a Twilio that refuses the list of senders only.
func listRefused(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "messaging.twilio.com" {
			answering(status, `{}`)(w, r)
			return
		}
		twilio(nil)(w, r)
	}
}

func TestWhatsAppByVonage(t *testing.T) {
	t.Parallel()
	integrationtest.Run(t, WhatsApp, integrationtest.Fixture{
		Valid:    withVonage,
		Required: []string{"/vonage", "/vonage/apiKey", "/vonage/apiSecret", "/vonage/applicationId", "/vonage/privateKey"},
		Invalid: []integrationtest.Case{
			{Name: "no key", Patch: `{"vonage":{"privateKey":"-----"}}`, Pointer: "/vonage/privateKey", Code: "private_key_malformed"},
			{Name: "application by name", Patch: `{"vonage":{"applicationId":"acme"}}`, Pointer: "/vonage/applicationId", Code: "uuid"},
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

func TestWhatsAppByMeta(t *testing.T) {
	t.Parallel()
	object := func(document string) http.HandlerFunc {
		return phone(func(g *graphDouble) { g.objects["106540352242922"] = document })
	}
	refused := func(members string) http.HandlerFunc {
		return phone(func(g *graphDouble) { g.refused["106540352242922"] = members })
	}
	integrationtest.Run(t, WhatsApp, integrationtest.Fixture{
		Valid:    withMeta,
		Required: []string{"/metaCloud", "/metaCloud/phoneNumberId", "/metaCloud/accessToken"},
		Invalid: []integrationtest.Case{
			{Name: "number in place of its ID", Patch: `{"metaCloud":{"phoneNumberId":"+447700900000"}}`, Pointer: "/metaCloud/phoneNumberId", Code: "pattern"},
			{Name: "account by name", Patch: `{"metaCloud":{"businessAccountId":"acme"}}`, Pointer: "/metaCloud/businessAccountId", Code: "pattern"},
			{Name: "short token", Patch: `{"metaCloud":{"accessToken":"EAA"}}`, Pointer: "/metaCloud/accessToken", Code: "min"},
			{Name: "secret of another form", Patch: `{"metaCloud":{"appSecret":"abc"}}`, Pointer: "/metaCloud/appSecret", Code: "pattern"},
		},
		Remote:   phone(nil),
		Hosts:    []string{"graph.facebook.com"},
		Identity: "Acme (+447700900000)",
		Custom: []integrationtest.RemoteCase{
			{
				Name: "unknown number", Cause: integrations.CauseConfig, Code: "number_not_found",
				Handler: refused(`"message":"Unsupported get request. Object does not exist","type":"GraphMethodException","code":100,"error_subcode":33`),
			},
			{Name: "unknown alias", Handler: refused(`"code":803`), Cause: integrations.CauseConfig, Code: "number_not_found"},
			{
				Name: "no permission", Cause: integrations.CausePermission, Code: "permission_denied",
				Handler: refused(`"message":"(#200) You do not have the necessary permission","code":200`),
			},
			{Name: "expired", Handler: refused(`"code":190,"error_subcode":463`), Cause: integrations.CauseCredentials, Code: "token_expired"},
			{Name: "another number", Handler: object(metaPhone("+1 555-0100", "GREEN")), Cause: integrations.CauseConfig, Code: "other_number"},
			{Name: "nothing", Handler: object(`{}`), Cause: integrations.CauseRemote, Code: "unexpected_answer"},
		},
	})
}

func TestWhatsAppNumbers(t *testing.T) {
	tests := []struct {
		name, document string
		remote         http.HandlerFunc
		want           []string
	}{
		{"connected at Infobip", withInfobip, infobip(nil), nil},
		{
			"banned at Infobip", withInfobip, infobip(func(d *infobipDouble) { d.status = "BANNED" }),
			[]string{"number number_not_connected"},
		},
		{"online at Twilio", withTwilio, twilio(nil), nil},
		{"updating at Twilio", withTwilio, twilio(func(d *twilioDouble) { d.senders = twilioSender("ONLINE:UPDATING") }), nil},
		{
			"offline at Twilio", withTwilio, twilio(func(d *twilioDouble) { d.senders = twilioSender("OFFLINE") }),
			[]string{"number number_not_connected"},
		},
		{
			"of Twilio's sandbox", withTwilio, twilio(func(d *twilioDouble) { d.senders = `{"senders":[]}` }),
			[]string{"number number_not_listed"},
		},
		{"good at Meta", withMeta, phone(nil), nil},
		{
			"reported at Meta", withMeta,
			phone(func(g *graphDouble) { g.objects["106540352242922"] = metaPhone("+44 7700 900000", "RED") }),
			[]string{"number quality_low"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, f := try(t, valid(t, WhatsApp, tt.document), tt.remote)
			require.Nil(t, f)
			require.Equal(t, tt.want, warnings(s))
		})
	}
}

func TestWhatsAppNormalize(t *testing.T) {
	p, violations, _ := decoded(t, WhatsApp, `{"provider":"infobip","whatsappNumber":"+44 (7700) 900-000",`+
		`"infobip":{"baseUrl":"4M2KX8.api.infobip.com/","apiKey":" `+exampleInfobipKey+` "}}`)
	require.Empty(t, violations)
	got := p.(*WhatsAppProperties)
	require.Equal(t, "+447700900000", got.WhatsAppNumber)
	require.Equal(t, "https://4m2kx8.api.infobip.com", got.Infobip.BaseURL)
	require.Equal(t, exampleInfobipKey, got.Infobip.APIKey.Reveal())
	for _, odd := range []string{"https://u@h.example", "https://h.example/path", "https://%", ""} {
		require.Equal(t, odd, infobipURL(odd))
	}
}

// TestWhatsAppDestinations: changing the provider or Infobip's address asks for
// the credentials again.
func TestWhatsAppDestinations(t *testing.T) {
	before, _, _ := decoded(t, WhatsApp, withInfobip)
	moved, _, _ := decoded(t, WhatsApp, strings.Replace(withInfobip, "4m2kx8", "evil", 1))
	require.Equal(t, []string{"/infobip/baseUrl"}, WhatsApp.ChangedDestinations(before, moved))
	other, _, _ := decoded(t, WhatsApp, withTwilio)
	require.Equal(t, []string{"/provider", "/infobip/baseUrl"}, WhatsApp.ChangedDestinations(before, other))
}

func TestWhatsAppWithoutProvider(t *testing.T) {
	_, f := try(t, new(WhatsAppProperties), infobip(nil))
	require.Equal(t, integrations.CauseConfig, f.Cause)
}
