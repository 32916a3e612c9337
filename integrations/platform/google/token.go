package google

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"admin-api/integrations"
	"admin-api/secret"
)

const (
	grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	scope     = "https://www.googleapis.com/auth/cloud-platform"

	// An assertion is used at once; a short life is enough. It begins a little
	// in the past because clocks differ.
	assertionLife = 5 * time.Minute
	clockLeeway   = 10 * time.Second
)

// What the token endpoint says about a key
// (https://developers.google.com/identity/protocols/oauth2/service-account#error-codes).
var (
	keyRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "service_account_key_rejected",
		Detail: "Google does not accept the service account's key; it was deleted, disabled or belongs to another account.",
		Hint:   "Create a new JSON key for the service account in the Google Cloud console and enter the whole file.",
	}
	accountUnknown = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "service_account_unknown",
		Detail: "Google knows no service account of the key's address; it may have been deleted.",
		Hint:   "Choose another service account, or create one, and enter a JSON key of it.",
	}
	accountDisabled = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "service_account_disabled",
		Detail: "The service account is disabled.",
		Hint:   "Enable it in the Google Cloud console under IAM, Service accounts.",
	}
	tokenDenied = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "token_denied",
		Detail: "Google knows the service account but issues no token for it.",
		Hint:   "Ask the administrator of the Google organization which policy keeps the service account from being used.",
	}
	clockSkewed = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "clock_skewed",
		Detail: "The clock of this server and the clock of Google differ too much.",
		Hint:   "Set this server's clock, best over NTP.",
	}
	keyUnusable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "service_account_key_unusable",
		Detail: "The service account's key cannot be read.",
		Hint:   "Enter the whole content of the JSON key file again.",
	}
)

// TokenDiagnoses are the failures that Token knows by name, besides those of
// Diagnoses.
func TokenDiagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{keyRejected, accountUnknown, tokenDenied, clockSkewed, keyUnusable}
}

// Token gets an access token for the service account of a key file's text. It
// sends the assertion to TokenURL and nowhere else; the token that was issued
// before, if any, stays good.
func Token(ctx context.Context, s *integrations.Session, text secret.Text) (secret.Text, error) {
	key, err := ParseKey(text)
	if err != nil {
		return secret.Text{}, keyUnusable.Failure()
	}
	assertion, err := key.assertion(s.Now())
	if err != nil {
		return secret.Text{}, keyUnusable.Failure()
	}
	answer, err := s.Exchange(ctx, integrations.Request{
		Method: http.MethodPost,
		URL:    TokenURL,
		Form:   url.Values{"grant_type": {grantType}, "assertion": {assertion}},
	})
	if err != nil {
		return secret.Text{}, err
	}
	if f := refusedGrant(answer); f != nil {
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

// assertion returns a JSON Web Token that the service account signs (RFC 7523).
func (k *Key) assertion(now time.Time) (string, error) {
	issued := now.Add(-clockLeeway)
	header, err := encoded(map[string]string{"alg": "RS256", "typ": "JWT", "kid": k.id})
	if err != nil {
		return "", err
	}
	claims, err := encoded(map[string]any{
		"iss": k.ClientEmail, "scope": scope, "aud": TokenURL,
		"iat": issued.Unix(), "exp": issued.Add(assertionLife).Unix(),
	})
	if err != nil {
		return "", err
	}
	signed := header + "." + claims
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, k.signer, crypto.SHA256, digest[:])
	if err != nil {
		return "", err
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func encoded(part any) (string, error) {
	text, err := json.Marshal(part)
	return base64.RawURLEncoding.EncodeToString(text), err
}

// refusedGrant says why no token was issued; nil if one was.
func refusedGrant(answer *integrations.Answer) *integrations.Failure {
	f := answer.Failure()
	if f == nil || f.Retryable {
		return f
	}
	var document struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(answer.Body, &document) != nil {
		return f
	}
	switch document.Error {
	case "invalid_grant":
		return invalidGrant(strings.ToLower(document.Description)).From(answer)
	case "disabled_client":
		return accountDisabled.From(answer)
	case "invalid_client":
		return accountUnknown.From(answer)
	case "unauthorized_client", "access_denied", "admin_policy_enforced", "org_internal", "invalid_scope":
		return tokenDenied.From(answer)
	}
	return f
}

// invalidGrant covers three different things, which only the description tells
// apart. Where its words are new, the key is the likeliest.
func invalidGrant(description string) integrations.Diagnosis {
	switch {
	case strings.Contains(description, "reasonable timeframe"), strings.Contains(description, "short-lived"):
		return clockSkewed
	case strings.Contains(description, "account not found"), strings.Contains(description, "email"):
		return accountUnknown
	}
	return keyRejected
}
