package integrations

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"admin-api/secret"
)

// userAgent names us to remote systems; some refuse nameless callers.
const userAgent = "admin-api"

// Exchange sends one request through the transport and reads the answer, whose
// size the transport bounds. Any status is an answer, see Answer.Failure; one
// that switches protocols (101) has no body and ends the connection. The error is
// a *Failure for requests that cannot be sent as they are, else the transport's,
// for Step to classify. It names neither path nor query.
func (s *Session) Exchange(ctx context.Context, r Request) (*Answer, error) {
	req, err := r.build(ctx)
	if err != nil {
		return nil, err
	}
	resp, err := s.Transport.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	body, err := read(resp, r.First)
	if err != nil {
		return nil, withoutURL(err)
	}
	return &Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, received: s.Now()}, nil
}

// read returns the body, or what first bytes of it are, if that is not 0. After 101
// the connection speaks another protocol and may never end by itself.
func read(resp *http.Response, first int64) (body []byte, err error) {
	source := io.Reader(resp.Body)
	if first > 0 {
		source = io.LimitReader(source, first)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		body, err = io.ReadAll(source)
	}
	if closed := resp.Body.Close(); err == nil {
		err = closed
	}
	return body, err
}

func (r Request) build(ctx context.Context) (*http.Request, error) {
	if len(r.ExtraCA) > 0 {
		ctx = WithExtraCA(ctx, r.ExtraCA)
	}
	if r.MaxBytes > 0 {
		ctx = context.WithValue(ctx, maxBytesKey{}, r.MaxBytes)
	}
	body := r.Body
	if r.Form != nil {
		body = []byte(r.Form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(body))
	if err != nil || req.URL.Host == "" || req.URL.Scheme != "https" && req.URL.Scheme != "http" {
		return nil, invalidAddress.Failure()
	}
	for name, values := range r.Header {
		for _, value := range values {
			if strings.ContainsAny(value, "\r\n\x00") {
				f := invalidHeader.Failure()
				f.Detail = "A value that is sent in the header " + name + " holds a line break."
				return nil, f
			}
			req.Header.Add(name, value)
		}
	}
	preset(req.Header, "Accept", "application/json")
	preset(req.Header, "User-Agent", userAgent)
	if r.Form != nil {
		preset(req.Header, "Content-Type", "application/x-www-form-urlencoded")
	}
	return req, nil
}

func preset(h http.Header, name, value string) {
	if h.Get(name) == "" {
		h.Set(name, value)
	}
}

// withoutURL takes off what net/http wraps around errors: it quotes the URL,
// which may hold a credential.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return fmt.Errorf("exchange: %w", err)
}

// Basic returns a header with Basic credentials (RFC 7617).
func Basic(user string, password secret.Text) http.Header {
	credentials := base64.StdEncoding.EncodeToString([]byte(user + ":" + password.Reveal()))
	return http.Header{"Authorization": {"Basic " + credentials}}
}

// Bearer returns a header with a bearer token (RFC 6750).
func Bearer(token secret.Text) http.Header {
	return http.Header{"Authorization": {"Bearer " + token.Reveal()}}
}
