package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

const (
	accountsPath = "/api/v1/integration-accounts"
	mergePatch   = "application/merge-patch+json"
)

// client talks to the program as its users do. It is safe for concurrent use.
type client struct {
	base, token string
	http        *http.Client
}

func newClient(base, token string, connections int) *client {
	return &client{base: base, token: token, http: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: connections},
	}}
}

// request is one request; a body without a media type is JSON.
type request struct {
	method, path string
	body         []byte
	header       map[string]string
}

// answer is a whole answer.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// errBrokenOff is an answer that began and did not end.
var errBrokenOff = errors.New("answer broken off")

// do sends r and reads the answer to its end. An error says that there was no
// whole answer, whatever the program made of the request; it is errBrokenOff
// where there was a part of one.
func (c *client) do(ctx context.Context, r request) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	if len(r.body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBrokenOff, err)
	}
	return &answer{status: res.StatusCode, header: res.Header, body: body}, nil
}

// expect is do for requests that must succeed with the status.
func (c *client) expect(ctx context.Context, status int, r request) (*answer, error) {
	a, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	if a.status != status {
		return nil, fmt.Errorf("%s %s: status %d: %s", r.method, r.path, a.status, a.body)
	}
	return a, nil
}

func (c *client) get(ctx context.Context, path string) (*answer, error) {
	return c.expect(ctx, http.StatusOK, request{method: http.MethodGet, path: path})
}

func (a *answer) etag() string { return a.header.Get("ETag") }

// id returns the id in the document of an account.
func (a *answer) id() (string, error) {
	var account struct{ ID string }
	if err := json.Unmarshal(a.body, &account); err != nil {
		return "", err
	}
	if account.ID == "" {
		return "", fmt.Errorf("no id in %s", a.body)
	}
	return account.ID, nil
}

// createRequest makes an account; a key makes it repeatable.
func createRequest(document []byte, key string) request {
	r := request{method: http.MethodPost, path: accountsPath, body: document}
	if key != "" {
		r.header = map[string]string{"Idempotency-Key": key}
	}
	return r
}

// patchRequest changes the account if it still has the entity tag.
func patchRequest(id, etag string, patch []byte) request {
	return request{
		method: http.MethodPatch, path: accountsPath + "/" + id, body: patch,
		header: map[string]string{"If-Match": etag, "Content-Type": mergePatch},
	}
}
