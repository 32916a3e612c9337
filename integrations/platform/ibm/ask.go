package ibm

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
)

// TokenURL is where IBM Cloud exchanges an API key for a token. A key is sent
// there and, in place of that, to a service outside IBM Cloud; nowhere else.
const TokenURL = "https://iam.cloud.ibm.com/identity/token" //nolint:gosec // An address.

const (
	grantType        = "urn:ibm:params:oauth:grant-type:apikey"
	stepAuthenticate = "authenticate"
)

var (
	keyRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "api_key_rejected",
		Detail: "IBM Cloud does not know the API key; it was deleted, disabled or is not copied whole.",
		Hint:   "Copy the API key again from the service's credentials in IBM Cloud, or create new credentials there.",
	}
	endpointRetired = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "endpoint_retired",
		Detail: "The URL leads to a host that IBM switched off in 2021; nothing was sent there.",
		Hint:   "Copy the URL from the service's credentials in IBM Cloud; its host ends in watson.cloud.ibm.com.",
	}
)

// Diagnoses are the failures that Ask knows by name.
func Diagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{keyRejected, endpointRetired}
}

// Login is a credential: an API key, or else a user name and a password of old.
type Login struct {
	APIKey   secret.Text
	Username string
	Password secret.Text
}

// Question is what a probe asks of a service.
type Question struct {
	// Step is the name of the step in which it is asked.
	Step string
	// URL is the whole address, Login the credential for it.
	URL   string
	Login Login
	// Judge says what is wrong with an answer of a status in the two hundreds.
	Judge func(*integrations.Answer) error
}

// Ask authenticates and reads the address. An API key of IBM Cloud is exchanged
// for a token first, which tells a wrong key from one of another service;
// elsewhere keys and passwords are sent to the service as they are.
func Ask(ctx context.Context, s *integrations.Session, q Question) error {
	if retired(q.URL) {
		return s.Step(q.Step, func() error { return endpointRetired.Failure() })
	}
	header := integrations.Basic(q.Login.Username, q.Login.Password)
	if q.Login.APIKey.IsSet() {
		header = integrations.Basic("apikey", q.Login.APIKey)
	}
	if q.Login.APIKey.IsSet() && onCloud(q.URL) {
		err := s.Step(stepAuthenticate, func() error {
			token, err := exchange(ctx, s, q.Login.APIKey)
			header = integrations.Bearer(token)
			return err
		})
		if err != nil {
			s.Skip(q.Step)
			return err
		}
	}
	return s.Step(q.Step, func() error {
		answer, err := s.Exchange(ctx, integrations.Request{URL: q.URL, Header: header})
		if err != nil {
			return err
		}
		if f := answer.Failure(); f != nil {
			return q.advise(f)
		}
		return q.Judge(answer)
	})
}

// exchange gets a token, which leaves those issued before as good as they were.
func exchange(ctx context.Context, s *integrations.Session, key secret.Text) (secret.Text, error) {
	answer, err := s.Exchange(ctx, integrations.Request{
		Method: http.MethodPost,
		URL:    TokenURL,
		Form:   url.Values{"grant_type": {grantType}, "response_type": {"cloud_iam"}, "apikey": {key.Reveal()}},
	})
	if err != nil {
		return secret.Text{}, err
	}
	if f := refusedKey(answer); f != nil {
		return secret.Text{}, f
	}
	var grant struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
	}
	if err := answer.JSON(&grant); err != nil {
		return secret.Text{}, err
	}
	if grant.AccessToken == "" || !strings.EqualFold(grant.TokenType, "Bearer") {
		return secret.Text{}, Unexpected(answer)
	}
	return secret.New(grant.AccessToken), nil
}

var iamCode = regexp.MustCompile(`^BXNIM[0-9]{4}E$`)

// refusedKey says why no token was issued; nil if one was. To a key that it does
// not know, IAM says 400 and BXNIM0415E; what else it has against the request
// comes from the key as well, since the rest is always the same.
func refusedKey(answer *integrations.Answer) *integrations.Failure {
	f := answer.Failure()
	if f == nil || f.Retryable {
		return f
	}
	var document struct {
		Code string `json:"errorCode"`
	}
	if json.Unmarshal(answer.Body, &document) == nil && iamCode.MatchString(document.Code) &&
		(answer.Status == http.StatusBadRequest || answer.Status == http.StatusUnauthorized) {
		return keyRejected.From(answer)
	}
	return f
}

// advise says what a refusal of a service comes from. Outside IBM Cloud, whoever
// runs the service knows best.
func (q Question) advise(f *integrations.Failure) *integrations.Failure {
	byKey := q.Login.APIKey.IsSet()
	switch {
	case f.Code == "credentials_rejected" && !onCloud(q.URL):
		f.Hint = "Ask whoever runs the service for its credentials; Cloud Pak for Data, which wants tokens of its own, " +
			"cannot be tested."
	case !onCloud(q.URL):
	case f.Code == "credentials_rejected" && byKey:
		f.Hint = "Check that the API key and the URL come from the same credentials of the service in IBM Cloud."
	case f.Code == "credentials_rejected":
		f.Hint = "IBM Cloud accepts no user names and passwords any more; create an API key and use that."
	case f.Code == "permission_denied":
		f.Hint = "Check that the key is of the instance in the URL and has the role Reader, and that the plan is active."
	case f.Code == "not_found":
		f.Hint = "Compare the URL, its region and the ids in it with the service's credentials in IBM Cloud."
	}
	return f
}
