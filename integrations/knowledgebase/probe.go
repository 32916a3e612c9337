package knowledgebase

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"admin-api/integrations"
	"admin-api/integrations/platform/oauth"
	"admin-api/secret"
)

// What a test of a knowledge base can find out beyond what every test can.
var (
	resultsMissing = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "results_missing",
		Detail: "The answer to a search holds no list where the results are said to lie.",
		Hint:   "Compare the path of the results with an answer of the knowledge base.",
	}
	idMissing = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "id_missing",
		Detail: "The first article found has no id where it is said to lie.",
		Hint:   "Compare the path of the id with an answer of the knowledge base.",
	}
	titleMissing = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "title_missing",
		Detail: "The first article found has no title where it is said to lie.",
		Hint:   "Compare the path of the title with an answer of the knowledge base.",
	}
	textMissing = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "text_missing",
		Detail: "The first article found has no text where it is said to lie.",
		Hint:   "Compare the path of the text with an answer of the knowledge base.",
	}
	searchRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "search_refused",
		Detail: "The knowledge base does not understand the search.",
		Hint:   "Check the method and the parameters of the search URL.",
	}
	tooSlow = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "slower_than_timeout",
		Detail: "The search took longer than agents will wait.",
		Hint:   "Raise the time-out, or find out why the knowledge base is slow.",
	}
)

// The steps of a probe.
const (
	stepToken  = "token"
	stepSearch = "search"
	stepRead   = "read_results"
)

// Probe implements integrations.Prober. It searches for one harmless word.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	token := p.BearerToken
	if p.AuthenticationMethod == authOAuth {
		err := s.Step(stepToken, func() error {
			granted, err := oauth.Get(ctx, s, oauth.Request{
				URL: p.TokenURL, Header: integrations.Basic(url.QueryEscape(p.ClientID), escaped(p.ClientSecret)), Form: p.grant(),
			})
			token = granted.Access
			return err
		})
		if err != nil {
			s.Skip(stepSearch, stepRead)
			return err
		}
	}
	var found *integrations.Answer
	started := s.Now()
	err := s.Step(stepSearch, func() (err error) {
		found, err = p.search(ctx, s, token)
		return err
	})
	if err != nil {
		s.Skip(stepRead)
		return err
	}
	if s.Now().Sub(started) > time.Duration(p.TimeoutMS)*time.Millisecond {
		s.Warn(stepSearch, tooSlow.Failure())
	}
	return p.read(s, found)
}

// escaped is a client secret as the header of RFC 6749 section 2.3.1 wants it.
func escaped(text secret.Text) secret.Text { return secret.New(url.QueryEscape(text.Reveal())) }

func (p *Properties) grant() url.Values {
	form := url.Values{"grant_type": {"client_credentials"}}
	if p.Scope != "" {
		form.Set("scope", p.Scope)
	}
	return form
}

func (p *Properties) search(
	ctx context.Context, s *integrations.Session, token secret.Text,
) (*integrations.Answer, error) {
	answer, err := s.Exchange(ctx, integrations.Request{
		Method: p.Method, URL: fill(p.SearchURLTemplate, "{query}", "test"), Header: p.header(token),
	})
	if err != nil {
		return nil, err
	}
	switch answer.Status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return nil, searchRefused.From(answer)
	}
	if f := answer.Failure(); f != nil {
		return nil, f
	}
	return answer, answer.JSON(new(any))
}

func (p *Properties) header(token secret.Text) http.Header {
	switch p.AuthenticationMethod {
	case authBasic:
		return integrations.Basic(p.Username, p.Password)
	case authKey:
		return http.Header{http.CanonicalHeaderKey(p.APIKeyHeader): {p.APIKey.Reveal()}}
	case authBearer, authOAuth:
		return integrations.Bearer(token)
	}
	return nil
}

// read looks for what agents are shown. That no article was found is no fault;
// that one lacks title or text need not be one.
func (p *Properties) read(s *integrations.Session, answer *integrations.Answer) error {
	var first any
	err := s.Step(stepRead, func() error {
		var document any
		if err := answer.JSON(&document); err != nil {
			return err
		}
		results, ok := at(document, p.ResultsPath).([]any)
		if !ok {
			return resultsMissing.From(answer)
		}
		if len(results) > 0 {
			first = results[0]
		}
		if first != nil && !isText(at(first, p.IDPath)) {
			return idMissing.From(answer)
		}
		return nil
	})
	if err != nil || first == nil {
		return err
	}
	if !isText(at(first, p.TitlePath)) {
		s.Warn(stepRead, titleMissing.Failure())
	}
	if !isText(at(first, p.TextPath)) {
		s.Warn(stepRead, textMissing.Failure())
	}
	return nil
}

// isText reports whether a value can be shown, or sent as an id.
func isText(value any) bool {
	switch v := value.(type) {
	case string:
		return v != ""
	case float64:
		return true
	}
	return false
}

// at returns what lies in a document at a path; nil for nothing.
func at(document any, path string) any {
	if path == "$" {
		return document
	}
	for _, part := range split(path) {
		switch container := document.(type) {
		case map[string]any:
			document = container[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(container) {
				return nil
			}
			document = container[i]
		default:
			return nil
		}
	}
	return document
}

// split reads a JSON Pointer (RFC 6901) or a dotted path.
func split(path string) []string {
	pointer, isPointer := strings.CutPrefix(path, "/")
	if !isPointer {
		return strings.Split(path, ".")
	}
	parts := strings.Split(pointer, "/")
	for i, part := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
	}
	return parts
}
