package saml

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// RequestLimits are for AuthnRequests, which are small.
func RequestLimits() Limits {
	return Limits{Bytes: 16 << 10, Depth: 8, Elements: 64, Attributes: 16, Namespaces: 16, TextBytes: 4 << 10}
}

type requestXML struct {
	XMLName    xml.Name   `xml:"urn:oasis:names:tc:SAML:2.0:protocol AuthnRequest"`
	Attributes []xml.Attr `xml:",any,attr"`
	Issuer     string     `xml:"urn:oasis:names:tc:SAML:2.0:assertion Issuer"`
}

// ReadRequest reads a message that Request.XML wrote, or that of another service
// provider; what Request has no field for is left out. It is the identity
// provider's side, for doubles and checks.
func ReadRequest(document []byte) (*Request, error) {
	if err := Guard(document, RequestLimits()); err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	var read requestXML
	if err := xml.Unmarshal(document, &read); err != nil {
		return nil, errors.New("read request: it is no AuthnRequest of SAML 2.0")
	}
	id := plain(read.Attributes, "ID")
	issued, err := time.Parse(time.RFC3339, plain(read.Attributes, "IssueInstant"))
	if year := issued.UTC().Year(); err != nil || year < 1 || year > 9999 ||
		plain(read.Attributes, "Version") != "2.0" || id == "" {
		return nil, errors.New("read request: it lacks an id, the version 2.0 or its time")
	}
	// An id is a name (xs:ID): written anew, it would need an entity, which Guard
	// refuses in an id.
	if strings.ContainsAny(id, "\"'<>& \t\r\n") {
		return nil, errors.New("read request: its id is no name")
	}
	return &Request{
		ID:          id,
		Issuer:      read.Issuer,
		Destination: plain(read.Attributes, "Destination"),
		ReplyURL:    plain(read.Attributes, "AssertionConsumerServiceURL"),
		IssuedAt:    issued.UTC(),
	}, nil
}

// ReadRedirected reads the parameter SAMLRequest of HTTP-Redirect.
func ReadRedirected(parameter string) (*Request, error) {
	packed, err := base64.StdEncoding.DecodeString(parameter)
	if err != nil {
		return nil, errors.New("read request: the parameter is not base64")
	}
	limit := RequestLimits().Bytes
	document, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), int64(limit)+1))
	if err != nil {
		return nil, errors.New("read request: the parameter is not compressed as it must be")
	}
	return ReadRequest(document)
}

// plain returns the value of an attribute without a namespace.
func plain(attributes []xml.Attr, name string) string {
	for _, a := range attributes {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// isTrue reads xs:boolean.
func isTrue(s string) bool { return s == "true" || s == "1" }
