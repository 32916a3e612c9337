package amazonaws

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// What AWS's own documentation uses as examples.
const (
	exampleKeyID  = "AKIAIOSFODNN7EXAMPLE"
	exampleSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// store is a double of S3 with one key and one bucket. It computes signatures
// by itself, from the description of the protocol
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
type store struct {
	region, bucket string
	// domain is the store's name; a bucket stands before it or in the path.
	domain string
	// prefix is what the policy lets the key list; "" for all.
	prefix string
}

// ServeHTTP implements http.Handler.
func (s store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bucket, ok := s.bucketOf(r)
	switch {
	case !ok:
		refuse(w, http.StatusBadRequest, "InvalidURI", "")
	case r.Method != http.MethodGet || r.URL.Query().Get("list-type") != "2" || r.URL.Query().Get("max-keys") != "0":
		refuse(w, http.StatusNotImplemented, "NotImplemented", "")
	case s.checkSignature(w, r):
		s.list(w, r, bucket)
	}
}

func (s store) bucketOf(r *http.Request) (string, bool) {
	if bucket, ok := strings.CutSuffix(r.Host, "."+s.domain); ok && r.URL.Path == "/" {
		return bucket, true
	}
	bucket := strings.TrimPrefix(r.URL.Path, "/")
	return bucket, r.Host == s.domain && bucket != "" && !strings.Contains(bucket, "/")
}

func (s store) list(w http.ResponseWriter, r *http.Request, bucket string) {
	switch {
	case bucket != s.bucket:
		refuse(w, http.StatusNotFound, "NoSuchBucket", "")
	case !strings.HasPrefix(r.URL.Query().Get("prefix"), s.prefix):
		refuse(w, http.StatusForbidden, "AccessDenied", "")
	default:
		w.Header().Set("Content-Type", "application/xml")
		_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>%s</Name><Prefix></Prefix>`+
			`<KeyCount>0</KeyCount><MaxKeys>0</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>`, s.bucket)
	}
}

// checkSignature answers a request that is not signed as it must be.
func (s store) checkSignature(w http.ResponseWriter, r *http.Request) bool {
	auth := parseAuthorization(r.Header.Get("Authorization"))
	scope := strings.Split(auth["Credential"], "/")
	signed := strings.Split(auth["SignedHeaders"], ";")
	switch {
	case len(scope) != 5 || scope[4] != "aws4_request" || scope[3] != "s3":
		refuse(w, http.StatusForbidden, "AccessDenied", "")
	case r.Header.Get("X-Amz-Content-Sha256") != hexHash(""):
		refuse(w, http.StatusBadRequest, "XAmzContentSHA256Mismatch", "")
	case scope[0] != exampleKeyID:
		refuse(w, http.StatusForbidden, "InvalidAccessKeyId", "")
	case scope[2] != s.region:
		refuse(w, http.StatusBadRequest, "AuthorizationHeaderMalformed", "<Region>"+s.region+"</Region>")
	case !slices.Contains(signed, "host") || !slices.Contains(signed, "x-amz-date") || !slices.Contains(signed, "x-amz-content-sha256"),
		auth["Signature"] != s.sign(r, scope, signed):
		refuse(w, http.StatusForbidden, "SignatureDoesNotMatch", "")
	default:
		return true
	}
	return false
}

func parseAuthorization(header string) map[string]string {
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

func (s store) sign(r *http.Request, scope, signed []string) string {
	var headers strings.Builder
	for _, name := range signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	query, _ := url.ParseQuery(r.URL.RawQuery)
	canonical := strings.Join([]string{
		r.Method, r.URL.EscapedPath(), strings.ReplaceAll(query.Encode(), "+", "%20"), headers.String(),
		strings.Join(signed, ";"), r.Header.Get("X-Amz-Content-Sha256"),
	}, "\n")
	toSign := strings.Join([]string{
		"AWS4-HMAC-SHA256", r.Header.Get("X-Amz-Date"), strings.Join(scope[1:], "/"), hexHash(canonical),
	}, "\n")
	key := []byte("AWS4" + exampleSecret)
	for _, part := range []string{scope[1], s.region, "s3", "aws4_request"} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, toSign))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// refuse answers as S3 does. Its real answers repeat the key id and what was to
// be signed, and a careless store might repeat more.
func refuse(w http.ResponseWriter, status int, code, more string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>%s</Code><Message>No, %s.</Message><AWSAccessKeyId>%s</AWSAccessKeyId>%s<RequestId>4442587FB7D0A2F9</RequestId></Error>`,
		code, exampleSecret, exampleKeyID, more)
}

// refusing returns a handler that refuses everything.
func refusing(status int, code, more string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { refuse(w, status, code, more) }
}
