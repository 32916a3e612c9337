package amazonaws

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	neturl "net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/secret"
	"admin-api/validation"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// document lays members over an account of AWS; nil leaves one out.
func document(t *testing.T, members map[string]any) json.RawMessage {
	t.Helper()
	all := map[string]any{
		"region": "eu-west-1", "accessKeyId": exampleKeyID, "secretKey": exampleSecret, "s3Bucket": "acme-recordings",
	}
	maps.Copy(all, members)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	raw, err := json.Marshal(all)
	require.NoError(t, err)
	return raw
}

// private are the members of an account of a private store.
func private(more map[string]any) map[string]any {
	members := map[string]any{
		"usePrivateS3Storage": true, "url": "https://s3.acme.example", "region": nil,
		"accessKeyId": "minio", "secretKey": "miniosecret",
	}
	maps.Copy(members, more)
	return members
}

func found(list validation.Errors) []string {
	var all []string
	for _, v := range list {
		all = append(all, v.Pointer+" "+v.Code)
	}
	return all
}

func TestS3Rules(t *testing.T) {
	tests := []struct {
		name     string
		members  map[string]any
		errors   []string
		warnings []string
	}{
		{name: "aws", members: nil},
		{name: "private", members: private(nil)},
		{name: "region missing", members: map[string]any{"region": nil}, errors: []string{"/region required"}},
		{name: "region by its name", members: map[string]any{"region": "US West (Oregon)"}},
		{name: "private region by a name of AWS's", members: private(map[string]any{"region": "US West (Oregon)"}), errors: []string{"/region region"}},
		{name: "region unknown", members: map[string]any{"region": "eu-west-9"}, errors: []string{"/region aws_region"}},
		{name: "region of China", members: map[string]any{"region": "cn-north-1"}},
		{name: "private region", members: private(map[string]any{"region": "Cellar-1"})},
		{name: "private region odd", members: private(map[string]any{"region": "my region"}), errors: []string{"/region region"}},
		{name: "private region long", members: private(map[string]any{"region": strings.Repeat("a", 65)}), errors: []string{"/region max"}},
		{name: "temporary key", members: map[string]any{"accessKeyId": "ASIAIOSFODNN7EXAMPLE"}, errors: []string{"/accessKeyId temporary_access_key"}},
		{name: "key too short", members: map[string]any{"accessKeyId": "AKIAIOSFODNN7"}, errors: []string{"/accessKeyId aws_access_key_id"}},
		{name: "key in lower case", members: map[string]any{"accessKeyId": "akiaiosfodnn7example"}, errors: []string{"/accessKeyId aws_access_key_id"}},
		{name: "private key id with a space", members: private(map[string]any{"accessKeyId": "mi nio"}), errors: []string{"/accessKeyId pattern"}},
		{name: "private key id too short", members: private(map[string]any{"accessKeyId": "mi"}), errors: []string{"/accessKeyId min"}},
		{name: "secret too short", members: map[string]any{"secretKey": exampleSecret[:39]}, errors: []string{"/secretKey aws_secret_key"}},
		{name: "secret of another alphabet", members: map[string]any{"secretKey": exampleSecret[:39] + "_"}, errors: []string{"/secretKey aws_secret_key"}},
		{name: "secret padded", members: map[string]any{"secretKey": " " + exampleSecret + " "}},
		{name: "private secret too short", members: private(map[string]any{"secretKey": "minio12"}), errors: []string{"/secretKey min"}},
		{name: "private secret too long", members: private(map[string]any{"secretKey": strings.Repeat("xY9", 43)}), errors: []string{"/secretKey max"}},
		{name: "url without private", members: map[string]any{"url": "https://s3.acme.example"}, errors: []string{"/url not_applicable"}},
		{name: "ca without private", members: map[string]any{"caCertificatePem": "x"}, errors: []string{"/caCertificatePem not_applicable"}},
		{name: "url missing", members: private(map[string]any{"url": nil}), errors: []string{"/url required"}},
		{name: "url over http", members: private(map[string]any{"url": "http://s3.acme.example"}), errors: []string{"/url https_url"}},
		{name: "url with user", members: private(map[string]any{"url": "https://a:b@s3.acme.example"}), errors: []string{"/url https_url"}},
		{name: "url with path", members: private(map[string]any{"url": "https://s3.acme.example/x"}), errors: []string{"/url https_origin"}},
		{name: "url with query", members: private(map[string]any{"url": "https://s3.acme.example/?x=1"}), errors: []string{"/url https_origin"}},
		{name: "bucket too short", members: map[string]any{"s3Bucket": "ab"}, errors: []string{"/s3Bucket min"}},
		{name: "bucket too long", members: map[string]any{"s3Bucket": strings.Repeat("b", 64)}, errors: []string{"/s3Bucket max"}},
		{name: "bucket in capitals", members: map[string]any{"s3Bucket": "Acme"}, errors: []string{"/s3Bucket pattern"}},
		{name: "bucket ends with a hyphen", members: map[string]any{"s3Bucket": "acme-"}, errors: []string{"/s3Bucket pattern"}},
		{name: "bucket with two dots", members: map[string]any{"s3Bucket": "ac..me"}, errors: []string{"/s3Bucket s3_bucket"}},
		{name: "bucket is an address", members: map[string]any{"s3Bucket": "192.0.2.1"}, errors: []string{"/s3Bucket s3_bucket"}},
		{name: "bucket with a reserved beginning", members: map[string]any{"s3Bucket": "xn--acme"}, errors: []string{"/s3Bucket s3_bucket"}},
		{name: "bucket with a reserved end", members: map[string]any{"s3Bucket": "acme--x-s3"}, errors: []string{"/s3Bucket s3_bucket"}},
		{name: "bucket for tables", members: map[string]any{"s3Bucket": "acme--table-s3"}, errors: []string{"/s3Bucket s3_bucket"}},
		{name: "bucket with a dot", members: map[string]any{"s3Bucket": "acme.recordings"}},
		{
			name: "bucket with a dot as a host", members: map[string]any{"s3Bucket": "acme.recordings", "addressingStyle": "virtual"},
			warnings: []string{"/addressingStyle path_style_used"},
		},
		{name: "style unknown", members: map[string]any{"addressingStyle": "dns"}, errors: []string{"/addressingStyle enum"}},
		{name: "prefix with a slash", members: map[string]any{"keyPrefix": "/recordings"}, errors: []string{"/keyPrefix key_prefix"}},
		{name: "prefix that climbs", members: map[string]any{"keyPrefix": "a/../b"}, errors: []string{"/keyPrefix key_prefix"}},
		{name: "prefix with dots", members: map[string]any{"keyPrefix": "a..b/..c/"}},
		{name: "prefix too long", members: map[string]any{"keyPrefix": strings.Repeat("p", 513)}, errors: []string{"/keyPrefix max"}},
		{name: "prefix with a line break", members: map[string]any{"keyPrefix": "a\nb"}, errors: []string{"/keyPrefix control_character"}},
		{name: "everything wrong", members: map[string]any{"region": "x", "accessKeyId": "y1y", "secretKey": "z2345678", "s3Bucket": "..."}, errors: []string{
			"/s3Bucket pattern", "/region aws_region", "/accessKeyId aws_access_key_id", "/secretKey aws_secret_key",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &validation.Context{Now: now}
			S3.Decode(document(t, tt.members), nil, c)
			require.Equal(t, tt.errors, found(c.Errors()))
			require.Equal(t, tt.warnings, found(c.Warnings()))
			for _, v := range c.Errors() {
				require.NotContains(t, v.Detail, "z2345678")
			}
		})
	}
}

func TestS3RegionNameLeadsToItsCode(t *testing.T) {
	c := &validation.Context{Now: now}
	p, _ := S3.Decode(document(t, map[string]any{"region": "us west (oregon)"}), nil, c).(*S3Properties)
	require.Equal(t, "us-west-2", p.Region)
}

func TestS3Defaults(t *testing.T) {
	tests := []struct {
		name          string
		members       map[string]any
		region, style string
	}{
		{"aws", nil, "eu-west-1", styleVirtual},
		{"aws with a dotted bucket", map[string]any{"s3Bucket": "acme.recordings"}, "eu-west-1", stylePath},
		{"private", private(nil), "us-east-1", stylePath},
		{"private, chosen", private(map[string]any{"region": "main", "addressingStyle": "virtual"}), "main", styleVirtual},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &validation.Context{Now: now}
			p, _ := S3.Decode(document(t, tt.members), nil, c).(*S3Properties)
			require.NoError(t, c.Err())
			require.Equal(t, tt.region, p.Region)
			require.Equal(t, tt.style, p.AddressingStyle)
		})
	}
}

func TestS3KeptSecretIsNotJudged(t *testing.T) {
	c := &validation.Context{Now: now}
	p, _ := S3.Decode(document(t, map[string]any{"secretKey": nil}), []string{"/secretKey"}, c).(*S3Properties)
	require.NoError(t, c.Err())
	require.True(t, p.SecretKey.IsKept())
}

func TestS3Destinations(t *testing.T) {
	decode := func(members map[string]any) *S3Properties {
		p, _ := S3.Decode(document(t, members), nil, &validation.Context{Now: now}).(*S3Properties)
		return p
	}
	aws, store := decode(nil), decode(private(nil))
	require.Equal(t, []string{"/region"}, S3.ChangedDestinations(aws, decode(map[string]any{"region": "us-east-1"})))
	require.Equal(t, []string{"/addressingStyle"}, S3.ChangedDestinations(aws, decode(map[string]any{"addressingStyle": "path"})))
	require.Equal(t, []string{"/usePrivateS3Storage", "/url", "/region", "/addressingStyle", "/caCertificatePem"},
		S3.ChangedDestinations(aws, store))
	require.Equal(t, []string{"/url"}, S3.ChangedDestinations(store, decode(private(map[string]any{"url": "https://evil.example"}))))
	require.Empty(t, S3.ChangedDestinations(store, decode(private(map[string]any{"url": "https://S3.acme.example:443/", "s3Bucket": "other"}))))
}

func TestS3Authorities(t *testing.T) {
	one, another := authority(t), authority(t)
	large := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 46<<13), E: 1<<31 - 1}
	weak := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1023), E: 65537}
	tests := []struct{ name, text, code string }{
		{"one", one, ""},
		{"bundle", one + another, ""},
		{"bundle with line ends of Windows", strings.ReplaceAll(one+"\n"+another, "\n", "\r\n"), ""},
		{"bare base64", bare(one), ""},
		{"private key", one + "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n", "private_key_submitted"},
		{"something else", "-----BEGIN PUBLIC KEY-----\nMC4=\n-----END PUBLIC KEY-----\n", "pem_certificate"},
		{"no certificate inside", "-----BEGIN CERTIFICATE-----\nMC4=\n-----END CERTIFICATE-----\n", "pem_certificate"},
		{"text behind", one + "and so on", "pem_certificate"},
		{"text", "certificate", "pem_certificate"},
		{"large key", one + authorityOf(t, large), "certificate_key_too_large"},
		{"weak key", authorityOf(t, weak), "certificate_weak_key"},
		{"too many", strings.Repeat(one, 11), "too_many_certificates"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &validation.Context{Now: now}
			p := S3.Decode(document(t, private(map[string]any{"caCertificatePem": tt.text})), nil, c)
			if tt.code != "" {
				require.Equal(t, []string{"/caCertificatePem " + tt.code}, found(c.Errors()))
				return
			}
			require.NoError(t, c.Err())
			require.NotEmpty(t, S3.Certificates(p))
			once, err := S3.Encode(p)
			require.NoError(t, err)
			again, err := S3.Encode(S3.Decode(once, []string{"/secretKey"}, c))
			require.NoError(t, err)
			require.JSONEq(t, string(once), string(again))
		})
	}
}

// authority returns a new authority's certificate in PEM.
func authority(t *testing.T) string {
	t.Helper()
	return authorityOf(t, nil)
}

// authorityOf has the key in place of one of its own.
func authorityOf(t *testing.T, public crypto.PublicKey) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	if public == nil {
		public = key.Public()
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Acme storage"},
		NotBefore: now, NotAfter: now.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// bare takes the frame off a certificate.
func bare(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[1:len(lines)-1], "")
}

// FuzzS3Rules: whatever is entered, the normal form of an address stays as it is, and
// what is accepted gives an address on the store's own host.
func FuzzS3Rules(f *testing.F) {
	f.Add(false, "", "eu-west-1", "acme-recordings", "virtual", "recordings/")
	f.Add(true, "https://S3.acme.example:443/", "", "acme.recordings", "", "")
	f.Add(true, "https://[::1]:9000", "x", "a@b", "virtual", "..")
	f.Add(true, "https://a/?#", "é", "a/b", "path", "/\x00")
	f.Add(true, "https://acme.store.example", "", "acme", "path", "") // the host begins as if it had the bucket
	f.Add(true, "https://%2525", "", "acme", "", "")
	addresses := regexp.MustCompile(validation.SchemaFragment("https_url", "")["pattern"].(string))
	f.Fuzz(func(t *testing.T, own bool, url, region, bucket, style, prefix string) {
		p := &S3Properties{
			UsePrivateS3Storage: own, URL: url, Region: region, S3Bucket: bucket, AddressingStyle: style, KeyPrefix: prefix,
			AccessKeyID: exampleKeyID, SecretKey: secret.New(exampleSecret),
		}
		p.Normalize()
		once := *p
		p.Normalize()
		require.Equal(t, once.Region+once.AddressingStyle, p.Region+p.AddressingStyle)
		if addresses.MatchString(once.URL) { // all else is refused
			require.Equal(t, once.URL, p.URL)
		}
		raw, err := S3.EncodeWithSecrets(p)
		if err != nil {
			return
		}
		c := &validation.Context{Now: now}
		decoded, _ := S3.Decode(raw, nil, c).(*S3Properties)
		if c.Err() != nil {
			return
		}
		request, err := decoded.signed().Sign(t.Context(), now)
		require.NoError(t, err)
		asked, err := neturl.Parse(request.URL)
		require.NoError(t, err)
		require.Equal(t, "https", asked.Scheme)
		host := decoded.endpoint().Host
		if decoded.AddressingStyle == styleVirtual && !decoded.dotted() {
			host = decoded.S3Bucket + "." + host
		}
		require.Equal(t, host, asked.Host)
		require.Equal(t, decoded.KeyPrefix, asked.Query().Get("prefix"))
	})
}
