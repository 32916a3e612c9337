package datagroup

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"admin-api/integrations"
)

// The steps of a probe.
const (
	stepReach        = "reach"
	stepAuthenticate = "authenticate"
)

var (
	apiKeyRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "api_key_rejected",
		Detail: "TDG does not accept the API key.",
		Hint:   "Copy the API key again from TDG's message; ask support@thedatagroup.com if it was replaced or has ended.",
	}
	interfaceUnknown = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "interface_unknown",
		Detail: "TDG's gateway answers, but does not know version 3 of the interface any more.",
		Hint:   "Ask support@thedatagroup.com which interface the account is for, and choose its base URL.",
	}
	signInRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "sign_in_rejected",
		Detail: "TDG answered without a token, so it did not accept the user name or the password.",
		Hint:   "Check both; ask support@thedatagroup.com to reset the password.",
	}
	notVerifiable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "credentials_not_verifiable",
		Detail: "TDG answers, but its newer interface has no request that tests an API key without a paid look-up.",
		Hint:   "Identify a contact once; the first look-up shows whether the key is right.",
	}
)

// Probe implements integrations.Prober. A token that is asked for ends after 8
// hours by itself; nothing is said of it ending others.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	if p.BaseURL == keyOnly {
		return p.reach(ctx, s)
	}
	err := s.Step(stepAuthenticate, func() error { return p.authenticate(ctx, s) })
	if err == nil {
		s.SetIdentity(p.Username)
	}
	return err
}

// reach asks as nobody. Being refused is an answer as good as any.
func (p *Properties) reach(ctx context.Context, s *integrations.Session) error {
	err := s.Step(stepReach, func() error {
		answer, err := s.Exchange(ctx, integrations.Request{URL: p.BaseURL + "/lookup"})
		if err != nil {
			return err
		}
		f := answer.Failure()
		if f != nil && (f.Retryable || f.Code == "redirected") {
			return f
		}
		return answer.JSON(new(map[string]any))
	})
	if err != nil {
		return err
	}
	s.Warn(stepAuthenticate, notVerifiable.Failure())
	return nil
}

func (p *Properties) authenticate(ctx context.Context, s *integrations.Session) error {
	body, err := json.Marshal(map[string]string{"username": p.Username, "password": p.Password.Reveal()})
	if err != nil {
		return err
	}
	answer, err := s.Exchange(ctx, integrations.Request{
		Method: http.MethodPost, URL: p.BaseURL + "/auth", Body: body,
		Header: http.Header{"Content-Type": {"application/json"}, "X-Api-Key": {p.APIKey.Reveal()}},
	})
	if err != nil {
		return err
	}
	if f := answer.Failure(); f != nil {
		return refusal(answer, f)
	}
	var document map[string]any
	if err := answer.JSON(&document); err != nil {
		return err
	}
	if !holdsToken(document) {
		return signInRejected.From(answer)
	}
	return nil
}

// holdsToken looks for a member that is named after a token; its exact name
// could not be confirmed.
func holdsToken(document map[string]any) bool {
	for name, value := range document {
		switch value := value.(type) {
		case string:
			if value != "" && strings.Contains(strings.ToLower(name), "token") {
				return true
			}
		case map[string]any:
			if holdsToken(value) {
				return true
			}
		}
	}
	return false
}

// refusal says why TDG refused. A wrong key is refused before TDG itself is
// asked, in the words of the gateway in front of it
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html).
func refusal(answer *integrations.Answer, f *integrations.Failure) error {
	var document struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(answer.Body, &document) // what is not the gateway's is judged by its status
	switch {
	case answer.Status == http.StatusForbidden && document.Message == "Forbidden":
		return apiKeyRejected.From(answer)
	case answer.Status == http.StatusForbidden && document.Message == "Missing Authentication Token":
		return interfaceUnknown.From(answer) // what the gateway says to every path that it does not know
	case f.Code == "credentials_rejected":
		f.Hint = signInRejected.Hint
	case f.Code == "permission_denied":
		f.Hint = "Check the API key, and ask TDG whether the account may use the interface."
	}
	return f
}
