package teleopti

import (
	"bytes"
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
	stepSource       = "source"
)

// Failures that the probe knows by name.
var (
	keyRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "credentials_rejected",
		Detail: "Teleopti does not accept the authentication key.",
		Hint:   "Ask Teleopti's administrator for the key of this tenant and enter it again; capitals matter.",
	}
	defaultKeyRefused = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "default_key_refused",
		Detail: "The key is Teleopti's default one, which installations with several tenants do not accept.",
		Hint:   "Ask Teleopti's administrator for the key of your tenant.",
	}
	sourceUnknown = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "source_unknown",
		Detail: "Teleopti accepts the key but does not know the source ID.",
		Hint:   "Compare the source ID with what Teleopti's administrator set up.",
	}
	keyNotVerifiable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "credentials_not_verifiable",
		Detail: "The SOAP interface answers at this address. Whether key and source ID are right shows only when states " +
			"are sent.",
		Hint: "Switch the feed on and look in Teleopti whether the states of agents arrive.",
	}
)

// Probe implements integrations.Prober.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	if p.Protocol == protocolSOAP {
		return p.reach(ctx, s)
	}
	err := s.Step(stepAuthenticate, func() error { return p.authenticate(ctx, s) })
	s.Skip(stepSource)
	return err
}

// batch is what the JSON interface takes, as Teleopti's own client sends it
// (https://github.com/Teleopti/RTASend-CSharp). IsSnapshot stays false: at the end
// of a snapshot Teleopti signs everybody out who is not in it.
type batch struct {
	AuthenticationKey string
	SourceID          string `json:"SourceId"`
	IsSnapshot        bool
	States            []struct{}
}

func (p *Properties) authenticate(ctx context.Context, s *integrations.Session) error {
	body, err := json.Marshal(batch{AuthenticationKey: p.AuthKey.Reveal(), SourceID: p.SourceID, States: []struct{}{}})
	if err != nil {
		return err
	}
	answer, err := s.Exchange(ctx, integrations.Request{
		Method: http.MethodPost, URL: p.URL, Body: body,
		Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
	})
	if err != nil {
		return err
	}
	if f := answer.Failure(); f != nil {
		return refusal(answer, f)
	}
	// Teleopti says nothing when all is well; anything but JSON is somebody else's.
	if text := bytes.TrimSpace(answer.Body); len(text) > 0 {
		return answer.JSON(new(any))
	}
	return nil
}

// refusal says what a status means; f is what it means in general. Teleopti tells
// wrong values apart by texts alone, all with the status 400.
func refusal(answer *integrations.Answer, f *integrations.Failure) *integrations.Failure {
	switch answer.Status {
	case http.StatusBadRequest:
		return wrongValue(answer, f)
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		f.Hint = "Compare the URL with what Teleopti's administrator gave you; it usually ends with /Rta/State/Batch."
	case http.StatusUnauthorized, http.StatusForbidden:
		f.Hint = "Teleopti itself asks for no sign-in; a proxy or firewall before it may. Ask Teleopti's administrator."
	}
	return f
}

func wrongValue(answer *integrations.Answer, f *integrations.Failure) *integrations.Failure {
	text := strings.ToLower(string(answer.Body))
	switch {
	case strings.Contains(text, "default authentication key"):
		return defaultKeyRefused.From(answer)
	case strings.Contains(text, "authentication key"):
		return keyRejected.From(answer)
	case strings.Contains(text, "source"):
		return sourceUnknown.From(answer)
	}
	f.Hint = "Check that the URL leads to the JSON interface, and that Teleopti's version has it."
	return f
}

// reach reads the description of the SOAP interface.
func (p *Properties) reach(ctx context.Context, s *integrations.Session) error {
	err := s.Step(stepReach, func() error {
		answer, err := s.Exchange(ctx, integrations.Request{
			URL: p.URL + "?wsdl", Header: http.Header{"Accept": {"text/xml"}},
		})
		if err != nil {
			return err
		}
		if f := answer.Failure(); f != nil {
			return refusal(answer, f)
		}
		text := bytes.TrimSpace(answer.Body)
		if !bytes.HasPrefix(text, []byte("<")) || !bytes.Contains(text, []byte("definitions")) {
			f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
				"The answer is not the description of a SOAP interface.",
				"Check that the URL leads to TeleoptiRtaService.svc, and that the service shows its description (WSDL).")
			f.HTTPStatus = answer.Status
			return f
		}
		return nil
	})
	if err != nil {
		s.Skip(stepAuthenticate)
		return err
	}
	s.Warn(stepAuthenticate, keyNotVerifiable.Failure())
	return nil
}
