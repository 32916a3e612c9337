package messenger

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"admin-api/integrations"
)

// An app has one bearer token at a time: asking again returns the same one, and
// no price list of X's names the call
// (https://docs.x.com/fundamentals/authentication/oauth-2-0/application-only,
// https://docs.x.com/x-api/getting-started/pricing).
const (
	twitterHost   = "api.x.com"
	twitterTokens = "https://" + twitterHost + "/oauth2/token"
)

// What the probe knows by name.
var (
	twitterSuspended = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "app_suspended",
		Detail: "X has suspended the app or the account that owns it.",
		Hint:   "Sign in to X's Developer Console and follow what it says there.",
	}
	twitterTokenUntested = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "access_token_not_verifiable",
		Detail: "API key and secret are good. The access token and its secret were not tested, because X charges for " +
			"every request that could prove them.",
		Hint: "Compare both with the app's tab Keys and tokens, and answer a direct message once.",
	}
)

// twitterRefusal is the body of what is refused
// (https://docs.x.com/x-api/fundamentals/response-codes-and-errors).
type twitterRefusal struct {
	Errors []struct {
		Code int `json:"code"`
	} `json:"errors"`
}

// Probe implements integrations.Prober. The bearer token that proves the keys is
// dropped at once.
func (p *TwitterProperties) Probe(ctx context.Context, s *integrations.Session) error {
	err := s.Step(stepAuthenticate, func() error { return p.authenticate(ctx, s) })
	if err != nil {
		s.Skip(stepToken)
		return err
	}
	s.Warn(stepToken, twitterTokenUntested.Failure())
	return nil
}

func (p *TwitterProperties) authenticate(ctx context.Context, s *integrations.Session) error {
	answer, err := s.Exchange(ctx, integrations.Request{
		Method: http.MethodPost, URL: twitterTokens, Header: integrations.Basic(p.APIKey, p.APISecretKey),
		Form: url.Values{"grant_type": {"client_credentials"}},
	})
	if err != nil {
		return err
	}
	if f := twitterFailure(answer, s.Now()); f != nil {
		return f
	}
	var grant struct {
		Type  string `json:"token_type"`
		Token string `json:"access_token"`
	}
	if err := answer.JSON(&grant); err != nil {
		return err
	}
	if !strings.EqualFold(grant.Type, "bearer") || grant.Token == "" {
		return unlike(twitterHost)
	}
	return nil
}

// twitterFailure says what a refusal means; nil for none. Wrong keys are
// refused with 403, which elsewhere means a right that is missing.
func twitterFailure(answer *integrations.Answer, now time.Time) *integrations.Failure {
	f := answer.Failure()
	if f == nil {
		return nil
	}
	var refusal twitterRefusal
	_ = answer.JSON(&refusal) // what is not X's is judged by its status
	for _, e := range refusal.Errors {
		switch e.Code {
		case 32, 99:
			f = taken(answer, http.StatusUnauthorized)
		case 64, 416:
			return twitterSuspended.From(answer)
		}
	}
	if f.Cause == integrations.CauseRateLimited && f.RetryAfter == 0 {
		f.RetryAfter = untilReset(answer.Header.Get("X-Rate-Limit-Reset"), now)
	}
	return hinting(f, integrations.CauseCredentials,
		"Compare API key and API secret key with the app's tab Keys and tokens; "+
			"X refuses good ones too when it is asked too often.")
}

// untilReset reads the time at which X counts anew, in seconds since 1970. Its
// windows are 15 minutes or a day long.
func untilReset(text string, now time.Time) time.Duration {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return 0
	}
	return min(max(time.Unix(seconds, 0).Sub(now), 0), 24*time.Hour)
}
