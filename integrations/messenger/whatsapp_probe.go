package messenger

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"admin-api/integrations"
)

// What probes of numbers know by name, besides what the providers' other types
// know.
var (
	whatsappNoNumber = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "number_not_found",
		Detail: "The credentials are good, but the provider shows them no such WhatsApp number.",
		Hint:   "Check the number or its ID, and that the credentials belong to the account that owns it and may see it.",
	}
	whatsappOtherNumber = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "other_number",
		Detail: "The phone number ID belongs to another WhatsApp number than the one entered.",
		Hint:   "Correct the WhatsApp number, or enter the ID of that number.",
	}
	whatsappOffline = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "number_not_connected",
		Detail: "The provider knows the number, but it is not connected with WhatsApp at present.",
		Hint:   "Look at the number's state in the provider's console.",
	}
	whatsappUnverified = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "number_not_listed",
		Detail: "The credentials are good, but the number does not stand on the first page of Twilio's WhatsApp senders.",
		Hint:   "Check the number in the Twilio Console; numbers of the sandbox are never listed.",
	}
	whatsappQuality = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "quality_low",
		Detail: "Meta rates the quality of the number low, because customers block or report it.",
		Hint:   "Look at the number in WhatsApp Manager before Meta limits it.",
	}
	twilioInactive = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "account_inactive",
		Detail: "Twilio knows the account, but it is suspended or closed.",
		Hint:   "Look in the Twilio Console why; an empty balance suspends an account too.",
	}
)

// probe asks Infobip for the state of the number
// (https://www.infobip.com/docs/api/channels/whatsapp/whatsapp-service-management/get-whatsapp-senders-quality).
func (a *InfobipAccess) probe(ctx context.Context, s *integrations.Session, number string) error {
	digits := strings.TrimPrefix(number, "+")
	var document struct {
		Results *[]struct{ Sender, Status string }
	}
	err := s.Step(stepAuthenticate, func() error {
		answer, err := s.Exchange(ctx, integrations.Request{
			URL:    a.BaseURL + "/whatsapp/1/senders/quality?" + url.Values{"senders": {digits}}.Encode(),
			Header: http.Header{"Authorization": {"App " + a.APIKey.Reveal()}},
		})
		if err != nil {
			return err
		}
		if f := answer.Failure(); f != nil {
			return adviseInfobip(f)
		}
		if err := answer.JSON(&document); err != nil {
			return err
		}
		if document.Results == nil {
			return unlike("api.infobip.com")
		}
		return nil
	})
	if err != nil {
		s.Skip(stepNumber)
		return err
	}
	for _, sender := range *document.Results {
		if sender.Sender != digits {
			continue
		}
		s.SetIdentity(number)
		return state(s, sender.Status, "CONNECTED")
	}
	return s.Step(stepNumber, func() error { return whatsappNoNumber.Failure() })
}

// state records whether a number that was found is in working order.
func state(s *integrations.Session, status, good string) error {
	if status != good {
		s.Warn(stepNumber, whatsappOffline.Failure())
		return nil
	}
	return s.Step(stepNumber, func() error { return nil })
}

func adviseInfobip(f *integrations.Failure) *integrations.Failure {
	f = hinting(f, integrations.CauseCredentials,
		"Check the API key under Developer Tools, API Keys: it may have expired, be disabled or belong to another base URL.")
	return hinting(f, integrations.CausePermission,
		"Give the API key the scope whatsapp:manage, and add this server's address if the key permits only some.")
}

// infobipURL completes what people enter for the address of an account. What
// cannot be read stays as it is.
func infobipURL(s string) string {
	full := s
	if full != "" && !strings.Contains(full, "://") {
		full = "https://" + full
	}
	u, err := url.Parse(full)
	if err != nil || u.Host == "" || u.User != nil || u.RequestURI() != "/" || u.Fragment != "" {
		return s
	}
	return strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}

// Addresses of Twilio (https://www.twilio.com/docs/iam/api/account and
// https://www.twilio.com/docs/whatsapp/api/senders).
const (
	twilioHost     = "api.twilio.com"
	twilioAccounts = "https://" + twilioHost + "/2010-04-01/Accounts/"
	twilioSenders  = "https://messaging.twilio.com/v2/Channels/Senders?Channel=whatsapp&PageSize=20"
)

// probe reads the account and looks for the number among its senders. A number
// that is not among them is no failure, because the sandbox's never are.
func (a *TwilioAccess) probe(ctx context.Context, s *integrations.Session, number string) error {
	var account struct{ SID, Status string }
	err := s.Step(stepAuthenticate, func() error {
		if err := a.read(ctx, s, twilioAccounts+a.AccountSID+".json", &account); err != nil {
			return err
		}
		switch {
		case account.SID == "":
			return unlike(twilioHost)
		case account.Status != "active":
			return twilioInactive.Failure()
		}
		s.SetIdentity(a.AccountSID)
		return nil
	})
	if err != nil {
		s.Skip(stepNumber)
		return err
	}
	var list struct {
		Senders *[]struct {
			ID     string `json:"sender_id"`
			Status string `json:"status"`
		}
	}
	err = s.Step(stepAuthorize, func() error {
		if err := a.read(ctx, s, twilioSenders, &list); err != nil {
			return err
		}
		if list.Senders == nil {
			return unlike("messaging.twilio.com")
		}
		return nil
	})
	if err != nil {
		s.Skip(stepNumber)
		return err
	}
	for _, sender := range *list.Senders {
		if sender.ID == "whatsapp:"+number {
			return state(s, strings.TrimSuffix(sender.Status, ":UPDATING"), "ONLINE")
		}
	}
	s.Warn(stepNumber, whatsappUnverified.Failure())
	return nil
}

func (a *TwilioAccess) read(ctx context.Context, s *integrations.Session, address string, into any) error {
	header := integrations.Basic(a.AccountSID, a.AuthToken)
	answer, err := s.Exchange(ctx, integrations.Request{URL: address, Header: header})
	if err != nil {
		return err
	}
	f := answer.Failure()
	if f == nil {
		return answer.JSON(into)
	}
	var refusal struct{ Code int }
	_ = answer.JSON(&refusal) // what is not Twilio's is judged by its status
	switch refusal.Code {
	case 10001, 20005, 20403, 90010:
		return twilioInactive.From(answer)
	}
	return hinting(f, integrations.CauseCredentials,
		"Compare account SID and auth token with the Twilio Console; a new primary token may have replaced it.")
}

// probe reads the number at Meta
// (https://developers.facebook.com/docs/whatsapp/cloud-api/reference/phone-numbers).
func (a *MetaCloudAccess) probe(ctx context.Context, s *integrations.Session, number string) error {
	api := graph{
		token: a.AccessToken, appSecret: a.AppSecret, unknown: whatsappNoNumber,
		permission: "Give the system user the WhatsApp account as an asset and its token whatsapp_business_management.",
	}
	var phone struct {
		ID      string `json:"id"`
		Name    string `json:"verified_name"`
		Number  string `json:"display_phone_number"`
		Quality string `json:"quality_rating"`
	}
	err := s.Step(stepAuthenticate, func() error {
		return api.get(ctx, s, a.PhoneNumberID, "id,verified_name,display_phone_number,quality_rating", &phone)
	})
	if err != nil {
		s.Skip(stepNumber)
		return err
	}
	err = s.Step(stepNumber, func() error {
		switch {
		case phone.ID != a.PhoneNumberID || phone.Number == "":
			return unlike(graphHost)
		case digitsOf(phone.Number) != digitsOf(number):
			return whatsappOtherNumber.Failure()
		}
		s.SetIdentity(named(phone.Name, number))
		return nil
	})
	if err == nil && phone.Quality == "RED" {
		s.Warn(stepNumber, whatsappQuality.Failure())
	}
	return err
}

// digitsOf drops the signs with which Meta writes numbers for people.
func digitsOf(number string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
}
