package amazonaws

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/aws/awstest"
	"admin-api/secret"
	"admin-api/validation"
)

const (
	lambdaHost  = "lambda.eu-west-1.amazonaws.com"
	lambdaSTS   = "sts.eu-west-1.amazonaws.com"
	lambdaValid = `{"region":"eu-west-1","accessKeyId":"` + exampleKeyID + `","secretKey":"` + exampleSecret + `"}`
)

// lambda is a double of AWS with Lambda in one region.
func lambda(serve http.HandlerFunc) http.HandlerFunc {
	return awstest.Cloud(awstest.STS(lambdaSTS, "eu-west-1"), awstest.Service{
		Host: lambdaHost, Signing: "lambda", Region: "eu-west-1", Protocol: awstest.RESTJSON, Serve: serve,
	})
}

func accountSettings(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Path != "/2016-08-19/account-settings" {
		awstest.RESTJSON(w, http.StatusNotFound, "ResourceNotFoundException", "No such function.")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"AccountLimit":{"ConcurrentExecutions":1000,"TotalCodeSize":80530636800},"AccountUsage":{"FunctionCount":4}}`))
}

func TestLambda(t *testing.T) {
	refusing := func(status int, code string) func(http.ResponseWriter, *http.Request) {
		return lambda(awstest.Refusing(awstest.RESTJSON, status, code, "No, "+exampleSecret+"."))
	}
	integrationtest.Run(t, Lambda, integrationtest.Fixture{
		Valid:    lambdaValid,
		Required: []string{"region", "accessKeyId", "secretKey"},
		Invalid: []integrationtest.Case{
			{Name: "region unknown", Patch: `{"region":"eu-west-9"}`, Pointer: "/region", Code: "aws_region"},
			{Name: "region of another form", Patch: `{"region":"Dublin"}`, Pointer: "/region", Code: "aws_region_name"},
			{Name: "temporary key", Patch: `{"accessKeyId":"ASIAIOSFODNN7EXAMPLE"}`, Pointer: "/accessKeyId", Code: "temporary_access_key"},
			{Name: "key of a role", Patch: `{"accessKeyId":"AROAIOSFODNN7EXAMPLE"}`, Pointer: "/accessKeyId", Code: "pattern"},
			{Name: "secret cut off", Patch: `{"secretKey":"wJalrXUtnFEMI"}`, Pointer: "/secretKey", Code: "pattern"},
		},
		Remote:   lambda(accountSettings),
		Hosts:    []string{lambdaSTS, lambdaHost},
		Identity: awstest.ARN,
		Custom: []integrationtest.RemoteCase{
			{
				Name: "key unknown to STS", Handler: awstest.Refusing(awstest.Query, http.StatusForbidden, "InvalidClientTokenId", "No."),
				Cause: integrations.CauseCredentials, Code: "access_key_unknown",
			},
			{
				Name: "wrong secret", Handler: awstest.Refusing(awstest.Query, http.StatusForbidden, "SignatureDoesNotMatch", "The signature does not match."),
				Cause: integrations.CauseCredentials, Code: "secret_key_rejected",
			},
			{
				Name: "clock", Handler: awstest.Refusing(awstest.Query, http.StatusForbidden, "SignatureDoesNotMatch", "Signature expired: a is now earlier than b"),
				Cause: integrations.CauseConfig, Code: "clock_skewed",
			},
			{
				Name: "region switched off", Handler: awstest.Refusing(awstest.Query, http.StatusForbidden, "RegionDisabledException", "No."),
				Cause: integrations.CauseConfig, Code: "region_disabled",
			},
			{
				Name: "key unknown to Lambda", Handler: refusing(http.StatusForbidden, "UnrecognizedClientException"),
				Cause: integrations.CauseCredentials, Code: "access_key_unknown",
			},
			{
				Name: "account not open", Handler: refusing(http.StatusForbidden, "SubscriptionRequiredException"),
				Cause: integrations.CausePermission, Code: "account_problem",
			},
			{
				Name: "too fast", Handler: refusing(http.StatusTooManyRequests, "TooManyRequestsException"),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{
				Name: "a proxy denies", Handler: lambda(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }),
				Cause: integrations.CausePermission, Code: "permission_denied",
			},
			{
				Name: "failure of Lambda", Handler: refusing(http.StatusInternalServerError, "ServiceException"),
				Cause: integrations.CauseRemote, Code: "remote_error",
			},
			{
				Name: "other document", Handler: lambda(awstest.Saying(`{"Functions":[]}`)),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "no document", Handler: lambda(awstest.Saying(`<html>`)),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
		},
	})
}

// TestLambdaWithoutTheRightToLook: what scenarios need is another right.
func TestLambdaWithoutTheRightToLook(t *testing.T) {
	s := integrationtest.Session(lambda(awstest.Refusing(awstest.RESTJSON, http.StatusForbidden, "AccessDeniedException", "No.")), time.Time{})
	p := &LambdaProperties{Region: "eu-west-1", AccessKeyID: exampleKeyID, SecretKey: secret.New(exampleSecret)}
	require.NoError(t, p.Probe(t.Context(), s))
	steps := s.Steps()
	require.Equal(t, "authorize", steps[len(steps)-1].Name)
	require.Equal(t, integrations.StepWarning, steps[len(steps)-1].Status)
	require.Equal(t, "lambda_not_verifiable", steps[len(steps)-1].Failure.Code)
	require.Equal(t, http.StatusForbidden, steps[len(steps)-1].Failure.HTTPStatus)
	require.Equal(t, awstest.ARN, s.Identity())
}

func TestLambdaNormalize(t *testing.T) {
	c := &validation.Context{Now: now}
	p, _ := Lambda.Decode(json.RawMessage(`{"region":"Europe (Ireland)","accessKeyId":" `+exampleKeyID+`","secretKey":" `+exampleSecret+`\n"}`),
		nil, c).(*LambdaProperties)
	require.NoError(t, c.Err())
	require.Equal(t, "eu-west-1", p.Region)
	require.Equal(t, exampleSecret, p.SecretKey.Reveal())
	require.Equal(t, []string{"/region"}, Lambda.Destinations())
}
