package sso

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"admin-api/access"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/sso/assertion"
)

// Result is what an administrator sees of one sign-in.
type Result struct {
	// Code says why it was refused; empty where it was not. Detail says what is
	// wrong, Cure what to do, and Value what came in the place of something else.
	Code   string `json:"code,omitempty"`
	Detail string `json:"detail,omitempty"`
	Cure   string `json:"cure,omitempty"`
	Value  string `json:"value,omitempty"`
	// Steps are the checks in their order.
	Steps []assertion.Step `json:"steps,omitempty"`
	// Seen is what the message claims; to be trusted only where Verified.
	Seen     *assertion.Seen `json:"seen,omitempty"`
	Verified bool            `json:"verified,omitempty"`
	// Certificate is that of the account by which the message was verified.
	Certificate *Certificate `json:"certificate,omitempty"`
	// KeyPairID is the key pair that opened the assertion; empty for one in clear.
	KeyPairID string `json:"keyPairId,omitempty"`
	// User is who signed in, or would.
	User *Mapped `json:"user,omitempty"`
	// Address and UserAgent are those of the browser.
	Address   string `json:"address,omitempty"`
	UserAgent string `json:"userAgent,omitempty"`
}

// Certificate tells certificates apart.
type Certificate struct {
	SHA256   string      `json:"sha256"`
	Subject  string      `json:"subject"`
	NotAfter models.Time `json:"notAfter"`
}

// Mapped is who a sign-in leads to.
type Mapped struct {
	Username string `json:"username"`
	// ID is empty where the user does not exist yet.
	ID string `json:"id,omitempty"`
	// New: just-in-time provisioning makes the user, after the likeness of TemplateID.
	New        bool           `json:"new,omitempty"`
	FirstName  string         `json:"firstName,omitempty"`
	LastName   string         `json:"lastName,omitempty"`
	Email      string         `json:"email,omitempty"`
	TemplateID string         `json:"templateId,omitempty"`
	TeamID     string         `json:"teamId,omitempty"`
	Roles      models.Strings `json:"roles,omitempty"`
	Skills     models.Skills  `json:"skills,omitempty"`
}

// Steps of this package, behind those of sso/assertion.
const (
	StepRequest = "request"
	StepOnce    = "one-time-use"
	StepUser    = "user"
)

// What of a message and its sender is kept, in bytes: anybody can send one.
const (
	longestTrace      = 8 << 10 // of the redacted message
	longestAttributes = 8 << 10 // of names and values in all
	longestUserAgent  = 200
)

// sentFrom begins a result with the browser that brought the message.
func sentFrom(from access.Client) *Result {
	agent := strings.ToValidUTF8(from.UserAgent, "\uFFFD")
	return &Result{Address: from.Address, UserAgent: shorten(agent, longestUserAgent)}
}

// newResult begins one with what was found in the message.
func newResult(found *assertion.Report, accepted *assertion.Accepted, from access.Client) *Result {
	r := sentFrom(from)
	r.Steps, r.Verified = found.Steps, found.Verified
	seen := found.Seen
	seen.Attributes = firstOf(seen.Attributes)
	seen.Redacted = shorten(seen.Redacted, longestTrace)
	r.Seen = &seen
	if accepted != nil {
		r.Certificate = certificateOf(accepted.Certificate)
	}
	if key, ok := found.Decrypter.(*privateKey); ok {
		r.KeyPairID = key.row.ID
	}
	return r
}

// firstOf returns the attributes, and of the last of them the values, that
// longestAttributes has room for.
func firstOf(all []assertion.Attribute) []assertion.Attribute {
	var kept []assertion.Attribute
	left := longestAttributes
	for _, a := range all {
		left -= len(a.Name) + len(a.FriendlyName)
		if left < 0 {
			break
		}
		values := a.Values
		a.Values = nil
		for _, v := range values {
			if left -= len(v); left < 0 {
				break
			}
			a.Values = append(a.Values, v)
		}
		kept = append(kept, a)
	}
	return kept
}

func certificateOf(x *x509.Certificate) *Certificate {
	if x == nil {
		return nil
	}
	facts := integrations.CertificateFacts(x)
	return &Certificate{SHA256: facts.SHA256, Subject: facts.Subject, NotAfter: facts.NotAfter}
}

// readableWith reports whether the key pairs would still open the assertion.
func (r *Result) readableWith(pairs []models.SSOKey) bool {
	return r.KeyPairID == "" || slices.ContainsFunc(pairs, func(k models.SSOKey) bool { return k.ID == r.KeyPairID })
}

func (r *Result) step(name, status, detail string) {
	r.Steps = append(r.Steps, assertion.Step{Name: name, Status: status, Detail: detail})
}

// refused notes why the sign-in came to nothing.
func (r *Result) refused(e *Error, value string) {
	r.Code, r.Detail, r.Cure, r.Value = e.Code, e.Detail, e.Cure, value
}

func (r *Result) encode() (string, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("encode report of a sign-in: %w", err)
	}
	return string(b), nil
}

// readResult reads what encode made; nil for the empty text.
func readResult(text string) (*Result, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // there is none yet
	}
	r := &Result{}
	if err := json.Unmarshal([]byte(text), r); err != nil {
		return nil, fmt.Errorf("stored report of a sign-in: %w: %w", err, models.ErrUnavailable)
	}
	return r, nil
}

// shorten cuts what is longer in front of a whole character.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && text[most]&0xc0 == 0x80 {
		most--
	}
	return text[:most] + "…"
}
