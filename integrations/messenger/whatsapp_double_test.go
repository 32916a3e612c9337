package messenger

import (
	"fmt"
	"net/http"
)

const (
	exampleInfobipKey = "0a1b2c3d4e5f60718293a4b5c6d7e8f9-3f2e1d0c-9b8a-4756-a4b3-c2d1e0f98765"
	exampleTwilioSID  = "AC0123456789abcdef0123456789abcdef"
	exampleTwilioAuth = "fedcba9876543210fedcba9876543210"
	exampleMetaToken  = "EAAJx2ZCfT7sBO4mK9qWvR8yN3uI5oP1aS6dF0gH2jL4zXcVbQ7w"

	withInfobip = `{"provider":"infobip","whatsappNumber":"+447700900000",` +
		`"infobip":{"baseUrl":"https://4m2kx8.api.infobip.com","apiKey":"` + exampleInfobipKey + `"}}`
	withTwilio = `{"provider":"twilio","whatsappNumber":"+447700900000",` +
		`"twilio":{"accountSid":"` + exampleTwilioSID + `","authToken":"` + exampleTwilioAuth + `"}}`
	withVonage = `{"provider":"vonage","whatsappNumber":"+447700900000","vonage":{` + exampleVonage + `}}`
	withMeta   = `{"provider":"metaCloud","whatsappNumber":"+447700900000","metaCloud":{"phoneNumberId":"106540352242922",` +
		`"businessAccountId":"102290129340398","accessToken":"` + exampleMetaToken + `","appSecret":"` + exampleAppSecret + `"}}`
)

// infobipDouble is a double of Infobip's WhatsApp service with one account. It
// lists only senders that were asked for, as Infobip does.
type infobipDouble struct{ sender, status, answer string }

// ServeHTTP implements http.Handler.
func (d infobipDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host != "4m2kx8.api.infobip.com" || r.Method != http.MethodGet || r.URL.Path != "/whatsapp/1/senders/quality":
		w.WriteHeader(http.StatusNotFound)
	case r.Header.Get("Authorization") != "App "+exampleInfobipKey:
		answering(http.StatusUnauthorized, `{"requestError":{"serviceException":{"messageId":"UNAUTHORIZED","text":"Invalid login details"}}}`)(w, r)
	case d.answer != "":
		answering(http.StatusOK, d.answer)(w, r)
	case r.URL.Query().Get("senders") != d.sender:
		answering(http.StatusOK, `{"results":[]}`)(w, r)
	default:
		answering(http.StatusOK, fmt.Sprintf(`{"results":[{"sender":%q,"qualityRating":"HIGH","status":%q,"currentLimit":"LIMIT_1K"}]}`,
			d.sender, d.status))(w, r)
	}
}

func infobip(change func(*infobipDouble)) http.HandlerFunc {
	d := &infobipDouble{sender: "447700900000", status: "CONNECTED"}
	if change != nil {
		change(d)
	}
	return d.ServeHTTP
}

// twilioDouble is a double of Twilio with one account.
type twilioDouble struct{ account, senders string }

// ServeHTTP implements http.Handler.
func (d twilioDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	switch address := r.Host + r.URL.Path; {
	case user != exampleTwilioSID || password != exampleTwilioAuth:
		answering(http.StatusUnauthorized, `{"code":20003,"message":"Authenticate","more_info":"https://www.twilio.com/docs/errors/20003","status":401}`)(w, r)
	case r.Method == http.MethodGet && address == "api.twilio.com/2010-04-01/Accounts/"+exampleTwilioSID+".json":
		answering(http.StatusOK, d.account)(w, r)
	case r.Method == http.MethodGet && address == "messaging.twilio.com/v2/Channels/Senders" && r.URL.Query().Get("Channel") == "whatsapp":
		answering(http.StatusOK, d.senders)(w, r)
	default:
		answering(http.StatusNotFound, `{"code":20404,"status":404}`)(w, r)
	}
}

func twilio(change func(*twilioDouble)) http.HandlerFunc {
	d := &twilioDouble{
		account: `{"sid":"` + exampleTwilioSID + `","friendly_name":"ann@acme.example","status":"active","type":"Full","auth_token":"` +
			exampleTwilioAuth + `"}`,
		senders: twilioSender("ONLINE"),
	}
	if change != nil {
		change(d)
	}
	return d.ServeHTTP
}

func twilioSender(status string) string {
	return `{"senders":[{"sid":"XE1","sender_id":"whatsapp:+15550100","status":"ONLINE"},` +
		`{"sid":"XE2","sender_id":"whatsapp:+447700900000","status":"` + status + `"}],"meta":{"next_page_url":null}}`
}

// phone is a double of the Graph API with one number.
func phone(change func(*graphDouble)) http.HandlerFunc {
	g := &graphDouble{
		token: exampleMetaToken, secret: exampleAppSecret, refused: map[string]string{},
		objects: map[string]string{"106540352242922": metaPhone("+44 7700 900000", "GREEN")},
	}
	if change != nil {
		change(g)
	}
	return g.ServeHTTP
}

func metaPhone(number, quality string) string {
	return `{"id":"106540352242922","verified_name":"Acme","display_phone_number":"` + number + `","quality_rating":"` + quality + `"}`
}
