package bot

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/aws/awstest"
	"admin-api/validation"
)

const (
	lexHost  = "models-v2-lex.eu-west-1.amazonaws.com"
	lexSTS   = "sts.eu-west-1.amazonaws.com"
	lexValid = `{"userId":"123456789012","botName":"AcmeSupport","botAlias":"Production","accessKey":"` + awstest.KeyID +
		`","secretKey":"` + awstest.SecretKey + `","region":"eu-west-1","botId":"QWERTY1234","botAliasId":"ASDFGH5678"}`
)

// lex is a double of AWS with Lex V2 in one region.
func lex(serve http.HandlerFunc) http.HandlerFunc {
	return awstest.Cloud(awstest.STS(lexSTS, "eu-west-1"), awstest.Service{
		Host: lexHost, Signing: "lex", Region: "eu-west-1", Protocol: awstest.RESTJSON, Serve: serve,
	})
}

// describing answers DescribeBotAlias for one alias, with a status and the
// locales that are set up.
func describing(status, locales string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/bots/QWERTY1234/botaliases/ASDFGH5678/" {
			awstest.RESTJSON(w, http.StatusNotFound, "ResourceNotFoundException", "No such alias.")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"botId":"QWERTY1234","botAliasId":"ASDFGH5678","botAliasName":"Production","botVersion":"3",`+
			`"botAliasStatus":%q,"botAliasLocaleSettings":{%s},"creationDateTime":1.7e9}`, status, locales)
	}
}

const english = `"en_US":{"enabled":true},"de_DE":{"enabled":false}`

func TestLex(t *testing.T) {
	refusing := func(status int, code string) func(http.ResponseWriter, *http.Request) {
		return lex(awstest.Refusing(awstest.RESTJSON, status, code, "No, "+awstest.SecretKey+"."))
	}
	integrationtest.Run(t, Lex, integrationtest.Fixture{
		Valid:    lexValid,
		Required: []string{"userId", "botName", "accessKey", "secretKey", "region", "botId"},
		Invalid: []integrationtest.Case{
			{Name: "user id too short", Patch: `{"userId":"12345"}`, Pointer: "/userId", Code: "pattern"},
			{Name: "bot's name with a blank", Patch: `{"botName":"Acme Support"}`, Pointer: "/botName", Code: "pattern"},
			{Name: "bot's name too long", Patch: `{"botName":"` + strings.Repeat("a", 101) + `"}`, Pointer: "/botName", Code: "max"},
			{Name: "alias with a blank", Patch: `{"botAlias":"my alias"}`, Pointer: "/botAlias", Code: "pattern"},
			{Name: "temporary key", Patch: `{"accessKey":"ASIAIOSFODNN7EXAMPLE"}`, Pointer: "/accessKey", Code: "temporary_access_key"},
			{Name: "key cut off", Patch: `{"accessKey":"AKIAIOSFODNN7"}`, Pointer: "/accessKey", Code: "pattern"},
			{Name: "secret cut off", Patch: `{"secretKey":"wJalrXUtnFEMI"}`, Pointer: "/secretKey", Code: "pattern"},
			{Name: "region unknown", Patch: `{"region":"eu-west-9"}`, Pointer: "/region", Code: "aws_region"},
			{Name: "no calls at all", Patch: `{"maxApiCallsPerDay":0}`, Pointer: "/maxApiCallsPerDay", Code: "min"},
			{Name: "too many calls", Patch: `{"maxApiCallsPerDay":10000001}`, Pointer: "/maxApiCallsPerDay", Code: "max"},
			{Name: "version to come", Patch: `{"lexVersion":"v3"}`, Pointer: "/lexVersion", Code: "enum"},
			{Name: "name for an id", Patch: `{"botId":"AcmeSupport"}`, Pointer: "/botId", Code: "pattern"},
			{Name: "alias's name for an id", Patch: `{"botAliasId":"Production1"}`, Pointer: "/botAliasId", Code: "pattern"},
			{Name: "language tag for a locale", Patch: `{"localeId":"en-US"}`, Pointer: "/localeId", Code: "pattern"},
			{Name: "ids with version 1", Patch: `{"lexVersion":"v1"}`, Pointer: "/botId", Code: "not_applicable"},
			{Name: "name with digits in version 1", Patch: `{"lexVersion":"v1","botId":null,"botAliasId":null,"botName":"Acme2"}`, Pointer: "/botName", Code: "lex_v1_name"},
			{Name: "alias with digits in version 1", Patch: `{"lexVersion":"v1","botId":null,"botAliasId":null,"botAlias":"prod2"}`, Pointer: "/botAlias", Code: "lex_v1_name"},
		},
		Remote:   lex(describing("Available", english)),
		Hosts:    []string{lexSTS, lexHost},
		Identity: awstest.ARN,
		Custom: []integrationtest.RemoteCase{
			{
				Name: "key unknown", Handler: awstest.Refusing(awstest.Query, http.StatusForbidden, "InvalidClientTokenId", "No."),
				Cause: integrations.CauseCredentials, Code: "access_key_unknown",
			},
			{
				Name: "wrong secret", Handler: awstest.Refusing(awstest.Query, http.StatusForbidden, "SignatureDoesNotMatch", "No."),
				Cause: integrations.CauseCredentials, Code: "secret_key_rejected",
			},
			{
				Name: "key of another account", Handler: awstest.Saying(`<GetCallerIdentityResponse><GetCallerIdentityResult><Account>210987654321</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`),
				Cause: integrations.CauseConfig, Code: "other_account",
			},
			{
				Name: "no such bot", Handler: refusing(http.StatusNotFound, "ResourceNotFoundException"),
				Cause: integrations.CauseConfig, Code: "bot_not_found",
			},
			{
				Name: "signature refused by Lex", Handler: refusing(http.StatusForbidden, "InvalidSignatureException"),
				Cause: integrations.CauseCredentials, Code: "secret_key_rejected",
			},
			{
				Name: "too fast", Handler: refusing(http.StatusTooManyRequests, "ThrottlingException"),
				Cause: integrations.CauseRateLimited, Code: "rate_limited",
			},
			{
				Name: "failure of Lex", Handler: refusing(http.StatusInternalServerError, "InternalServerException"),
				Cause: integrations.CauseRemote, Code: "remote_error",
			},
			{
				Name: "a proxy denies", Handler: lex(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }),
				Cause: integrations.CausePermission, Code: "permission_denied",
			},
			{
				Name: "alias in the making", Handler: lex(describing("Creating", english)),
				Cause: integrations.CauseRemote, Code: "bot_alias_creating",
			},
			{
				Name: "alias failed", Handler: lex(describing("Failed", english)),
				Cause: integrations.CauseConfig, Code: "bot_alias_unavailable",
			},
			{
				Name: "another alias", Handler: lex(awstest.Saying(`{"botId":"QWERTY1234","botAliasId":"TSTALIASID","botAliasStatus":"Available"}`)),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
			{
				Name: "no document", Handler: lex(awstest.Saying(`[]`)),
				Cause: integrations.CauseRemote, Code: "unexpected_answer",
			},
		},
	})
}

func TestLexRules(t *testing.T) {
	tests := []struct {
		name, patch string
		warnings    []string
	}{
		{"valid", `{}`, nil},
		{"number in groups", `{"userId":"1234-5678-9012"}`, nil},
		{"region by its name", `{"region":"Europe (London)"}`, nil},
		{"region without Lex", `{"region":"eu-north-1"}`, []string{"/region region_without_service"}},
		{"spanish", `{"localeId":"es_419"}`, nil},
		{"names of version 2", `{"botName":"Acme-Support_2","botAlias":"prod-2"}`, nil},
		{
			"version 1", `{"lexVersion":"v1","botId":null,"botAliasId":null,"botName":"Acme_Support","botAlias":"$LATEST"}`,
			[]string{"/lexVersion lex_v1_ended"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &validation.Context{}
			decode(t, c, tt.patch)
			require.Empty(t, c.Errors())
			var warnings []string
			for _, v := range c.Warnings() {
				warnings = append(warnings, v.Pointer+" "+v.Code)
			}
			require.Equal(t, tt.warnings, warnings)
		})
	}
	p := decode(t, &validation.Context{}, `{"userId":"1234-5678-9012","botAliasId":null}`)
	require.Equal(t, "123456789012 v2 TSTALIASID en_US", p.UserID+" "+p.LexVersion+" "+p.BotAliasID+" "+p.LocaleID)
	require.Nil(t, p.MaxAPICallsPerDay)
}

// decode lays a patch over the valid document.
func decode(t *testing.T, c *validation.Context, patch string) *LexProperties {
	t.Helper()
	members, change := map[string]any{}, map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(lexValid), &members))
	require.NoError(t, json.Unmarshal([]byte(patch), &change))
	maps.Copy(members, change)
	raw, err := json.Marshal(members)
	require.NoError(t, err)
	p, _ := Lex.Decode(raw, nil, c).(*LexProperties)
	return p
}

// TestLexWarnings: what does not keep the key from being good.
func TestLexWarnings(t *testing.T) {
	tests := []struct {
		name, patch string
		serve       http.HandlerFunc
		want        []string
	}{
		{"all well", `{}`, describing("Available", english), nil},
		{"not permitted to look", `{}`, awstest.Refusing(awstest.RESTJSON, http.StatusForbidden, "AccessDeniedException", "No."), []string{"authorize bot_not_verifiable"}},
		{"other name", `{"botAlias":"Test"}`, describing("Available", english), []string{"alias other_bot_alias"}},
		{"no name", `{"botAlias":null}`, describing("Available", english), nil},
		{"language off", `{"localeId":"de_DE"}`, describing("Available", english), []string{"locale locale_disabled"}},
		{"language unknown", `{}`, describing("Available", ""), []string{"locale locale_disabled"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := integrationtest.Session(lex(tt.serve), time.Time{})
			require.NoError(t, decode(t, &validation.Context{}, tt.patch).Probe(t.Context(), s))
			var warnings []string
			for _, step := range s.Steps() {
				if step.Status == integrations.StepWarning {
					warnings = append(warnings, step.Name+" "+step.Failure.Code)
				}
			}
			require.Equal(t, tt.want, warnings)
		})
	}
}

// TestLexVersion1: the key is tested, then it is over.
func TestLexVersion1(t *testing.T) {
	s := integrationtest.Session(lex(nil), time.Time{})
	p := decode(t, &validation.Context{}, `{"lexVersion":"v1","botId":null,"botAliasId":null}`)
	var f *integrations.Failure
	require.ErrorAs(t, p.Probe(t.Context(), s), &f)
	require.Equal(t, "lex_v1_ended", f.Code)
	require.Equal(t, awstest.ARN, s.Identity())
}
