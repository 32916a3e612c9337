package aws

import (
	"errors"
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

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const ireland = "eu-west-1"

func permanent() Key { return Key{ID: awstest.KeyID, Secret: secret.New(awstest.SecretKey)} }

func temporary() Key {
	return Key{
		ID: awstest.TemporaryKeyID, Secret: secret.New(awstest.SecretKey), Session: secret.New(awstest.SessionToken),
	}
}

// service is one that echoes "done" to what is signed well.
func service(p awstest.Protocol) awstest.Service {
	return awstest.Service{
		Host: "lambda.eu-west-1.amazonaws.com", Signing: "lambda", Region: ireland, Protocol: p,
		Serve: awstest.Saying(`"done"`), Clock: func() time.Time { return now },
	}
}

// TestSignature: what is signed is accepted, and each thing that is wrong about a
// signature is told apart, in each protocol.
func TestSignature(t *testing.T) {
	url := "https://" + Host("lambda", ireland) + "/a%20b/c?x=1&y=a%2Fb"
	tests := []struct {
		name   string
		change func(*Call)
		at     time.Time
		code   string // empty: accepted
	}{
		{name: "plain", change: func(*Call) {}},
		{name: "body", change: func(c *Call) {
			c.Method, c.Body, c.Header = http.MethodPost, []byte(`{"a":1}`), http.Header{"Content-Type": {"application/json"}, "X-Amz-Target": {"A.B"}}
		}},
		{name: "temporary", change: func(c *Call) { c.Key = temporary() }},
		{name: "unknown key", change: func(c *Call) { c.Key.ID = "AKIAI44QH8DHBEXAMPLE" }, code: "access_key_unknown"},
		{name: "wrong secret", change: func(c *Call) { c.Key.Secret = secret.New("x" + awstest.SecretKey[1:]) }, code: "secret_key_rejected"},
		{name: "token of another", change: func(c *Call) { c.Key = temporary(); c.Key.Session = secret.New("x") }, code: "session_expired"},
		{name: "token missing", change: func(c *Call) { c.Key = temporary(); c.Key.Session = secret.Text{} }, code: "session_expired"},
		{name: "clock ahead", change: func(*Call) {}, at: now.Add(time.Hour), code: "clock_skewed"},
		{name: "another region", change: func(c *Call) { c.Region = "eu-west-2" }, code: "signature_refused"},
		{name: "another service", change: func(c *Call) { c.Service = "sqs" }, code: "signature_refused"},
	}
	for _, tt := range tests {
		for name, protocol := range map[string]awstest.Protocol{"rest": awstest.RESTJSON, "json": awstest.JSON, "query": awstest.Query} {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				call := Call{Key: permanent(), Service: "lambda", Region: ireland, URL: url}
				tt.change(&call)
				at := now
				if !tt.at.IsZero() {
					at = tt.at
				}
				answer, err := Exchange(t.Context(), integrationtest.Session(service(protocol), at), call)
				require.NoError(t, err)
				f := Failure(answer)
				if tt.code == "" {
					require.Nil(t, f)
					return
				}
				require.Equal(t, tt.code, f.Code)
				require.Equal(t, answer.Status, f.HTTPStatus)
			})
		}
	}
}

// TestSignatureCoversTheRequest: a request that is changed on its way is refused.
func TestSignatureCoversTheRequest(t *testing.T) {
	changes := map[string]func(*integrations.Request){
		"path":      func(r *integrations.Request) { r.URL = "https://" + Host("lambda", ireland) + "/other" },
		"query":     func(r *integrations.Request) { r.URL += "?x=1" },
		"body":      func(r *integrations.Request) { r.Body = []byte(`{"a":2}`) },
		"method":    func(r *integrations.Request) { r.Method = http.MethodPut },
		"target":    func(r *integrations.Request) { r.Header.Set("X-Amz-Target", "A.Delete") },
		"more":      func(r *integrations.Request) { r.Header.Set("X-Amz-Invocation-Type", "Event") },
		"no header": func(r *integrations.Request) { r.Header.Del("Authorization") },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			call := Call{
				Key: permanent(), Service: "lambda", Region: ireland, Method: http.MethodPost,
				URL: "https://" + Host("lambda", ireland) + "/x", Body: []byte(`{"a":1}`), Header: http.Header{"X-Amz-Target": {"A.List"}},
			}
			request, err := call.Sign(t.Context(), now)
			require.NoError(t, err)
			change(&request)
			answer, err := integrationtest.Session(service(awstest.RESTJSON), now).Exchange(t.Context(), request)
			require.NoError(t, err)
			require.Equal(t, http.StatusForbidden, answer.Status)
		})
	}
}

func TestNoRequestComesAbout(t *testing.T) {
	_, err := Exchange(t.Context(), integrationtest.Session(nil, now), Call{URL: "https://a b/"})
	var f *integrations.Failure
	require.ErrorAs(t, err, &f)
	require.Equal(t, "invalid_address", f.Code)
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name, header, body string
		code               string // of the refusal
		want               string // of the failure
		status             int
	}{
		{"header alone", "ThrottlingException", "", "ThrottlingException", "rate_limited", 400},
		{"header with a name space", "com.amazon.coral.service#AccessDeniedException:http://x/", "{}", "AccessDeniedException", "permission_denied", 403},
		{"type in the body", "", `{"__type":"com.amazonaws.transcribe#LimitExceededException","Message":"Slow."}`, "LimitExceededException", "rate_limited", 400},
		{"code in the body", "", `{"code":"SubscriptionRequiredException"}`, "SubscriptionRequiredException", "account_problem", 400},
		{"code is a number", "", `{"code":403,"message":7}`, "", "permission_denied", 403},
		{"query", "", `<ErrorResponse><Error><Code>RegionDisabledException</Code></Error></ErrorResponse>`, "RegionDisabledException", "region_disabled", 403},
		{"s3", "", `<Error><Code>RequestTimeTooSkewed</Code><Region>eu-west-1</Region></Error>`, "RequestTimeTooSkewed", "clock_skewed", 403},
		{"not yet", "", `{"__type":"InvalidSignatureException","message":"Signature not yet current: x"}`, "InvalidSignatureException", "clock_skewed", 400},
		{"nobody's", "", `<html><Code>AccessDenied</Code></html>`, "", "credentials_rejected", 401},
		{"nothing", "", ``, "", "remote_error", 500},
		{"its own", "", `{"__type":"ResourceNotFoundException"}`, "ResourceNotFoundException", "not_found", 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := &integrations.Answer{Status: tt.status, Header: http.Header{}, Body: []byte(tt.body)}
			if tt.header != "" {
				answer.Header.Set("X-Amzn-Errortype", tt.header)
			}
			require.Equal(t, tt.code, ReadRefusal(answer).Code)
			f := Failure(answer)
			require.Equal(t, tt.want, f.Code)
			require.Equal(t, tt.status, f.HTTPStatus)
		})
	}
	require.Nil(t, Failure(&integrations.Answer{Status: 204}))
	waiting := &integrations.Answer{Status: 400, Header: http.Header{"X-Amzn-Errortype": {"Throttling"}, "Retry-After": {"9"}}}
	require.Equal(t, 9*time.Second, Failure(waiting).RetryAfter)
}

// FuzzRefusals: whatever comes back, there is a failure that says nothing of it.
func FuzzRefusals(f *testing.F) {
	f.Add(403, "a#AccessDenied:b", `{"__type":"x#y","message":"z"}`)
	f.Add(400, "", `<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>`)
	f.Add(500, "#:#", `<Error>`)
	f.Fuzz(func(t *testing.T, status int, header, body string) {
		answer := &integrations.Answer{Status: status, Header: http.Header{"X-Amzn-Errortype": {header}}, Body: []byte(body)}
		failure := Failure(answer)
		require.Equal(t, status >= 200 && status < 300, failure == nil)
		if failure == nil {
			return
		}
		known := answer.Failure().Code == failure.Code || failure.Code == "permission_denied" || failure.Code == "rate_limited"
		for _, d := range Diagnoses() {
			known = known || d.Code == failure.Code && d.Detail == failure.Detail
		}
		require.True(t, known, failure.Code)
	})
}

func TestAuthenticate(t *testing.T) {
	sts := awstest.STS(Host("sts", ireland), ireland)
	sts.Clock = func() time.Time { return now }
	identity := func(account, arn string) http.HandlerFunc {
		return awstest.Saying(`<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>` + arn + `</Arn><Account>` + account +
			`</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
	}
	tests := []struct {
		name     string
		key      Key
		serve    http.HandlerFunc
		identity string
		code     string
	}{
		{name: "user", key: permanent(), serve: sts.Serve, identity: awstest.ARN},
		{name: "session", key: temporary(), serve: sts.Serve, identity: awstest.ARN},
		{name: "odd name", key: permanent(), serve: identity("123456789012", "arn:aws:iam::123456789012:user/&lt;b&gt;"), identity: "account 123456789012"},
		{name: "no account", key: permanent(), serve: identity("", awstest.ARN), code: "unexpected_answer"},
		{name: "json", key: permanent(), serve: awstest.Saying(`{"Account":"123456789012"}`), code: "unexpected_answer"},
		{name: "refused", key: Key{ID: "AKIAI44QH8DHBEXAMPLE"}, serve: sts.Serve, code: "access_key_unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			remote := sts
			remote.Serve = tt.serve
			s := integrationtest.Session(awstest.Cloud(remote), now)
			who, err := Authenticate(t.Context(), s, tt.key, ireland)
			require.Equal(t, tt.identity, s.Identity())
			if tt.code == "" {
				require.NoError(t, err)
				require.Equal(t, awstest.Account, who.Account)
				return
			}
			var f *integrations.Failure
			require.ErrorAs(t, err, &f)
			require.Equal(t, tt.code, f.Code)
			require.Equal(t, integrations.StepFailed, s.Steps()[0].Status)
		})
	}
}

func TestStepSaysWhatAMissingNameMeans(t *testing.T) {
	s := integrationtest.Session(nil, now)
	err := Step(s, "voice", func() error {
		return integrations.NewFailure(integrations.CauseNetwork, "name_not_found", "No.", "Look.")
	})
	require.Contains(t, err.(*integrations.Failure).Hint, "region") //nolint:errorlint // A step returns nothing else.
	require.Equal(t, err, error(s.Steps()[0].Failure))
	require.NoError(t, Step(s, "voice", func() error { return nil }))
	require.NotContains(t, Step(s, "voice", func() error { return errors.New("x") }).Error(), "region")
}

func TestRegions(t *testing.T) {
	require.True(t, IsRegion("eu-west-1"))
	require.False(t, IsRegion("eu-west-9"))
	require.Equal(t, "us-west-2", RegionCode("us west (oregon)"))
	require.Equal(t, "moon", RegionCode("moon"))
	require.Equal(t, "sts.us-gov-west-1.amazonaws.com", Host("sts", "us-gov-west-1"))
	require.Equal(t, "sts.cn-north-1.amazonaws.com.cn", Host("sts", "cn-north-1"))
}

func TestKeyRules(t *testing.T) {
	tests := []struct {
		name             string
		keyID            string
		token            secret.Text
		errors, warnings []string
	}{
		{name: "permanent", keyID: awstest.KeyID},
		{name: "temporary", keyID: awstest.TemporaryKeyID, token: secret.New("x"), warnings: []string{"/id temporary_access_key"}},
		{name: "temporary, kept", keyID: awstest.TemporaryKeyID, token: secret.Kept(), warnings: []string{"/id temporary_access_key"}},
		{name: "token missing", keyID: awstest.TemporaryKeyID, errors: []string{"/token session_token_required"}},
		{name: "token too much", keyID: awstest.KeyID, token: secret.New("x"), errors: []string{"/token not_applicable"}},
		{name: "no key", token: secret.New("x")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &validation.Context{}
			CheckSession(c, "/id", tt.keyID, "/token", tt.token)
			require.Equal(t, tt.errors, found(c.Errors()))
			require.Equal(t, tt.warnings, found(c.Warnings()))
		})
	}
	c := &validation.Context{}
	CheckPermanent(c, "/id", awstest.KeyID)
	CheckRegion(c, "/region", "")
	CheckRegion(c, "/region", ireland)
	require.NoError(t, c.Err())
	CheckPermanent(c, "/id", awstest.TemporaryKeyID)
	CheckRegion(c, "/region", "eu-west-9")
	require.Equal(t, []string{"/id temporary_access_key", "/region aws_region"}, found(c.Errors()))
}

func found(list validation.Errors) []string {
	var all []string
	for _, v := range list {
		all = append(all, v.Pointer+" "+v.Code)
	}
	return all
}
