package assertion

import (
	"crypto"
	"crypto/x509"
	"time"
)

// Skew is how far the clocks of the provider and of this server may differ.
const Skew = 90 * time.Second

// MaxAge is how old a response may be when it arrives, whatever validity it
// claims.
const MaxAge = 15 * time.Minute

// Expectation is what a response must be to be accepted.
type Expectation struct {
	// Issuer is the entity id of the identity provider, Audience our own.
	Issuer, Audience string
	// Recipient is the reply URL; the only Destination, too.
	Recipient string
	// Certificates are those of the account, tried in order. Their dates are
	// judged here.
	Certificates []*x509.Certificate
	// Decrypters are the RSA keys of the service provider, newest first; without
	// any, encrypted assertions are refused.
	Decrypters []crypto.Decrypter
	// Now is the time of judgement.
	Now time.Time
	// Requested returns when the request with this id was sent, zero where it is
	// not known; nil knows none. It tells a provider's clock that is behind from a
	// response that was delivered late.
	Requested func(id string) time.Time
}

// Accepted is what the identity provider vouches for.
type Accepted struct {
	// ResponseID is not covered by the signature unless ResponseSigned.
	ResponseID, AssertionID string
	// InResponseTo is the id of the request, empty where the provider began.
	InResponseTo         string
	Issuer               string
	NameID, NameIDFormat string
	SessionIndex         string
	// Attributes are those with text values, in their order, duplicates included.
	Attributes []Attribute
	// Certificate is the account's certificate whose key verified the signature.
	Certificate                                *x509.Certificate
	ResponseSigned, AssertionSigned, Encrypted bool
	// NotOnOrAfter is when the response is refused for its age at the latest; Skew
	// has to be added. Its ids must be remembered until then.
	NotOnOrAfter time.Time
	// IssueInstant is that of the assertion.
	IssueInstant time.Time
	// SessionNotOnOrAfter is when the provider wants the session to be over, zero
	// where it does not say.
	SessionNotOnOrAfter time.Time
}

// Attribute is one that the provider sent about the user.
type Attribute struct {
	Name, FriendlyName string
	Values             []string
}

// Accept judges a response as it came in the form field SAMLResponse. A refusal
// is an *Error. The report is there in either case.
func Accept(encoded string, e Expectation) (*Accepted, *Report, error) {
	j := &judgement{expect: e, report: &Report{}, accepted: &Accepted{}}
	if err := j.run(encoded); err != nil {
		return nil, j.report, err
	}
	return j.accepted, j.report, nil
}
