package amazonaws

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/integrations/platform/aws"
	"admin-api/secret"
	"admin-api/validation"
)

const (
	awsHost  = "s3.eu-west-1.amazonaws.com"
	inAWS    = `{"region":"eu-west-1","accessKeyId":"` + exampleKeyID + `","secretKey":"` + exampleSecret + `","s3Bucket":"acme-recordings"}`
	identity = "access key " + exampleKeyID
)

func TestS3(t *testing.T) {
	there := store{region: "eu-west-1", bucket: "acme-recordings", domain: awsHost}
	integrationtest.Run(t, S3, integrationtest.Fixture{
		Valid:    inAWS,
		Required: []string{"region", "accessKeyId", "secretKey", "s3Bucket"},
		Invalid: []integrationtest.Case{
			{Name: "region unknown", Patch: `{"region":"eu-west-9"}`, Pointer: "/region", Code: "aws_region"},
			{Name: "temporary key", Patch: `{"accessKeyId":"ASIAIOSFODNN7EXAMPLE"}`, Pointer: "/accessKeyId", Code: "temporary_access_key"},
			{Name: "secret cut off", Patch: `{"secretKey":"wJalrXUtnFEMI"}`, Pointer: "/secretKey", Code: "aws_secret_key"},
			{Name: "secret too short", Patch: `{"secretKey":"wJalr"}`, Pointer: "/secretKey", Code: "min"},
			{Name: "bucket in capitals", Patch: `{"s3Bucket":"Acme"}`, Pointer: "/s3Bucket", Code: "pattern"},
			{Name: "bucket too long", Patch: `{"s3Bucket":"a234567890123456789012345678901234567890123456789012345678901234"}`, Pointer: "/s3Bucket", Code: "max"},
			{Name: "style unknown", Patch: `{"addressingStyle":"dns"}`, Pointer: "/addressingStyle", Code: "enum"},
			{Name: "address without private store", Patch: `{"url":"https://s3.acme.example"}`, Pointer: "/url", Code: "not_applicable"},
			{Name: "private store without address", Patch: `{"usePrivateS3Storage":true}`, Pointer: "/url", Code: "required"},
		},
		Remote:   there.ServeHTTP,
		Hosts:    []string{"acme-recordings." + awsHost},
		Identity: identity,
		Custom:   refusals(),
	})
}

func TestS3Private(t *testing.T) {
	there := store{region: "us-east-1", bucket: "acme.recordings", domain: "s3.acme.example:9000"}
	integrationtest.Run(t, S3, integrationtest.Fixture{
		Valid: `{"usePrivateS3Storage":true,"url":"https://s3.acme.example:9000","accessKeyId":"` + exampleKeyID +
			`","secretKey":"` + exampleSecret + `","s3Bucket":"acme.recordings"}`,
		Required: []string{"url", "accessKeyId", "secretKey", "s3Bucket"},
		Invalid: []integrationtest.Case{
			{Name: "http", Patch: `{"url":"http://s3.acme.example"}`, Pointer: "/url", Code: "https_url"},
			{Name: "no certificate", Patch: `{"caCertificatePem":"x"}`, Pointer: "/caCertificatePem", Code: "pem_certificate"},
		},
		Remote:   there.ServeHTTP,
		Hosts:    []string{"s3.acme.example"},
		Identity: identity,
	})
}

// refusals are what only S3 answers.
func refusals() []integrationtest.RemoteCase {
	headed := func(status int, code, region string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amz-Bucket-Region", region)
			refuse(w, status, code, "<Endpoint>acme-recordings.s3.amazonaws.com</Endpoint>")
		}
	}
	return []integrationtest.RemoteCase{
		{
			Name: "bucket in another region", Handler: headed(http.StatusMovedPermanently, "PermanentRedirect", "eu-central-1"),
			Cause: integrations.CauseConfig, Code: "wrong_region",
		},
		{
			Name: "redirect without a body of S3's", Handler: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Amz-Bucket-Region", "eu-central-1")
				w.WriteHeader(http.StatusMovedPermanently)
			},
			Cause: integrations.CauseConfig, Code: "wrong_region",
		},
		{
			Name: "signed for another region", Handler: refusing(http.StatusBadRequest, "AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>"),
			Cause: integrations.CauseConfig, Code: "wrong_region",
		},
		{
			Name: "opt-in region", Handler: refusing(http.StatusBadRequest, "IllegalLocationConstraintException", ""),
			Cause: integrations.CauseConfig, Code: "wrong_region",
		},
		{
			Name: "header malformed", Handler: refusing(http.StatusBadRequest, "AuthorizationHeaderMalformed", ""),
			Cause: integrations.CauseConfig, Code: "signature_refused",
		},
		{
			Name: "key unknown", Handler: refusing(http.StatusForbidden, "InvalidAccessKeyId", ""),
			Cause: integrations.CauseCredentials, Code: "access_key_unknown",
		},
		{
			Name: "signature", Handler: refusing(http.StatusForbidden, "SignatureDoesNotMatch", "<StringToSign>AWS4-HMAC-SHA256</StringToSign>"),
			Cause: integrations.CauseCredentials, Code: "secret_key_rejected",
		},
		{
			Name: "key expired", Handler: refusing(http.StatusBadRequest, "ExpiredToken", ""),
			Cause: integrations.CauseCredentials, Code: "credentials_rejected",
		},
		{
			Name: "no right", Handler: store{region: "eu-west-1", bucket: "acme-recordings", domain: awsHost, prefix: "only/"}.ServeHTTP,
			Cause: integrations.CausePermission, Code: "permission_denied",
		},
		{
			Name: "clock", Handler: refusing(http.StatusForbidden, "RequestTimeTooSkewed", "<MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>"),
			Cause: integrations.CauseConfig, Code: "clock_skewed",
		},
		{
			Name: "no bucket", Handler: store{region: "eu-west-1", bucket: "other", domain: awsHost}.ServeHTTP,
			Cause: integrations.CauseConfig, Code: "bucket_not_found",
		},
		{
			Name: "bucket's name", Handler: refusing(http.StatusBadRequest, "InvalidBucketName", ""),
			Cause: integrations.CauseConfig, Code: "bucket_name_refused",
		},
		{
			Name: "account closed", Handler: refusing(http.StatusForbidden, "AllAccessDisabled", ""),
			Cause: integrations.CausePermission, Code: "account_problem",
		},
		{
			Name: "too fast", Handler: refusing(http.StatusServiceUnavailable, "SlowDown", ""),
			Cause: integrations.CauseRateLimited, Code: "rate_limited",
		},
		{
			Name: "code to come", Handler: refusing(http.StatusForbidden, "SomethingNew", ""),
			Cause: integrations.CausePermission, Code: "permission_denied",
		},
		{
			Name: "other listing", Handler: func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte(`<ListAllMyBucketsResult><Owner/></ListAllMyBucketsResult>`))
			},
			Cause: integrations.CauseRemote, Code: "unexpected_answer",
		},
		{
			Name: "listing of another bucket", Handler: func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte(`<ListBucketResult><Name>other</Name></ListBucketResult>`))
			},
			Cause: integrations.CauseRemote, Code: "unexpected_answer",
		},
	}
}

func probe(t *testing.T, p *S3Properties, handler http.Handler) (*http.Request, *integrations.Session, *integrations.Failure) {
	t.Helper()
	p.AccessKeyID, p.SecretKey = exampleKeyID, secret.New(exampleSecret)
	p.Normalize()
	var req *http.Request
	s := integrationtest.Session(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req = r
		handler.ServeHTTP(w, r)
	}), now)
	err := p.Probe(t.Context(), s)
	var f *integrations.Failure
	if err != nil {
		require.True(t, errors.As(err, &f))
	}
	return req, s, f
}

// TestS3Request: where the request goes, signed each time so that the store
// accepts it.
func TestS3Request(t *testing.T) {
	const query = "?list-type=2&max-keys=0"
	tests := []struct {
		name, domain, url string
		p                 S3Properties
	}{
		{"virtual", awsHost, "https://acme." + awsHost + "/" + query, S3Properties{Region: "eu-west-1", S3Bucket: "acme"}},
		{"path", awsHost, "https://" + awsHost + "/acme" + query, S3Properties{Region: "eu-west-1", S3Bucket: "acme", AddressingStyle: stylePath}},
		{"dot", awsHost, "https://" + awsHost + "/a.b" + query, S3Properties{Region: "eu-west-1", S3Bucket: "a.b", AddressingStyle: styleVirtual}},
		{
			"prefix", awsHost, "https://acme." + awsHost + "/?list-type=2&max-keys=0&prefix=my%20files%2Fa%2Bb%26c%2F",
			S3Properties{Region: "eu-west-1", S3Bucket: "acme", KeyPrefix: "my files/a+b&c/"},
		},
		{
			"china", "s3.cn-north-1.amazonaws.com.cn", "https://acme.s3.cn-north-1.amazonaws.com.cn/" + query,
			S3Properties{Region: "cn-north-1", S3Bucket: "acme"},
		},
		{
			"private path", "s3.acme.example", "https://s3.acme.example/acme" + query,
			S3Properties{UsePrivateS3Storage: true, URL: "https://s3.acme.example/", S3Bucket: "acme"},
		},
		{
			"private virtual", "s3.acme.example:9000", "https://acme.s3.acme.example:9000/" + query,
			S3Properties{UsePrivateS3Storage: true, URL: "https://s3.acme.example:9000", S3Bucket: "acme", AddressingStyle: styleVirtual},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			region := tt.p.Region
			if region == "" {
				region = privateRegion
			}
			req, s, f := probe(t, &tt.p, store{region: region, bucket: tt.p.S3Bucket, domain: tt.domain})
			require.Nil(t, f)
			require.Equal(t, tt.url, req.URL.String())
			require.Equal(t, "20260301T120000Z", req.Header.Get("X-Amz-Date"), "the session's clock")
			require.Equal(t, identity, s.Identity())
			require.Len(t, s.Steps(), 2)
		})
	}
}

func TestS3WrongRegionNamesTheRightOne(t *testing.T) {
	tests := []struct {
		name   string
		remote store
		detail string
	}{
		{"known", store{region: "eu-central-1", bucket: "acme", domain: awsHost}, "The bucket is in eu-central-1, not in the region entered."},
		{"not AWS's", store{region: "Set me free", bucket: "acme", domain: awsHost}, "The bucket is in another region than the one entered."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, s, f := probe(t, &S3Properties{Region: "eu-west-1", S3Bucket: "acme"}, tt.remote)
			require.Equal(t, tt.detail, f.Detail)
			require.Equal(t, integrations.StepSkipped, s.Steps()[1].Status)
		})
	}
}

// TestS3StepsTellKeyFromBucket: a key that is known but may not list the bucket
// has passed the first step.
func TestS3StepsTellKeyFromBucket(t *testing.T) {
	_, s, f := probe(t, &S3Properties{Region: "eu-west-1", S3Bucket: "acme"}, refusing(http.StatusForbidden, "AccessDenied", ""))
	require.Equal(t, "permission_denied", f.Code)
	require.Equal(t, http.StatusForbidden, f.HTTPStatus)
	require.Equal(t, integrations.StepPassed, s.Steps()[0].Status)
	require.Equal(t, integrations.StepFailed, s.Steps()[1].Status)

	_, s, f = probe(t, &S3Properties{Region: "eu-west-1", S3Bucket: "acme"}, http.HandlerFunc(
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	require.Equal(t, "permission_denied", f.Code)
	require.Equal(t, integrations.StepFailed, s.Steps()[0].Status, "a 403 of anybody proves nothing")
}

func TestS3MissingBucketIsNotTheKeysFault(t *testing.T) {
	_, s, f := probe(t, &S3Properties{Region: "eu-west-1", S3Bucket: "acme"}, refusing(http.StatusNotFound, "NoSuchBucket", ""))
	require.Equal(t, "bucket_not_found", f.Code)
	require.Equal(t, integrations.StepPassed, s.Steps()[0].Status)
}

// TestSignedPath: S3 signs a path as it is sent.
func TestSignedPath(t *testing.T) {
	call := aws.Call{
		Key: aws.Key{ID: exampleKeyID, Secret: secret.New(exampleSecret)}, Service: "s3", Region: "eu-west-1",
		URL: "https://" + awsHost + "/a%20b?x=1",
	}
	request, err := call.Sign(t.Context(), now)
	require.NoError(t, err)
	served := httptest.NewRequestWithContext(t.Context(), http.MethodGet, request.URL, nil)
	served.Header = request.Header
	auth := parseAuthorization(request.Header.Get("Authorization"))
	want := store{region: call.Region}.sign(served, strings.Split(auth["Credential"], "/"), strings.Split(auth["SignedHeaders"], ";"))
	require.Equal(t, want, auth["Signature"])

	call.URL = "https://a b/"
	_, err = call.Sign(t.Context(), now)
	require.Error(t, err)
}

func TestS3VirtualOnAPrivateStoreHint(t *testing.T) {
	_, _, f := probe(t, &S3Properties{
		UsePrivateS3Storage: true, URL: "https://s3.acme.example", S3Bucket: "acme", AddressingStyle: styleVirtual,
	}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`<ListAllMyBucketsResult/>`)) }))
	require.Contains(t, f.Hint, "addressing style")
}

// trusting is a transport that trusts what the request says
// and nothing else, as the product's own does besides the system's authorities.
type trusting struct{}

func (trusting) Do(req *http.Request) (*http.Response, error) {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(integrations.ExtraCA(req.Context()))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
	return transport.RoundTrip(req)
}

func (trusting) Dial(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }

func TestS3UntrustedHint(t *testing.T) {
	untrusted := func() error {
		return integrations.NewFailure(integrations.CauseTLS, "tls_untrusted", "No.", "Ask the operator.")
	}
	var f *integrations.Failure
	require.ErrorAs(t, (&S3Properties{UsePrivateS3Storage: true}).advise(untrusted()), &f)
	require.Contains(t, f.Hint, "CA certificate")
	require.ErrorAs(t, (&S3Properties{}).advise(untrusted()), &f)
	require.Equal(t, "Ask the operator.", f.Hint)
}

// TestS3OwnAuthority: the store's own certificate vouches for it, over real TLS.
func TestS3OwnAuthority(t *testing.T) {
	var s store
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.ServeHTTP(w, r) }))
	defer server.Close()
	s = store{region: "us-east-1", bucket: "acme", domain: server.Listener.Addr().String()}
	vouching := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	for name, tt := range map[string]struct {
		ca    string
		works bool
	}{"given": {vouching, true}, "another": {authority(t), false}, "none": {"", false}} {
		t.Run(name, func(t *testing.T) {
			document, err := json.Marshal(map[string]any{
				"usePrivateS3Storage": true, "url": server.URL, "accessKeyId": exampleKeyID, "secretKey": exampleSecret,
				"s3Bucket": "acme", "caCertificatePem": tt.ca,
			})
			require.NoError(t, err)
			c := &validation.Context{Now: now}
			p, _ := S3.Decode(document, nil, c).(*S3Properties)
			require.NoError(t, c.Err())
			err = p.Probe(t.Context(), &integrations.Session{Transport: trusting{}})
			require.Equal(t, tt.works, err == nil, "%v", err)
		})
	}
}
