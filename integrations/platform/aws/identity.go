package aws

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"regexp"

	"admin-api/integrations"
)

// StepAuthenticate is the step of Authenticate.
const StepAuthenticate = "authenticate"

// Identity is whom AWS takes a caller for.
type Identity struct {
	Account string // 12 digits
	ARN     string
}

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	arnForm     = regexp.MustCompile(`^arn:aws[a-z-]{0,16}:(?:iam|sts)::[0-9]{12}:[A-Za-z0-9+=,.@_/-]{1,256}$`)
)

// Authenticate asks, as a step of its own, whose key it is. AWS answers anybody
// whose signature is right, also one whom a policy denies everything
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
// What follows can then be told from a wrong key.
func Authenticate(ctx context.Context, s *integrations.Session, key Key, region string) (Identity, error) {
	var who Identity
	err := s.Step(StepAuthenticate, func() (err error) {
		who, err = identify(ctx, s, key, region)
		return err
	})
	if err != nil {
		return Identity{}, err
	}
	s.SetIdentity(who.ARN)
	return who, nil
}

func identify(ctx context.Context, s *integrations.Session, key Key, region string) (Identity, error) {
	answer, err := Exchange(ctx, s, Call{
		Key: key, Service: "sts", Region: region,
		Method: http.MethodPost, URL: "https://" + Host("sts", region) + "/",
		Header: http.Header{
			"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"},
			"Accept":       {"text/xml"}, // to whom asks for JSON it answers in JSON, which is not documented
		},
		Body: []byte("Action=GetCallerIdentity&Version=2011-06-15"),
	})
	if err != nil {
		return Identity{}, err
	}
	if f := Failure(answer); f != nil {
		return Identity{}, f
	}
	var document struct {
		XMLName xml.Name `xml:"GetCallerIdentityResponse"`
		Account string   `xml:"GetCallerIdentityResult>Account"`
		ARN     string   `xml:"GetCallerIdentityResult>Arn"`
	}
	if xml.Unmarshal(answer.Body, &document) != nil || !accountForm.MatchString(document.Account) {
		return Identity{}, Unexpected(answer)
	}
	who := Identity{Account: document.Account, ARN: document.ARN}
	if !arnForm.MatchString(who.ARN) {
		who.ARN = "account " + who.Account
	}
	return who, nil
}

// Unexpected returns a failure about an answer that is not what AWS documents.
func Unexpected(a *integrations.Answer) *integrations.Failure {
	f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The answer is not what AWS documents.",
		"Try again later; if it stays so, look for a proxy between this server and AWS.")
	f.HTTPStatus = a.Status
	return f
}

// Step is Session.Step for what is asked of one service: where its name does not
// exist, the region lacks it.
func Step(s *integrations.Session, name string, fn func() error) error {
	err := s.Step(name, fn)
	if f, ok := errors.AsType[*integrations.Failure](err); ok && f.Code == "name_not_found" {
		f.Hint = "AWS may not offer the service in this region; check the region."
	}
	return err
}
