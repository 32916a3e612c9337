package nextcaller

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"admin-api/integrations"
)

// Where the interface is, as the vendor's own clients say.
const (
	productionURL = "https://api.nextcaller.com/v2.1/"
	sandboxURL    = "https://api.sandbox.nextcaller.com/v2.1/"
)

// impossible asks for a number that has too few digits to exist. A look-up of a
// real number, even the vendor's example, counts against the monthly quota
// (https://nextcaller.com/documentation/v3/).
const impossible = "records/?phone=1&format=json"

// The steps of a probe.
const (
	stepReach        = "reach"
	stepAuthenticate = "authenticate"
)

var notVerifiable = integrations.Diagnosis{
	Cause: integrations.CauseConfig, Code: "credentials_not_verifiable",
	Detail: "Next Caller looks at the number before the credentials, so these cannot be tested without a look-up.",
	Hint:   "Identify a contact once; the first look-up shows whether the credentials are right.",
}

// Probe implements integrations.Prober. Nobody documents whether Next Caller
// looks at the credentials or at the number first. It is asked as nobody: only
// where strangers are refused for being strangers does an answer about the
// number prove the credentials.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	credentialsFirst := false
	err := s.Step(stepReach, func() (err error) {
		credentialsFirst, err = p.reach(ctx, s)
		return err
	})
	if err != nil {
		s.Skip(stepAuthenticate)
		return err
	}
	if !credentialsFirst {
		s.Warn(stepAuthenticate, notVerifiable.Failure())
		return nil
	}
	err = s.Step(stepAuthenticate, func() error {
		answer, err := p.ask(ctx, s, integrations.Basic(p.Username, p.Password))
		if err != nil {
			return err
		}
		return judge(answer)
	})
	if err == nil {
		s.SetIdentity(p.Username)
	}
	return err
}

func (p *Properties) ask(ctx context.Context, s *integrations.Session, h http.Header) (*integrations.Answer, error) {
	base := productionURL
	if p.SandboxMode {
		base = sandboxURL
	}
	return s.Exchange(ctx, integrations.Request{URL: base + impossible, Header: h})
}

// reach reports whether strangers are refused as such.
func (p *Properties) reach(ctx context.Context, s *integrations.Session) (credentialsFirst bool, err error) {
	answer, err := p.ask(ctx, s, nil)
	if err != nil {
		return false, err
	}
	if answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden {
		return true, nil
	}
	return false, judge(answer)
}

// judge accepts what Next Caller says to the number: an error with a code of its
// own, or a list of nobody.
func judge(answer *integrations.Answer) error {
	var document struct {
		Records *[]struct{} `json:"records"`
		Error   struct {
			Code json.RawMessage `json:"code"` // a number in a string, in some versions without
		} `json:"error"`
	}
	f := answer.Failure()
	switch {
	case f == nil:
		if err := answer.JSON(&document); err != nil {
			return err
		}
		if document.Records != nil {
			return nil
		}
	case answer.Status == http.StatusBadRequest || answer.Status == http.StatusNotFound:
		if json.Unmarshal(answer.Body, &document) == nil && len(document.Error.Code) > 0 {
			return nil
		}
		return advise(f, answer)
	default:
		return advise(f, answer)
	}
	f = integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The answer is JSON but not what Next Caller documents.", "Try again later; look for a proxy in between.")
	f.HTTPStatus = answer.Status
	return f
}

// advise adds what helps at Next Caller to a failure.
func advise(f *integrations.Failure, answer *integrations.Answer) *integrations.Failure {
	switch f.Code {
	case "credentials_rejected":
		f.Hint = "Check the API user name and password, and that the sandbox mode fits the account they belong to."
	case "permission_denied":
		f.Hint = "Ask Next Caller whether the account is active and may use the interface from this server's address."
	case "rate_limited":
		if f.RetryAfter == 0 {
			f.RetryAfter = untilReset(answer)
		}
	}
	return f
}

// untilReset reads when the limit is lifted, in seconds since 1970; 0 where the
// answer does not say so or says something odd.
func untilReset(answer *integrations.Answer) time.Duration {
	reset, err := strconv.ParseInt(answer.Header.Get("X-Rate-Limit-Reset"), 10, 64)
	date, dateErr := http.ParseTime(answer.Header.Get("Date"))
	if err != nil || dateErr != nil {
		return 0
	}
	wait := time.Unix(reset, 0).Sub(date)
	if wait < 0 || wait > 24*time.Hour {
		return 0
	}
	return wait
}
