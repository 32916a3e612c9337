package speechtotext

import (
	"context"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6455 wants it; nothing is protected by it.
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"admin-api/integrations"
)

// goVivaceKey is the parameter in which GoVivace takes the API key
// (https://www.govivace.com/documentation/speech-recognition-keyword-spotting-specification-with-sentiment/).
const goVivaceKey = "key"

// Probe implements integrations.Prober. It opens a session and ends it.
func (p *GoVivaceProperties) Probe(ctx context.Context, s *integrations.Session) error {
	if err := s.Step("connect_recognizer", func() error { return p.open(ctx, s) }); err != nil {
		s.Skip("authenticate")
		return err
	}
	s.Warn("authenticate", goVivaceUnproved.Failure())
	return nil
}

// open does the opening handshake of RFC 6455 section 4.1.
func (p *GoVivaceProperties) open(ctx context.Context, s *integrations.Session) error {
	nonce := webSocketNonce()
	answer, err := s.Exchange(ctx, integrations.Request{URL: p.address(), Header: http.Header{
		"Connection":            {"Upgrade"},
		"Upgrade":               {"websocket"},
		"Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key":     {nonce},
	}})
	if err != nil {
		return err
	}
	switch answer.Status {
	case http.StatusSwitchingProtocols:
		if answer.Header.Get("Sec-Websocket-Accept") != webSocketAccept(nonce) {
			return goVivaceNoWebSocket.From(answer)
		}
		return nil
	case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusUpgradeRequired:
		return goVivaceNoWebSocket.From(answer)
	}
	if f := answer.Failure(); f != nil {
		return adviseGoVivace(f)
	}
	// A page or a document, where a WebSocket was asked for.
	f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The server answers with a document where a WebSocket was asked for.", goVivaceNoWebSocket.Hint)
	f.HTTPStatus = answer.Status
	return f
}

// address is the URL as HTTP knows it, with the key behind what else is asked
// for, which stays as it was entered.
func (p *GoVivaceProperties) address() string {
	u, err := url.Parse(p.URL)
	if err != nil {
		return "" // the rules accept no such URL
	}
	u.Scheme = "https"
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += url.Values{goVivaceKey: {p.APIKey.Reveal()}}.Encode()
	return u.String()
}

func adviseGoVivace(f *integrations.Failure) *integrations.Failure {
	switch f.Cause {
	case integrations.CauseCredentials, integrations.CausePermission:
		f.Hint = "Check the API key, and that GoVivace issued it for this server."
	case integrations.CauseConfig:
		f.Hint = goVivaceNoWebSocket.Hint
	}
	return f
}

func webSocketNonce() string {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails
	return base64.StdEncoding.EncodeToString(nonce)
}

// webSocketAccept is what a server proves with that it speaks WebSocket
// (RFC 6455 section 4.2.2).
func webSocketAccept(nonce string) string {
	sum := sha1.Sum([]byte(strings.TrimSpace(nonce) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // As above.
	return base64.StdEncoding.EncodeToString(sum[:])
}
