package events

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"admin-api/models"
	"admin-api/outbound"
)

// Words for what went wrong with an attempt, besides the kinds of package outbound.
const (
	wordStatus     = "http_status"
	wordUnreadable = "secret_unreadable"
)

// attemptTime bounds one attempt.
const attemptTime = 10 * time.Second

// send delivers one event to a webhook. That the receiver does not take it is no
// error; one is returned where nothing could be sent because of us.
func (s *Service) send(ctx context.Context, w *models.Webhook, e *models.Event) (*Outcome, error) {
	keys, err := s.keysOf(ctx, s.Store, w)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(e.Document())
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return &Outcome{Error: string(outbound.InvalidAddress)}, nil
	}
	now := s.now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "admin-api")
	req.Header.Set(headerID, e.ID)
	req.Header.Set(headerTimestamp, stamp(now))
	req.Header.Set(headerSignature, signatures(keys, e.ID, now, body))
	return s.exchange(req), nil
}

// exchange sends a request and judges the answer by its status alone. Redirects
// are not followed: who may receive events is what the webhook says.
func (s *Service) exchange(req *http.Request) *Outcome {
	started := time.Now()
	if req.URL.Scheme != "https" {
		return &Outcome{Error: string(outbound.InvalidAddress)}
	}
	answer, err := s.Outbound.Do(req, outbound.WithRedirects(outbound.NoRedirects))
	if err != nil {
		return &Outcome{Error: string(cmp.Or(outbound.KindOf(err), outbound.Other)), Took: time.Since(started)}
	}
	_ = answer.Body.Close() // nobody reads on
	out := &Outcome{Status: answer.StatusCode, Took: time.Since(started)}
	switch {
	case out.Status >= 200 && out.Status < 300:
		out.Delivered = true
	case out.Status >= 300 && out.Status < 400:
		out.Error = string(outbound.RedirectRefused)
	default:
		out.Error = wordStatus
	}
	return out
}
