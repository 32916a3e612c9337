// Package awstest plays Amazon Web Services in the tests of types: it verifies
// Signature Version 4 of every request, refuses in the words of each protocol
// and knows whose key it is.
//
// It is for tests only and knows no service but the Security Token Service.
package awstest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Account and ARN are the identity behind the keys that fakes know.
const (
	Account = "123456789012"
	ARN     = "arn:aws:iam::123456789012:user/contact-center"
)

// Protocol is how a service words refusals.
type Protocol func(w http.ResponseWriter, status int, code, message string)

// Service is one service in one region.
type Service struct {
	// Host is its name, Signing the one that requests to it are signed for.
	Host, Signing, Region string
	Protocol              Protocol
	// Serve answers what is signed as it must be.
	Serve http.HandlerFunc
	// Clock is the service's; nil for time.Now.
	Clock func() time.Time
}

// STS returns the Security Token Service of a region.
func STS(host, region string) Service {
	return Service{Host: host, Signing: "sts", Region: region, Protocol: Query, Serve: identify}
}

// Cloud returns a handler that answers for all services, by host.
func Cloud(services ...Service) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, s := range services {
			if s.Host == r.Host {
				s.ServeHTTP(w, r)
				return
			}
		}
		http.Error(w, "no such host", http.StatusMisdirectedRequest)
	}
}

// ServeHTTP implements http.Handler.
func (s Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	if s.Clock != nil {
		now = s.Clock()
	}
	f := verify(r, s.Signing, s.Region, now)
	if f == faultNone {
		s.Serve(w, r)
		return
	}
	s.Protocol(w, http.StatusForbidden, s.code(f), messages[f])
}

// messages are AWS's own words, which probes must not pass on.
var messages = map[fault]string{
	faultMissing:   "Request is missing Authentication Token",
	faultKey:       "The security token included in the request is invalid",
	faultToken:     "The security token included in the request is expired",
	faultClock:     "Signature expired: 20260301T120000Z is now earlier than 20260301T121000Z",
	faultScope:     "Credential should be scoped to a valid region.",
	faultSignature: "The request signature we calculated does not match the signature you provided.",
}

// code is what the service calls the fault: the query protocol has names of its
// own.
func (s Service) code(f fault) string {
	query := s.Signing == "sts"
	switch {
	case f == faultMissing && query:
		return "MissingAuthenticationToken"
	case f == faultMissing:
		return "MissingAuthenticationTokenException"
	case f == faultKey && query:
		return "InvalidClientTokenId"
	case f == faultKey:
		return "UnrecognizedClientException"
	case f == faultToken && query:
		return "ExpiredToken"
	case f == faultToken:
		return "ExpiredTokenException"
	case query:
		return "SignatureDoesNotMatch"
	}
	return "InvalidSignatureException"
}

// Query is the protocol of STS
// (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization).
func Query(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>
  <RequestId>0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60</RequestId></ErrorResponse>`, code, message)
}

// RESTJSON is the protocol of Lambda, Lex and Polly.
func RESTJSON(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", code+":http://internal.amazon.com/coral/com.amazon.coral.service/")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"message":%q}`, message)
}

// JSON is the protocol of Transcribe, in which every refusal is a 400
// (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization).
func JSON(w http.ResponseWriter, _ int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = fmt.Fprintf(w, `{"__type":"com.amazon.coral.service#%s","Message":%q}`, code, message)
}

// Refusing returns a handler that refuses in a protocol.
func Refusing(p Protocol, status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { p(w, status, code, message) }
}

// Saying returns a handler that answers with a document.
func Saying(document string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, document) }
}

// identify answers GetCallerIdentity.
func identify(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // what cannot be read is not the action
	form, _ := url.ParseQuery(string(body))
	if r.Method != http.MethodPost || r.URL.Path != "/" || form.Get("Action") != "GetCallerIdentity" ||
		form.Get("Version") != "2011-06-15" {
		Query(w, http.StatusBadRequest, "InvalidAction", "Could not find operation")
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	_, _ = fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>%s</Arn><UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>%s</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`, ARN, Account)
}
