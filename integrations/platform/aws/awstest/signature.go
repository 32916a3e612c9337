package awstest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// The key that fakes know: AWS's documentation uses it as an example.
const (
	KeyID     = "AKIAIOSFODNN7EXAMPLE"                     //nolint:gosec // It is the documentation's.
	SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" //nolint:gosec // It is the documentation's.
)

// A temporary key that fakes know.
const (
	TemporaryKeyID = "ASIAIOSFODNN7EXAMPLE"                             //nolint:gosec // It is made up.
	SessionToken   = "AQoDYXdzEJr1K3XoWmlLQeEXAMPLEtokenThatIsMadeUp==" //nolint:gosec // It is made up.
)

// fault is why a signature is refused.
type fault int

const (
	faultNone fault = iota
	faultMissing
	faultKey
	faultToken
	faultClock
	faultScope
	faultSignature
)

// longestSkew is how far apart clocks may be.
const longestSkew = 5 * time.Minute

const timeForm = "20060102T150405Z"

// verify judges the signature of a request as a service in a region does: it
// signs what it received with the key it knows and compares.
func verify(r *http.Request, service, region string, now time.Time) fault {
	claim := parse(r.Header.Get("Authorization"))
	scope := strings.Split(claim["Credential"], "/")
	at, err := time.Parse(timeForm, r.Header.Get("X-Amz-Date"))
	switch {
	case err != nil || len(scope) != 5 || claim["Signature"] == "":
		return faultMissing
	case scope[0] != KeyID && scope[0] != TemporaryKeyID:
		return faultKey
	case (scope[0] == TemporaryKeyID) != (r.Header.Get("X-Amz-Security-Token") == SessionToken):
		return faultToken
	case at.Before(now.Add(-longestSkew)) || at.After(now.Add(longestSkew)):
		return faultClock
	case !slices.Equal(scope[1:], []string{at.Format("20060102"), region, service, "aws4_request"}):
		return faultScope
	case !signsEnough(r, strings.Split(claim["SignedHeaders"], ";")),
		again(r, scope, strings.Split(claim["SignedHeaders"], ";"), at) != r.Header.Get("Authorization"):
		return faultSignature
	}
	return faultNone
}

func parse(header string) map[string]string {
	parts := map[string]string{}
	rest, ok := strings.CutPrefix(header, "AWS4-HMAC-SHA256 ")
	if !ok {
		return parts
	}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	return parts
}

// signsEnough: the signature covers the host, the type of the body and all that
// is AWS's own.
func signsEnough(r *http.Request, signed []string) bool {
	for name := range r.Header {
		name = strings.ToLower(name)
		if (strings.HasPrefix(name, "x-amz-") || name == "content-type") && !slices.Contains(signed, name) {
			return false
		}
	}
	return slices.Contains(signed, "host")
}

// again returns what Authorization must be: the SDK's signature of the request
// as it was received, over the header fields that were signed.
func again(r *http.Request, scope, signed []string, at time.Time) string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	address := "https://" + r.Host + r.RequestURI
	copied, err := http.NewRequestWithContext(r.Context(), r.Method, address, http.NoBody) //nolint:gosec // Never sent.
	if err != nil {
		return ""
	}
	for _, name := range signed {
		if name != "host" && name != "content-length" && name != "x-amz-security-token" {
			copied.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	if slices.Contains(signed, "content-length") {
		copied.ContentLength = int64(len(body))
	}
	sum := sha256.Sum256(body)
	credentials := sdk.Credentials{
		AccessKeyID: scope[0], SecretAccessKey: SecretKey, SessionToken: r.Header.Get("X-Amz-Security-Token"),
	}
	err = v4.NewSigner().SignHTTP(r.Context(), credentials, copied, hex.EncodeToString(sum[:]), scope[3], scope[2], at)
	if err != nil {
		return ""
	}
	return copied.Header.Get("Authorization")
}
