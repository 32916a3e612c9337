package texttospeech

import (
	"encoding/json"
	"fmt"
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
	pollyHost  = "polly.eu-west-1.amazonaws.com"
	pollySTS   = "sts.eu-west-1.amazonaws.com"
	pollyValid = `{"region":"eu-west-1","accessKeyId":"` + awstest.KeyID + `","secretAccessKey":"` + awstest.SecretKey +
		`","engine":"neural","voice":"Amy"}`
)

// polly is a double of AWS with Polly in one region.
func polly(serve http.HandlerFunc) http.HandlerFunc {
	return awstest.Cloud(awstest.STS(pollySTS, "eu-west-1"), awstest.Service{
		Host: pollyHost, Signing: "polly", Region: "eu-west-1", Protocol: awstest.RESTJSON, Serve: serve,
	})
}

// pollyOffering answers DescribeVoices with what each engine has, on two pages.
func pollyOffering(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Path != "/v1/voices" {
		awstest.RESTJSON(w, http.StatusNotFound, "UnknownOperationException", "")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch q := r.URL.Query(); {
	case q.Get("Engine") == "generative":
		_, _ = w.Write([]byte(`{"Voices":[]}`))
	case q.Get("NextToken") == "":
		_, _ = fmt.Fprint(w, `{"Voices":[{"Id":"Joanna","LanguageCode":"en-US","Gender":"Female"}],"NextToken":"Zm9v+/="}`)
	case q.Get("NextToken") == "Zm9v+/=":
		_, _ = fmt.Fprint(w, `{"Voices":[{"Id":"Amy","LanguageCode":"en-GB","Gender":"Female"}],"NextToken":null}`)
	default:
		awstest.RESTJSON(w, http.StatusBadRequest, "InvalidNextTokenException", "")
	}
}

func TestPolly(t *testing.T) {
	refusing := func(status int, code string) func(http.ResponseWriter, *http.Request) {
		return polly(awstest.Refusing(awstest.RESTJSON, status, code, "No, "+awstest.SecretKey+"."))
	}
	integrationtest.Run(t, Polly, integrationtest.Fixture{
		Valid:    pollyValid,
		Required: []string{"region", "accessKeyId", "secretAccessKey"},
		Invalid: []integrationtest.Case{
			{Name: "region unknown", Patch: `{"region":"eu-west-9"}`, Pointer: "/region", Code: "aws_region"},
			{Name: "key of another form", Patch: `{"accessKeyId":"x"}`, Pointer: "/accessKeyId", Code: "pattern"},
			{Name: "secret cut off", Patch: `{"secretAccessKey":"wJalrXUtnFEMI"}`, Pointer: "/secretAccessKey", Code: "pattern"},
			{Name: "temporary key alone", Patch: `{"accessKeyId":"` + awstest.TemporaryKeyID + `"}`, Pointer: "/sessionToken", Code: "session_token_required"},
			{Name: "token with a permanent key", Patch: `{"sessionToken":"FwoGZXIvYXdzEJr"}`, Pointer: "/sessionToken", Code: "not_applicable"},
			{Name: "engine unknown", Patch: `{"engine":"longForm"}`, Pointer: "/engine", Code: "enum"},
			{Name: "voice with an accent", Patch: `{"voice":"Céline"}`, Pointer: "/voice", Code: "pattern"},
		},
		Remote:   polly(pollyOffering),
		Hosts:    []string{pollySTS, pollyHost},
		Identity: awstest.ARN,
		Custom: []integrationtest.RemoteCase{
			{
				Name: "wrong secret", Handler: awstest.Refusing(awstest.Query, http.StatusForbidden, "SignatureDoesNotMatch", "No."),
				Cause: integrations.CauseCredentials, Code: "secret_key_rejected",
			},
			{
				Name: "no right", Handler: refusing(http.StatusForbidden, "AccessDeniedException"),
				Cause: integrations.CausePermission, Code: "permission_denied",
			},
			{
				Name: "signature refused by Polly", Handler: refusing(http.StatusForbidden, "InvalidSignatureException"),
				Cause: integrations.CauseCredentials, Code: "secret_key_rejected",
			},
			{
				Name: "engine refused", Handler: refusing(http.StatusBadRequest, "EngineNotSupportedException"),
				Cause: integrations.CauseConfig, Code: "engine_not_offered",
			},
			{
				Name: "too fast", Handler: refusing(http.StatusBadRequest, "ThrottlingException"),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{
				Name: "failure of Polly", Handler: refusing(http.StatusInternalServerError, "ServiceFailureException"),
				Cause: integrations.CauseRemote, Code: "remote_error",
			},
			{
				Name: "other voices", Handler: polly(awstest.Saying(`{"Voices":[{"Id":"Joanna"}]}`)),
				Cause: integrations.CauseConfig, Code: "voice_not_found",
			},
			{
				Name: "a list without end", Handler: polly(awstest.Saying(`{"Voices":[{"Id":"Joanna"}],"NextToken":"again"}`)),
				Cause: integrations.CauseConfig, Code: "voice_not_found",
			},
			{
				Name: "no list", Handler: polly(awstest.Saying(`{}`)),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "no document", Handler: polly(awstest.Saying(`"x"`)),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
		},
	})
}

func TestPollyVoices(t *testing.T) {
	tests := []struct{ engine, voice, code string }{
		{"standard", "Joanna", ""},
		{"standard", "Amy", ""},
		{"neural", "Brian", "voice_not_found"},
		{"generative", "Amy", "engine_not_offered"},
		{"", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.engine+" "+tt.voice, func(t *testing.T) {
			s := integrationtest.Session(polly(pollyOffering), time.Time{})
			p := &PollyProperties{
				Region: "eu-west-1", AccessKeyID: awstest.TemporaryKeyID, SecretAccessKey: secret.New(awstest.SecretKey),
				SessionToken: secret.New(awstest.SessionToken), Engine: tt.engine, Voice: tt.voice,
			}
			err := p.Probe(t.Context(), s)
			if tt.code == "" {
				require.NoError(t, err)
				return
			}
			var f *integrations.Failure
			require.ErrorAs(t, err, &f)
			require.Equal(t, tt.code, f.Code)
		})
	}
}

func TestPollyNormalize(t *testing.T) {
	kept := []string{"/secretAccessKey", "/sessionToken"}
	c := &validation.Context{}
	p, _ := Polly.Decode(json.RawMessage(`{"region":"Europe (Ireland)","accessKeyId":"`+awstest.KeyID+`"}`), kept, c).(*PollyProperties)
	require.NoError(t, c.Err())
	require.Equal(t, "eu-west-1 standard Joanna", p.Region+" "+p.Engine+" "+p.Voice)
	require.False(t, p.SessionToken.IsSet(), "a permanent key has no token")
	require.Equal(t, []string{"/region"}, Polly.Destinations())
}
