package statistics

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"admin-api/integrations"
	"admin-api/secret"
)

// The steps of a probe.
const (
	stepReach        = "reach"
	stepAuthenticate = "authenticate"
)

// What a test of a receiver can find out beyond what every test can.
var (
	postRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "post_refused",
		Detail: "The receiver takes no posts at this address.",
		Hint:   "Check the path of the URL, and that the receiver accepts the method POST there.",
	}
	nothingToRead = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "nothing_to_read",
		Detail: "The host answers, but offers nothing to read at this path. Receivers that know only posts say the same.",
		Hint:   "Compare the path with the receiver's; if it is right, nothing needs to be done.",
	}
	notVerifiable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "credentials_not_verifiable",
		Detail: "The receiver answers, but asks nobody who he is unless he posts, which a test does not do.",
		Hint:   "Look at the receiver after the next update; new figures show that the credentials are right.",
	}
)

// The headers of a signed post. The signature is the HMAC-SHA256 of the
// timestamp, a full stop and the body, in hexadecimal digits.
const (
	timestampHeader = "X-Timestamp"
	signatureHeader = "X-Signature"
)

// Probe implements integrations.Prober. A receiver may keep whatever is posted to
// it, so it is only asked for the head of its address: as nobody, and with the
// credentials where nobody is told to prove who he is.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	var found *integrations.Answer
	err := s.Step(stepReach, func() (err error) {
		found, err = p.head(ctx, s, nil)
		if err != nil {
			return err
		}
		return p.judge(found)
	})
	if err != nil {
		s.Skip(stepAuthenticate)
		return err
	}
	if found.Status == http.StatusNotFound || found.Status == http.StatusGone {
		s.Warn(stepReach, nothingToRead.From(found))
	}
	switch {
	case p.anonymous():
		return nil
	case found.Status != http.StatusUnauthorized:
		s.Warn(stepAuthenticate, notVerifiable.From(found))
		return nil
	}
	return s.Step(stepAuthenticate, func() error { return p.authenticate(ctx, s) })
}

// anonymous reports whether posts prove nothing to the receiver.
func (p *Properties) anonymous() bool { return p.AuthMethod == authNone && !p.HMACSecret.IsSet() }

func (p *Properties) head(ctx context.Context, s *integrations.Session, h http.Header) (*integrations.Answer, error) {
	return s.Exchange(ctx, integrations.Request{Method: http.MethodHead, URL: p.URL, Header: h})
}

// judge says what is wrong with a receiver that was asked as nobody. That it
// refuses, or offers nothing to read, is nothing wrong.
func (p *Properties) judge(answer *integrations.Answer) error {
	f := answer.Failure()
	switch {
	case f == nil, answer.Status == http.StatusNotImplemented:
		return nil
	case answer.Status == http.StatusUnauthorized && p.anonymous():
		f.Hint = "The receiver wants to know who posts; choose an authentication and enter its credentials."
		return f
	case answer.Status == http.StatusMethodNotAllowed && !allowsPosts(answer.Header):
		return postRefused.From(answer)
	case f.Retryable, f.Code == "redirected":
		return f
	}
	return nil
}

// allowsPosts reads what a receiver says that it takes; one that does not say so
// may take anything.
func allowsPosts(header http.Header) bool {
	methods := strings.Join(header.Values("Allow"), ",")
	if methods == "" {
		return true
	}
	for method := range strings.SplitSeq(methods, ",") {
		if strings.EqualFold(strings.TrimSpace(method), http.MethodPost) {
			return true
		}
	}
	return false
}

// authenticate asks again with the credentials. Whatever the receiver then
// answers but a refusal, it has let the caller in.
func (p *Properties) authenticate(ctx context.Context, s *integrations.Session) error {
	answer, err := p.head(ctx, s, p.header(s.Now(), nil))
	if err != nil {
		return err
	}
	switch f := answer.Failure(); answer.Status {
	case http.StatusUnauthorized:
		f.Hint = "Compare authentication and credentials with what the receiver asks of callers that post."
		return f
	case http.StatusForbidden:
		return f
	}
	return p.judge(answer)
}

// header authenticates and signs a request with the body.
func (p *Properties) header(now time.Time, body []byte) http.Header {
	header := http.Header{}
	switch p.AuthMethod {
	case authBasic:
		header = integrations.Basic(p.Username, p.Password)
	case authBearer:
		header = integrations.Bearer(p.Token)
	case authHeader:
		header.Set(p.HeaderName, p.Token.Reveal())
	}
	if p.HMACSecret.IsSet() {
		timestamp := strconv.FormatInt(now.Unix(), 10)
		header.Set(timestampHeader, timestamp)
		header.Set(signatureHeader, signature(p.HMACSecret, timestamp, body))
	}
	return header
}

func signature(key secret.Text, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}
