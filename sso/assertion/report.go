package assertion

import (
	"crypto"
	"slices"
	"time"
)

// Report is what was found in a response, for an administrator.
type Report struct {
	// Steps are all checks, in their order.
	Steps []Step
	// Seen is what the message claims. It is to be trusted only where Verified.
	Seen Seen
	// Verified tells that the signature is that of the account's provider, and the
	// claims about the user are read from what it covers.
	Verified bool
	// Decrypter is the one of Expectation.Decrypters that opened the assertion; nil
	// where none did, or had to.
	Decrypter crypto.Decrypter
}

// Step is one check.
type Step struct {
	// Name is one of the constants Step….
	Name string
	// Status is Passed, Failed or Skipped.
	Status string
	// Detail is a sentence; empty where there is nothing to say.
	Detail string
}

// The outcomes of a step. A step is skipped where it does not apply, or where an
// earlier one failed.
const (
	Passed  = "passed"
	Failed  = "failed"
	Skipped = "skipped"
)

// The steps, in their order.
const (
	StepMessage            = "message"
	StepStatus             = "status"
	StepResponseSignature  = "response-signature"
	StepDecryption         = "decryption"
	StepAssertionSignature = "assertion-signature"
	StepIssuer             = "issuer"
	StepDestination        = "destination"
	StepSubject            = "subject"
	StepConfirmation       = "confirmation"
	StepConditions         = "conditions"
	StepAuthentication     = "authentication"
	StepTimes              = "times"
	StepAttributes         = "attributes"
)

// Seen is what a message claims. Values are shortened, lists too.
type Seen struct {
	ResponseID, AssertionID, InResponseTo string
	Issuer, Destination, Recipient        string
	Audiences                             []string
	NameID, NameIDFormat                  string
	Attributes                            []Attribute
	IssueInstant, NotBefore, NotOnOrAfter string
	// Signed lists what carries a signature: "response", "assertion".
	Signed []string
	// SignatureMethods are the algorithms of those.
	SignatureMethods []string
	Encrypted        bool
	// Fingerprint is the SHA-256 of the certificate in the message, in hexadecimal;
	// CertificateSubject its name and CertificateEnds when it expires.
	Fingerprint        string
	CertificateSubject string
	CertificateEnds    time.Time
	// Redacted is the message as XML without signature values, digests,
	// certificates and ciphers; of an encrypted assertion what was decrypted. It is
	// empty for what is no XML, and cut where it is long.
	Redacted string
}

// add records a step that was done.
func (r *Report) add(name, status, detail string) {
	r.Steps = append(r.Steps, Step{Name: name, Status: status, Detail: detail})
}

// Step returns a step by its name.
func (r *Report) Step(name string) (Step, bool) {
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Name == name })
	if i < 0 {
		return Step{}, false
	}
	return r.Steps[i], true
}
