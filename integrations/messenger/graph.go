package messenger

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
)

// Meta's Graph API; its version is part of the address.
const (
	graphHost = "graph.facebook.com"
	graphAPI  = "https://" + graphHost + "/v25.0"
)

// What all types that ask the Graph API know by name.
var (
	graphTokenExpired = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "token_expired",
		Detail: "The access token was valid but has expired.",
		Hint:   "Create a token that does not expire: a Page's from a long-lived user token, or a system user's.",
	}
	graphSecretWrong = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "app_secret_mismatch",
		Detail: "The app secret is not that of the app for which the token was issued.",
		Hint:   "Copy the app secret from the settings of the same app (App settings, Basic), or issue the token for it.",
	}
	graphSecretNeeded = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "app_secret_required",
		Detail: "The app takes only requests that prove knowledge of its secret.",
		Hint:   "Enter the app secret, or switch off Require App Secret in the app's advanced settings.",
	}
	graphBlocked = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "policy_block",
		Detail: "Meta has blocked the app or the account for a while, because of its policies.",
		Hint:   "Look at the alerts in Meta's App Dashboard and Business Support Home.",
	}
)

// graphDiagnoses are the above.
func graphDiagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{graphTokenExpired, graphSecretWrong, graphSecretNeeded, graphBlocked}
}

// graphRefusal is the body of what is refused
// (https://developers.facebook.com/docs/graph-api/guides/error-handling).
type graphRefusal struct {
	Error *struct {
		Message string `json:"message"`
		Code    int    `json:"code"`
		Subcode int    `json:"error_subcode"`
	} `json:"error"`
}

// graph reads from the Graph API with one token.
type graph struct {
	token, appSecret secret.Text
	// unknown is what it means that the object does not exist, may not be seen or
	// is of another kind: Meta does not tell these apart.
	unknown integrations.Diagnosis
	// permission is the hint about the right that is missing.
	permission string
}

// get reads the fields of an object.
func (g graph) get(ctx context.Context, s *integrations.Session, object, fields string, into any) error {
	query := url.Values{"fields": {fields}}
	if g.appSecret.IsSet() {
		query.Set("appsecret_proof", g.proof())
	}
	answer, err := s.Exchange(ctx, integrations.Request{
		URL: graphAPI + "/" + object + "?" + query.Encode(), Header: integrations.Bearer(g.token),
	})
	if err != nil {
		return err
	}
	var refusal graphRefusal
	if answer.JSON(&refusal) == nil && refusal.Error != nil {
		return g.refused(answer, refusal)
	}
	if f := answer.Failure(); f != nil {
		return g.advise(f)
	}
	return answer.JSON(into)
}

// proof shows that the caller knows the app's secret
// (https://developers.facebook.com/docs/graph-api/guides/secure-requests).
func (g graph) proof() string {
	mac := hmac.New(sha256.New, []byte(g.appSecret.Reveal()))
	mac.Write([]byte(g.token.Reveal()))
	return hex.EncodeToString(mac.Sum(nil))
}

// refused says what a refusal means. Its status is nearly always 400.
func (g graph) refused(answer *integrations.Answer, refusal graphRefusal) *integrations.Failure {
	switch code := refusal.Error.Code; {
	case code == 190 && refusal.Error.Subcode == 463:
		return graphTokenExpired.From(answer)
	case code == 190, code == 102:
		return g.advise(taken(answer, http.StatusUnauthorized))
	case code == 3, code == 10, code >= 200 && code <= 299:
		return g.advise(taken(answer, http.StatusForbidden))
	case code == 4, code == 17, code == 32, code == 613, code >= 80000 && code <= 80014:
		return taken(answer, http.StatusTooManyRequests)
	case code == 1, code == 2:
		return taken(answer, http.StatusInternalServerError)
	case code == 368:
		return graphBlocked.From(answer)
	case code == 803:
		return g.unknown.From(answer)
	case code == 100:
		return g.argument(answer, refusal)
	}
	if f := answer.Failure(); f != nil {
		return g.advise(f)
	}
	return unlike(graphHost)
}

// argument tells apart what the Graph API says with the one code for arguments
// that it does not like.
func (g graph) argument(answer *integrations.Answer, refusal graphRefusal) *integrations.Failure {
	text := strings.ToLower(refusal.Error.Message)
	switch {
	case strings.Contains(text, "require") && strings.Contains(text, "appsecret_proof"):
		return graphSecretNeeded.From(answer)
	case strings.Contains(text, "appsecret_proof"):
		return graphSecretWrong.From(answer)
	case refusal.Error.Subcode == 33, strings.Contains(text, "nonexisting field"):
		return g.unknown.From(answer)
	}
	return taken(answer, http.StatusBadRequest)
}

func (g graph) advise(f *integrations.Failure) *integrations.Failure {
	f = hinting(f, integrations.CauseCredentials,
		"The token may be mistyped or revoked, or its owner changed the password; issue a new one in the App Dashboard.")
	return hinting(f, integrations.CausePermission, g.permission)
}
