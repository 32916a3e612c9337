package integrations

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"

	"admin-api/secret"
	"admin-api/validation"
)

// Authorizer is implemented by properties of which one or more secrets can come
// from a person's consent in a browser: OAuth 2.0's authorization code grant
// (RFC 6749 section 4.1) with PKCE (RFC 7636).
type Authorizer interface {
	// CheckAuthorization reports to c what is missing before anybody can be sent
	// to the remote system. Secrets may be markers of secret.Kept.
	CheckAuthorization(c *validation.Context)
	// AuthorizationURL returns where the browser is to be sent.
	AuthorizationURL(a Authorization) string
	// AuthorizationRefused says what the error code means with which the remote
	// system sent the browser back. The code is not ours and may be anything.
	AuthorizationRefused(code string) *Failure
	// Authorize exchanges the code for secrets, by their pointers, and says
	// through s as whom. Its error is that of Prober.Probe.
	Authorize(ctx context.Context, s *Session, a Authorization, code secret.Text) (map[string]secret.Text, error)
}

// Authorization is one run of the grant.
type Authorization struct {
	// RedirectURI is where the remote system sends the browser back.
	RedirectURI string
	// State comes back with the browser; only AuthorizationURL needs it.
	State string
	// Verifier is what only we know and what proves that the code is for us.
	Verifier secret.Text
}

// NewVerifier returns a code verifier of 256 random bits (RFC 7636 section 4.1).
func NewVerifier() secret.Text {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return secret.New(base64.RawURLEncoding.EncodeToString(b[:]))
}

// Challenge returns the code challenge of the verifier by the method S256.
func (a Authorization) Challenge() string {
	sum := sha256.Sum256([]byte(a.Verifier.Reveal()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// LimitReader is implemented by properties of accounts whose remote system tells
// how much of it may be used.
type LimitReader interface {
	// ReadLimits reads them step by step through s and changes nothing there. Its
	// error is that of Prober.Probe.
	ReadLimits(ctx context.Context, s *Session) ([]Usage, error)
}

// Usage is one limit of a remote system and what is left of it. The name is one
// that the vendor documents, of letters and digits.
type Usage struct {
	Name           string
	Max, Remaining int64
}

// Authorizes reports whether secrets of the type can come from an Authorizer.
func (d *Definition) Authorizes() bool {
	_, can := d.New().(Authorizer)
	return can
}

// TellsLimits reports whether the type is a LimitReader.
func (d *Definition) TellsLimits() bool {
	_, can := d.New().(LimitReader)
	return can
}
