package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"admin-api/api"
)

// remoteSettings say which running server a command talks to.
type remoteSettings struct {
	Server         string `env:"ADMIN_API_SERVER" default:"http://127.0.0.1:8080" help:"Address of the server."`
	Token          string `env:"ADMIN_API_TOKEN" help:"Bearer token; better in the variable, where other users of the machine do not see it."`
	ContactCenter  string `env:"ADMIN_API_CONTACT_CENTER" placeholder:"DOMAIN" help:"Contact center to act in, for tokens of the service provider."`
	AllowPlainHTTP bool   `name:"allow-plain-http" help:"Send token and secrets without TLS to another machine."`
}

// remote is a running server.
type remote struct {
	base, token, center string
	client              *http.Client
}

// Bounds of one exchange with the server, which gives a request 30 seconds.
const (
	remoteTimeout = 60 * time.Second
	largestAnswer = 64 << 20
)

func (s *remoteSettings) remote() (*remote, error) {
	u, err := url.Parse(s.Server)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, wrong("ADMIN_API_SERVER", errors.New("write an address such as https://admin.example.com"))
	}
	if u.Scheme == "http" && !s.AllowPlainHTTP && !loopback(u.Hostname()) {
		return nil, wrong("ADMIN_API_SERVER", errors.New(
			"token and secrets would go over the network in clear; use https, or --allow-plain-http where the way is safe"))
	}
	token := strings.TrimSpace(s.Token)
	if token == "" {
		return nil, wrong("ADMIN_API_TOKEN", errors.New(
			"set it to a token with accounts:read, to plan and apply also accounts:write"))
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, wrong("ADMIN_API_TOKEN", errors.New("a token has visible ASCII characters only"))
	}
	return &remote{
		base: strings.TrimSuffix(u.String(), "/") + "/api/v1/integration-accounts", token: token, center: s.ContactCenter,
		client: &http.Client{
			Timeout: remoteTimeout,
			// A redirect would carry token and secrets to somewhere else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// post sends a document and reads the answer into out. A refusal of the server is a
// *refusedError.
func (r *remote) post(ctx context.Context, path string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/json")
	if r.center != "" {
		req.Header.Set("Contact-Center", r.center)
	}
	res, err := r.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, largestAnswer))
	if err != nil {
		return fmt.Errorf("read the answer of the server: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return refusal(res, answer)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("the answer of %s is not that of admin-api; check ADMIN_API_SERVER", r.base)
	}
	return nil
}

// refusedError is a request that the server did not carry out.
type refusedError struct{ problem api.Problem }

func (e *refusedError) Error() string {
	return fmt.Sprintf("the server refused: %s (%d %s)", e.problem.Title, e.problem.Status, e.problem.Code)
}

func refusal(res *http.Response, answer []byte) error {
	var p api.Problem
	if json.Unmarshal(answer, &p) == nil && p.Code != "" {
		return &refusedError{p}
	}
	if where := res.Header.Get("Location"); where != "" {
		return fmt.Errorf("the server sends elsewhere with status %d; set ADMIN_API_SERVER to its address there",
			res.StatusCode)
	}
	return fmt.Errorf("status %d without a problem document; check that ADMIN_API_SERVER is the address of admin-api",
		res.StatusCode)
}

// remedy is what the table of problems says to do about a kind of problem.
func remedy(code string) string {
	for _, k := range api.ProblemKinds() {
		if k.Code == code {
			return k.Remedy
		}
	}
	return ""
}
