// Package oauth asks token endpoints for access tokens and reads what they
// answer (RFC 6749 sections 4 to 6), for types whose vendors speak plain OAuth
// 2.0.
//
// It decides neither which grant is used nor where a token may be sent
// afterwards: that belongs to the type. It keeps no token.
package oauth

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
)

// Request is one request of a token.
type Request struct {
	URL string
	// Header authenticates the client, where that is not done by the form; may
	// be nil.
	Header http.Header
	// Form holds the grant and what goes with it.
	Form url.Values
	// Means says what a refusal means at this vendor; nil, or a result of false,
	// leaves the refusal to RFC 6749.
	Means func(Refusal) (integrations.Diagnosis, bool)
}

// Token is what a token endpoint grants.
type Token struct {
	Access secret.Text
	// Refresh is unset where the endpoint keeps or hides the refresh token.
	Refresh secret.Text
	// Answer is the whole answer, for members that only one vendor sends.
	Answer *integrations.Answer
}

// Get requests a token. Its error is a *Failure, or the transport's for Step to
// classify.
func Get(ctx context.Context, s *integrations.Session, r Request) (Token, error) {
	answer, err := s.Exchange(ctx, integrations.Request{
		Method: http.MethodPost, URL: r.URL, Header: r.Header, Form: r.Form,
	})
	if err != nil {
		return Token{}, err
	}
	if f := r.refused(answer); f != nil {
		return Token{}, f
	}
	return read(answer)
}

// refused says why the endpoint refused; nil if it did not. An endpoint that is
// busy or out of order is taken at its status, whatever else it says.
func (r Request) refused(answer *integrations.Answer) *integrations.Failure {
	f := answer.Failure()
	if f == nil || f.Retryable {
		return f
	}
	refusal, ok := readRefusal(answer)
	if !ok {
		return f
	}
	if r.Means != nil {
		if d, known := r.Means(refusal); known {
			return d.From(answer)
		}
	}
	if d, known := refusal.diagnosis(); known {
		return d.From(answer)
	}
	return f
}

func read(answer *integrations.Answer) (Token, error) {
	var document struct {
		AccessToken  secret.Text `json:"access_token"`
		RefreshToken secret.Text `json:"refresh_token"`
		TokenType    string      `json:"token_type"`
	}
	if err := answer.JSON(&document); err != nil {
		return Token{}, err
	}
	if !document.AccessToken.IsSet() || !strings.EqualFold(document.TokenType, "Bearer") {
		f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
			"The answer is JSON, but grants no bearer token.", "Check that the address leads to a token endpoint of OAuth 2.0.")
		f.HTTPStatus = answer.Status
		return Token{}, f
	}
	return Token{Access: document.AccessToken, Refresh: document.RefreshToken, Answer: answer}, nil
}

// Refusal is what a token endpoint says besides the status (RFC 6749 section
// 5.2). Its texts are the remote system's: they may be compared, never shown.
type Refusal struct {
	Status            int
	Code, Description string
	// Numbers are the error codes of Microsoft's endpoints, see
	// https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
	Numbers []int
}

func readRefusal(answer *integrations.Answer) (Refusal, bool) {
	var document struct {
		Error       string          `json:"error"`
		Description string          `json:"error_description"`
		Codes       json.RawMessage `json:"error_codes"`
	}
	if json.Unmarshal(answer.Body, &document) != nil || document.Error == "" {
		return Refusal{}, false
	}
	r := Refusal{Status: answer.Status, Code: document.Error, Description: document.Description}
	_ = json.Unmarshal(document.Codes, &r.Numbers) // numbers of another form are none
	return r, true
}
