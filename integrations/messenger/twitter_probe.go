package messenger

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"admin-api/integrations"
)

// The endpoint answers users only, never an app on its own
// (https://docs.x.com/x-api/users/get-my-user).
const (
	twitterHost = "api.x.com"
	twitterSelf = "https://" + twitterHost + "/2/users/me"
)

// What the probe knows by name.
var (
	twitterClock = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "clock_skewed",
		Detail: "The clock of this server and X's differ too much for signed requests.",
		Hint:   "Set this server's clock, best over NTP.",
	}
	twitterNotEnrolled = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "app_not_enrolled",
		Detail: "X accepts the keys, but the app is in no project or its plan does not include the interface.",
		Hint:   "Put the app into a project in X's Developer Console, and check the plan.",
	}
	twitterPermissions = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "app_permissions",
		Detail: "The app's permissions do not include what is asked for.",
		Hint: "Give the app Read, write and Direct Messages in its user authentication settings, " +
			"then issue the access token anew.",
	}
	twitterSuspended = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "account_suspended",
		Detail: "X has suspended or locked the account.",
		Hint:   "Sign in to X as the account and follow what it says there.",
	}
	twitterCredits = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "credits_depleted",
		Detail: "X accepts the keys, but the app's credits are used up.",
		Hint:   "Buy credits in X's Developer Console, or switch on their automatic recharge.",
	}
	twitterCapped = integrations.Diagnosis{
		Cause: integrations.CauseRateLimited, Code: "usage_capped",
		Detail: "The app has used what its plan includes for this period.",
		Hint:   "Wait for the next period, or change the plan in X's Developer Console.",
	}
)

// twitterRefusal is the body of what is refused: a problem, or a list of coded
// errors as in version 1.1
// (https://docs.x.com/x-api/fundamentals/response-codes-and-errors).
type twitterRefusal struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
	Errors []struct {
		Code int `json:"code"`
	} `json:"errors"`
}

// Probe implements integrations.Prober.
func (p *TwitterProperties) Probe(ctx context.Context, s *integrations.Session) error {
	return s.Step(stepAuthenticate, func() error {
		signer := oauth1{p.APIKey, p.APISecretKey, p.AccessToken, p.AccessTokenSecret}
		header := http.Header{}
		header.Set("Authorization", signer.authorization(http.MethodGet, twitterSelf, s.Now()))
		answer, err := s.Exchange(ctx, integrations.Request{Method: http.MethodGet, URL: twitterSelf, Header: header})
		if err != nil {
			return err
		}
		if f := twitterFailure(answer, s.Now()); f != nil {
			return f
		}
		var document struct {
			Data struct{ ID, Username string }
		}
		if err := answer.JSON(&document); err != nil {
			return err
		}
		if document.Data.ID == "" {
			return unlike(twitterHost)
		}
		s.SetIdentity(twitterIdentity(document.Data.Username, document.Data.ID))
		return nil
	})
}

// twitterFailure says what a refusal means; nil for none.
func twitterFailure(answer *integrations.Answer, now time.Time) *integrations.Failure {
	f := answer.Failure()
	if f == nil {
		return nil
	}
	var refusal twitterRefusal
	_ = answer.JSON(&refusal) // what is not X's is judged by its status
	if known := refusal.diagnosis(answer.Status); known != nil {
		return known.From(answer)
	}
	if f.Cause == integrations.CauseRateLimited && f.RetryAfter == 0 {
		f.RetryAfter = untilReset(answer.Header.Get("X-Rate-Limit-Reset"), now)
	}
	f = hinting(f, integrations.CauseCredentials,
		"Compare all four values with the app's tab Keys and tokens; new consumer keys take a new access token.")
	return hinting(f, integrations.CausePermission,
		"Check in X's Developer Console that the app's plan includes the interface and its permissions direct messages.")
}

func (r twitterRefusal) diagnosis(status int) *integrations.Diagnosis {
	for _, e := range r.Errors {
		switch e.Code {
		case 135:
			return &twitterClock
		case 64, 326:
			return &twitterSuspended
		case 453:
			return &twitterNotEnrolled
		}
	}
	switch problem := r.Type[strings.LastIndexByte(r.Type, '/')+1:]; {
	case r.Reason == "client-not-enrolled", problem == "client-forbidden":
		return &twitterNotEnrolled
	case problem == "oauth1-permissions":
		return &twitterPermissions
	case problem == "usage-capped":
		return &twitterCapped
	case status == http.StatusPaymentRequired:
		return &twitterCredits
	}
	return nil
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

var twitterName = regexp.MustCompile(`^[A-Za-z0-9_]{1,15}$`)

// twitterIdentity is how a check shows the user; the texts come from outside.
func twitterIdentity(name, id string) string {
	if twitterName.MatchString(name) {
		return "@" + name
	}
	return plausible("user " + id)
}
