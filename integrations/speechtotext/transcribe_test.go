package speechtotext

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/aws/awstest"
	"admin-api/secret"
	"admin-api/validation"
)

const transcribeValid = `{"region":"eu-west-1","accessKeyId":"` + awstest.KeyID + `","secretAccessKey":"` + awstest.SecretKey + `"}`

// transcribe is a double of AWS with Transcribe in one region.
func transcribe(region, suffix string, serve http.HandlerFunc) http.HandlerFunc {
	host := "transcribe." + region + suffix
	if strings.HasPrefix(region, "cn-") {
		host = "cn." + host
	}
	return awstest.Cloud(awstest.STS("sts."+region+suffix, region), awstest.Service{
		Host: host, Signing: "transcribe", Region: region, Protocol: awstest.JSON, Serve: serve,
	})
}

// transcriptionJobs answers ListTranscriptionJobs.
func transcriptionJobs(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what cannot be read is no request
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/" || r.Header.Get("Content-Type") != "application/x-amz-json-1.1":
		awstest.JSON(w, http.StatusBadRequest, "UnknownOperationException", "")
	case r.Header.Get("X-Amz-Target") != "Transcribe.ListTranscriptionJobs":
		awstest.JSON(w, http.StatusBadRequest, "UnknownOperationException", "")
	case string(body) != `{"MaxResults":1}`:
		awstest.JSON(w, http.StatusBadRequest, "SerializationException", "")
	default:
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, `{"TranscriptionJobSummaries":[{"TranscriptionJobName":"call-7","TranscriptionJobStatus":"COMPLETED"}]}`)
	}
}

func TestTranscribe(t *testing.T) {
	there := func(serve http.HandlerFunc) http.HandlerFunc { return transcribe("eu-west-1", ".amazonaws.com", serve) }
	refusing := func(code string) func(http.ResponseWriter, *http.Request) {
		return there(awstest.Refusing(awstest.JSON, http.StatusBadRequest, code, "No, "+awstest.SecretKey+"."))
	}
	integrationtest.Run(t, Transcribe, integrationtest.Fixture{
		Valid:    transcribeValid,
		Required: []string{"region", "accessKeyId", "secretAccessKey"},
		Invalid: []integrationtest.Case{
			{Name: "region unknown", Patch: `{"region":"eu-west-9"}`, Pointer: "/region", Code: "aws_region"},
			{Name: "key of another form", Patch: `{"accessKeyId":"AROAIOSFODNN7EXAMPLE"}`, Pointer: "/accessKeyId", Code: "pattern"},
			{Name: "secret cut off", Patch: `{"secretAccessKey":"wJalrXUtnFEMI"}`, Pointer: "/secretAccessKey", Code: "pattern"},
			{Name: "token of another form", Patch: `{"accessKeyId":"` + awstest.TemporaryKeyID + `","sessionToken":"a b"}`, Pointer: "/sessionToken", Code: "pattern"},
			{Name: "token too long", Patch: `{"accessKeyId":"` + awstest.TemporaryKeyID + `","sessionToken":"` + strings.Repeat("x7", 2049) + `"}`, Pointer: "/sessionToken", Code: "max"},
			{Name: "token with a permanent key", Patch: `{"sessionToken":"FwoGZXIvYXdzEJr"}`, Pointer: "/sessionToken", Code: "not_applicable"},
			{Name: "language with an underscore", Patch: `{"languageCode":"en_US"}`, Pointer: "/languageCode", Code: "pattern"},
		},
		Remote:   there(transcriptionJobs),
		Hosts:    []string{"sts.eu-west-1.amazonaws.com", "transcribe.eu-west-1.amazonaws.com"},
		Identity: awstest.ARN,
		Custom: []integrationtest.RemoteCase{
			{
				Name: "key unknown", Handler: awstest.Refusing(awstest.Query, http.StatusForbidden, "InvalidClientTokenId", "No."),
				Cause: integrations.CauseCredentials, Code: "access_key_unknown",
			},
			{
				Name: "request expired", Handler: awstest.Refusing(awstest.Query, http.StatusBadRequest, "RequestExpired", "No."),
				Cause: integrations.CauseConfig, Code: "clock_skewed",
			},
			{
				Name: "no right", Handler: refusing("AccessDeniedException"),
				Cause: integrations.CausePermission, Code: "permission_denied",
			},
			{
				Name: "key unknown to Transcribe", Handler: refusing("UnrecognizedClientException"),
				Cause: integrations.CauseCredentials, Code: "access_key_unknown",
			},
			{
				Name: "account not open", Handler: refusing("SubscriptionRequiredException"),
				Cause: integrations.CausePermission, Code: "account_problem",
			},
			{
				Name: "too fast", Handler: refusing("LimitExceededException"),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{
				Name: "failure of Transcribe", Handler: there(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }),
				Cause: integrations.CauseRemote, Code: "remote_error",
			},
			{
				Name: "no document", Handler: there(awstest.Saying("[]")),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
		},
	})
}

// TestTranscribeTemporary: the token of a temporary key is sent along.
func TestTranscribeTemporary(t *testing.T) {
	valid := `{"region":"eu-west-1","accessKeyId":"` + awstest.TemporaryKeyID + `","secretAccessKey":"` + awstest.SecretKey +
		`","sessionToken":"` + awstest.SessionToken + `"}`
	integrationtest.Run(t, Transcribe, integrationtest.Fixture{
		Valid: valid,
		Invalid: []integrationtest.Case{
			{Name: "no token", Patch: `{"sessionToken":null}`, Pointer: "/sessionToken", Code: "session_token_required"},
		},
		Remote:   transcribe("eu-west-1", ".amazonaws.com", transcriptionJobs),
		Hosts:    []string{"sts.eu-west-1.amazonaws.com", "transcribe.eu-west-1.amazonaws.com"},
		Identity: awstest.ARN,
		Custom: []integrationtest.RemoteCase{{
			Name: "token expired", Handler: awstest.Refusing(awstest.Query, http.StatusForbidden, "ExpiredToken", "No."),
			Cause: integrations.CauseCredentials, Code: "session_expired",
		}},
	})
	c := &validation.Context{}
	Transcribe.Decode(json.RawMessage(valid), nil, c)
	require.Equal(t, "temporary_access_key", c.Warnings()[0].Code)
}

func TestTranscribeNormalize(t *testing.T) {
	kept := []string{"/secretAccessKey", "/sessionToken"}
	c := &validation.Context{}
	p, _ := Transcribe.Decode(json.RawMessage(`{"region":"Asia Pacific (Tokyo)","accessKeyId":"`+awstest.KeyID+`"}`), kept, c).(*TranscribeProperties)
	require.NoError(t, c.Err())
	require.Equal(t, "ap-northeast-1 en-US", p.Region+" "+p.LanguageCode)
	require.True(t, p.SecretAccessKey.IsKept())
	require.False(t, p.SessionToken.IsSet(), "a permanent key has no token")
	p, _ = Transcribe.Decode(json.RawMessage(`{"region":"eu-west-1","accessKeyId":"`+awstest.TemporaryKeyID+`"}`), kept, c).(*TranscribeProperties)
	require.NoError(t, c.Err())
	require.True(t, p.SessionToken.IsKept())
	require.Equal(t, []string{"/region"}, Transcribe.Destinations())
}

// TestTranscribeInChina: another domain, another name.
func TestTranscribeInChina(t *testing.T) {
	s := integrationtest.Session(transcribe("cn-north-1", ".amazonaws.com.cn", transcriptionJobs), time.Time{})
	p := &TranscribeProperties{Region: "cn-north-1", AccessKeyID: awstest.KeyID, SecretAccessKey: secret.New(awstest.SecretKey)}
	require.NoError(t, p.Probe(t.Context(), s))
}
