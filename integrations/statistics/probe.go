package statistics

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"time"

	"admin-api/integrations"
	"admin-api/secret"
)

// What a test of a receiver can find out beyond what every test can.
var (
	postRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "post_refused",
		Detail: "The receiver takes no posts at this address.",
		Hint:   "Check the path of the URL, and that the receiver accepts the method POST there.",
	}
	messageRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "message_refused",
		Detail: "The receiver answers but does not take the test message.",
		Hint: "Let the receiver accept JSON and answer 2xx to events that it does not know; if posts are signed, " +
			"check the signing secret.",
	}
)

// The headers of a signed post. The signature is the HMAC-SHA256 of the
// timestamp, a full stop and the body, in hexadecimal digits.
const (
	timestampHeader = "X-Timestamp"
	signatureHeader = "X-Signature"
)

// message is what a test posts. Statistics have another event.
type message struct {
	Event         string `json:"event"`
	SentAt        string `json:"sentAt"`
	ContactCenter string `json:"contactCenter"`
}

// Probe implements integrations.Prober. It posts a message that is marked as a
// test.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	return s.Step("post", func() error {
		now := s.Now().UTC()
		body, err := json.Marshal(message{"connectionTest", now.Format(time.RFC3339), s.Domain})
		if err != nil {
			return err
		}
		answer, err := s.Exchange(ctx, integrations.Request{
			Method: http.MethodPost, URL: p.URL, Header: p.header(now, body), Body: body,
		})
		if err != nil {
			return err
		}
		return judge(answer)
	})
}

// header authenticates and signs one post.
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
	header.Set("Content-Type", "application/json")
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

// judge takes any 2xx for success, apart from a web page: whoever answers a
// post with one is no receiver but, say, the sign-in page before it.
func judge(answer *integrations.Answer) error {
	switch answer.Status {
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return postRefused.From(answer)
	case http.StatusBadRequest, http.StatusNotAcceptable, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return messageRefused.From(answer)
	}
	if f := answer.Failure(); f != nil {
		return f
	}
	if kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err == nil && kind == "text/html" {
		f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer", "The answer is a web page.",
			"Enter the address at which the receiver takes statistics, not that of a page or a sign-in before it.")
		f.HTTPStatus = answer.Status
		return f
	}
	return nil
}
