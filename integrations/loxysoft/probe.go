package loxysoft

import (
	"context"
	"net/http"

	"admin-api/integrations"
)

// The steps of a probe.
const (
	stepReach        = "reach"
	stepAuthenticate = "authenticate"
)

// What a probe cannot find out, and says.
var (
	credentialsNotVerifiable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "credentials_not_verifiable",
		Detail: "A system answers at this address. Whether it is Loxysoft and takes the credentials shows only when states " +
			"are sent.",
		Hint: "Switch the feed on and look in Loxysoft whether the states of agents arrive.",
	}
	addressNotConfirmed = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "address_not_confirmed",
		Detail: "A system answers, but has nothing to read at this address; it may still take states there.",
		Hint:   "Compare the address with what Loxysoft gave you.",
	}
)

// Probe implements integrations.Prober. It only reads, and as nobody: there is no
// harmless request that is known to exist.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	confirmed := true
	err := s.Step(stepReach, func() error {
		answer, err := s.Exchange(ctx, integrations.Request{URL: p.URL, Header: http.Header{"Accept": {"*/*"}}})
		if err != nil {
			return err
		}
		switch f := answer.Failure(); {
		case f == nil:
		case answer.Status == http.StatusNotFound, answer.Status == http.StatusGone:
			confirmed = false
		case answer.Status == http.StatusTooManyRequests, answer.Status < 400, answer.Status >= 500:
			return f
		}
		return nil // being refused is an answer as well
	})
	if err != nil {
		s.Skip(stepAuthenticate)
		return err
	}
	if !confirmed {
		s.Warn(stepReach, addressNotConfirmed.Failure())
	}
	s.Warn(stepAuthenticate, credentialsNotVerifiable.Failure())
	return nil
}
