package validation

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func selfSigned(t testing.TB, key crypto.Signer) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return der
}

func armoured(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

func p256(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// certified is a certificate of a key that nobody has the other half of.
func certified(t testing.TB, public crypto.PublicKey) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, p256(t))
	require.NoError(t, err)
	return der
}

// rsaOf is made up; only its lengths are right.
func rsaOf(bits uint, exponent int) *rsa.PublicKey {
	n := new(big.Int).Lsh(big.NewInt(1), bits)
	return &rsa.PublicKey{N: n.Sub(n, big.NewInt(1)), E: exponent}
}

func TestCertificate(t *testing.T) {
	key := p256(t)
	der := selfSigned(t, key)
	good := armoured("CERTIFICATE", der)
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	rsa2048, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	rsa1024, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // Weak on purpose.
	require.NoError(t, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	sec1, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	require.NoError(t, err)
	base64Of := base64.StdEncoding.EncodeToString

	tests := map[string]struct{ text, code string }{
		"p-256":                {good, ""},
		"rsa 2048":             {armoured("CERTIFICATE", selfSigned(t, rsa2048)), ""},
		"bare":                 {base64Of(der), ""},
		"bare, unpadded":       {strings.TrimRight(base64Of(der), "="), ""},
		"carriage returns":     {strings.ReplaceAll(good, "\n", "\r\n"), ""},
		"escaped line ends":    {strings.ReplaceAll(good, "\n", `\n`), ""},
		"one line":             {strings.ReplaceAll(good, "\n", ""), ""},
		"byte order mark":      {"\ufeff" + good, ""},
		"white space":          {"\n\t " + strings.ReplaceAll(good, "\n", "\n  "), ""},
		"rsa 1024":             {armoured("CERTIFICATE", selfSigned(t, rsa1024)), codeCertificateWeakKey},
		"p-224":                {armoured("CERTIFICATE", selfSigned(t, p224)), codeCertificateWeakKey},
		"rsa 8192":             {armoured("CERTIFICATE", certified(t, rsaOf(8192, maxExponent))), ""},
		"rsa 8193":             {armoured("CERTIFICATE", certified(t, rsaOf(8193, 65537))), codeCertificateKeyTooLarge},
		"large exponent":       {armoured("CERTIFICATE", certified(t, rsaOf(2048, maxExponent+1))), codeCertificateKeyTooLarge},
		"ed25519":              {armoured("CERTIFICATE", selfSigned(t, edwards)), codeCertificateWeakKey},
		"private key":          {armoured("PRIVATE KEY", pkcs8), codePrivateKey},
		"ec private key":       {armoured("EC PRIVATE KEY", sec1), codePrivateKey},
		"bare private key":     {base64Of(pkcs8), codePrivateKey},
		"bare ec private key":  {base64Of(sec1), codePrivateKey},
		"bare rsa private key": {base64Of(x509.MarshalPKCS1PrivateKey(rsa2048)), codePrivateKey},
		"with private key":     {good + armoured("PRIVATE KEY", pkcs8), codePrivateKey},
		"request":              {armoured("CERTIFICATE REQUEST", request), codeCertificateRequest},
		"new request":          {armoured("NEW CERTIFICATE REQUEST", request), codeCertificateRequest},
		"bare request":         {base64Of(request), codeCertificateRequest},
		"two":                  {good + good, tagCertificate},
		"junk before":          {"junk\n" + good, tagCertificate},
		"junk behind":          {good + "junk", tagCertificate},
		"no end":               {strings.Split(good, "-----END")[0], tagCertificate},
		"public key":           {armoured("PUBLIC KEY", der), tagCertificate},
		"no certificate":       {armoured("CERTIFICATE", []byte("junk")), tagCertificate},
		"trailing bytes":       {armoured("CERTIFICATE", append(slices.Clip(der), 0)), tagCertificate},
		"base64 of junk":       {"aGVsbG8gd29ybGQ=", tagCertificate},
		"empty":                {"", tagCertificate},
		"large":                {armoured("CERTIFICATE", append([]byte{0x30}, make([]byte, 17<<10)...)), codeCertificateTooLarge},
	}
	schema := regexp.MustCompile(SchemaFragment(tagCertificate, "")["pattern"].(string))
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			normal := NormalizePEM(tt.text)
			require.Equal(t, normal, NormalizePEM(normal), "the normal form stays as it is")
			require.Equal(t, tt.code, judgeCertificate(normal))
			if tt.code == "" {
				block, rest := pem.Decode([]byte(normal))
				require.Empty(t, rest)
				require.Equal(t, armoured("CERTIFICATE", block.Bytes), normal)
				certificate, ok := DecodeCertificate(normal)
				require.True(t, ok)
				require.Equal(t, normal, EncodeCertificate(certificate.Raw))
				require.Regexp(t, schema, normal)
			}
		})
	}
	require.Equal(t, good, NormalizePEM(base64Of(der)))
}

// Each of the usual mistakes is called by its name, without a word of what was pasted.
func TestCertificateMistakesAreNamed(t *testing.T) {
	der := selfSigned(t, p256(t))
	good := armoured("CERTIFICATE", der)
	for name, tt := range map[string]struct{ text, says string }{
		"empty":              {"", "empty"},
		"two":                {good + good, "more than one certificate"},
		"no end":             {strings.Split(good, "-----END")[0], "END CERTIFICATE line"},
		"no begin":           {strings.TrimPrefix(good, beginCertificate), "BEGIN CERTIFICATE line"},
		"text before":        {"Certificate:\n    Data:\n" + good, "further text"},
		"text behind":        {good + "junk", "further text"},
		"characters lost":    {good[:80] + good[90:], "characters are missing"},
		"no certificate":     {armoured("CERTIFICATE", []byte("junk")), "characters are missing"},
		"metadata":           {"<EntityDescriptor/>", "XML"},
		"address":            {"https://idp.example/cert.pem", "address"},
		"sha-1":              {"AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01", "fingerprint"},
		"sha-256":            {strings.Repeat("9f86d081", 8), "fingerprint"},
		"sha-256, announced": {"SHA256:" + strings.Repeat("9F:86:", 15) + "D0:81", "fingerprint"},
		"public key":         {armoured("PUBLIC KEY", der), "public key"},
		"pkcs7":              {armoured("PKCS7", der), "PKCS #7"},
		"hyphens":            {strings.ReplaceAll(good, "-----", "----"), "hyphens"},
		"another kind":       {armoured("X509 CRL", der), "another kind"},
		"words":              {"the certificate", "one X.509 certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			v := struct {
				C []string `json:"c" validate:"dive,pem_certificate"`
			}{[]string{NormalizePEM(tt.text)}}
			c := new(Context)
			Struct(&v, c, nil)
			require.Equal(t, []string{"/c/0 pem_certificate"}, lines(c.Errors()))
			require.Contains(t, c.Errors()[0].Detail, tt.says)
			require.Regexp(t, `^(Is|Has|Holds|Lacks|Cannot|Must) [^%]+\.$`, c.Errors()[0].Detail)
			require.NotContains(t, c.Errors()[0].Detail, "junk")
		})
	}
}

func TestCheckAuthority(t *testing.T) {
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		key  crypto.PublicKey
		code string
	}{
		"ed25519":             {edwards, ""},
		"p-256":               {p256(t).Public(), ""},
		"p-384":               {p384.Public(), ""},
		"rsa 2048":            {rsaOf(2048, 65537), ""},
		"rsa 8192":            {rsaOf(8192, maxExponent), ""},
		"p-224":               {p224.Public(), codeCertificateWeakKey},
		"rsa 2047":            {rsaOf(2047, 65537), codeCertificateWeakKey},
		"rsa 8193":            {rsaOf(8193, 65537), codeCertificateKeyTooLarge},
		"rsa of 46 KiB":       {rsaOf(46<<13, 1<<31-1), codeCertificateKeyTooLarge},
		"rsa, large exponent": {rsaOf(2048, maxExponent+1), codeCertificateKeyTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			certificate, err := x509.ParseCertificate(certified(t, tt.key))
			require.NoError(t, err)
			var c Context
			c.CheckAuthority("/ca", certificate)
			if tt.code == "" {
				require.NoError(t, c.Err())
				return
			}
			require.Len(t, c.Errors(), 1)
			require.Equal(t, tt.code, c.Errors()[0].Code)
			require.NotEmpty(t, c.Errors()[0].Detail)
		})
	}
}

func FuzzNormalizePEM(f *testing.F) {
	good := armoured("CERTIFICATE", selfSigned(f, p256(f)))
	f.Add(good)
	f.Add(strings.ReplaceAll(good, "\n", `\n`))
	f.Add(beginCertificate + endCertificate)
	f.Add("MAA=")
	f.Add("\ufeff\ufeffMAA=") // files put together
	f.Fuzz(func(t *testing.T, text string) {
		normal := NormalizePEM(text)
		require.Equal(t, normal, NormalizePEM(normal))
		judgeCertificate(normal)
	})
}
