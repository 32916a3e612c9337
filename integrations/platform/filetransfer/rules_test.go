package filetransfer

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/platform/filetransfer/filetransfertest"
	"admin-api/secret"
	"admin-api/validation"
)

// owner is a type that delivers files.
type owner struct {
	Delivery *Delivery `json:"delivery" label:"Delivery"`
}

func (o *owner) Normalize()                     { o.Delivery.Normalize() }
func (o *owner) Validate(c *validation.Context) { o.Delivery.Check(c, "/delivery") }

var definition = integrations.Definition{Type: "owner", New: func() integrations.Properties { return new(owner) }}

func decode(t *testing.T, members map[string]any, kept ...string) (*Delivery, *validation.Context) {
	t.Helper()
	document, err := json.Marshal(map[string]any{"delivery": members})
	require.NoError(t, err)
	c := &validation.Context{}
	p, ok := definition.Decode(document, kept, c).(*owner)
	require.True(t, ok)
	return p.Delivery, c
}

func lines(list validation.Errors) string {
	var all []string
	for _, v := range list {
		all = append(all, strings.TrimPrefix(v.Pointer, "/delivery/")+" "+v.Code)
	}
	return strings.Join(all, ",")
}

func encoded(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	return string(text)
}

// certified returns the certificate of an RSA key, of which only the length is
// right.
func certified(t *testing.T, bits uint) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	public := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), bits-1), E: 65537}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	return encoded(t, "CERTIFICATE", der, err)
}

func TestRules(t *testing.T) {
	host := filetransfertest.NewKey(t)
	key, _ := userKey(t)
	_, ca := issue(t, "files.test")
	weak, err := rsa.GenerateKey(rand.Reader, 1024) //nolint:gosec // It is to be refused.
	require.NoError(t, err)
	weakKey := encoded(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(weak), nil)
	one := big.NewInt(1)
	der, err := asn1.Marshal(struct {
		Version       int
		P, Q, G, Y, X *big.Int
	}{0, one, one, one, one, one})
	dsaKey := encoded(t, "DSA PRIVATE KEY", der, err)
	pin := fingerprint(host)
	sftp := map[string]any{"protocol": "sftp", "host": "files.acme.com", "username": "acme", "password": "s3cr3t", "hostKeyFingerprint": pin}
	ftps := map[string]any{"protocol": "ftps", "host": "files.acme.com", "username": "acme", "password": "s3cr3t"}
	tests := []struct {
		name             string
		base, members    map[string]any
		errors, warnings string
	}{
		{name: "password", base: sftp},
		{name: "ftps", base: ftps},
		{name: "all of ftps", base: ftps, members: map[string]any{"port": 990, "tlsMode": "implicit", "caCertificatePem": ca, "path": "/in"}},
		{name: "two authorities", base: ftps, members: map[string]any{"caCertificatePem": ca + ca}},
		{name: "plain ftp", base: ftps, members: map[string]any{"protocol": "ftp"}, errors: "protocol enum"},
		{
			name: "nothing", errors: "protocol required,host required,username required,password required",
		},
		{name: "address in place of a host", base: sftp, members: map[string]any{"host": "https://files.acme.com/in"}, errors: "host host"},
		{name: "port out of range", base: sftp, members: map[string]any{"port": 65536}, errors: "port max"},
		{name: "private key", base: sftp, members: map[string]any{"password": nil, "privateKey": key}},
		{name: "password and private key", base: sftp, members: map[string]any{"privateKey": key}, errors: "password not_applicable"},
		{name: "private key over ftps", base: ftps, members: map[string]any{"privateKey": key}, errors: "privateKey not_applicable"},
		{
			name: "passphrase of no key", base: sftp, members: map[string]any{"privateKeyPassphrase": "open sesame"},
			errors: "privateKeyPassphrase not_applicable",
		},
		{
			name: "passphrase of an open key", base: sftp, members: map[string]any{"password": nil, "privateKey": key, "privateKeyPassphrase": "open sesame"},
			warnings: "privateKeyPassphrase passphrase_unused",
		},
		{
			name: "protected key", base: sftp,
			members: map[string]any{"password": nil, "privateKey": read(t, "locked_key"), "privateKeyPassphrase": "open sesame"},
		},
		{
			name: "protected key alone", base: sftp, members: map[string]any{"password": nil, "privateKey": read(t, "locked_key")},
			errors: "privateKeyPassphrase required",
		},
		{
			name: "key that takes too long to open", base: sftp,
			members: map[string]any{"password": nil, "privateKey": read(t, "slow_key"), "privateKeyPassphrase": "open sesame"},
			errors:  "privateKey private_key_rounds",
		},
		{
			name: "key that would take long to read", base: sftp, members: map[string]any{"password": nil, "privateKey": strings.Repeat(key, 50)},
			errors: "privateKey max",
		},
		{name: "weak key", base: sftp, members: map[string]any{"password": nil, "privateKey": weakKey}, errors: "privateKey private_key_weak"},
		{name: "dsa", base: sftp, members: map[string]any{"password": nil, "privateKey": dsaKey}, errors: "privateKey private_key_kind"},
		{name: "public key", base: sftp, members: map[string]any{"password": nil, "privateKey": line(host)}, errors: "privateKey private_key"},
		{
			name: "PuTTY's form", base: sftp, members: map[string]any{"password": nil, "privateKey": "PuTTY-User-Key-File-3: ssh-ed25519"},
			errors: "privateKey private_key",
		},
		{
			name: "encrypted PKCS #8", base: sftp,
			members: map[string]any{"password": nil, "privateKey": encoded(t, "ENCRYPTED PRIVATE KEY", []byte("x"), nil)}, errors: "privateKey private_key",
		},
		{name: "half a key", base: sftp, members: map[string]any{"password": nil, "privateKey": key[:100]}, errors: "privateKey private_key"},
		{name: "no pin", base: sftp, members: map[string]any{"hostKeyFingerprint": nil}, warnings: "hostKeyFingerprint host_key_not_pinned"},
		{name: "whole key", base: sftp, members: map[string]any{"hostKeyFingerprint": nil, "hostKey": line(host)}},
		{name: "both pins", base: sftp, members: map[string]any{"hostKey": line(host)}, errors: "hostKey not_applicable"},
		{name: "MD5", base: sftp, members: map[string]any{"hostKeyFingerprint": "MD5:aa:bb"}, errors: "hostKeyFingerprint pattern"},
		{
			name: "key that says it is another", base: sftp, errors: "hostKey host_key",
			members: map[string]any{"hostKeyFingerprint": nil, "hostKey": strings.Replace(line(host), "ssh-ed25519", "ssh-rsa", 1)},
		},
		{name: "pin over ftps", base: ftps, members: map[string]any{"hostKeyFingerprint": pin}, errors: "hostKeyFingerprint not_applicable"},
		{name: "upwards", base: sftp, members: map[string]any{"path": "/in/../etc"}, errors: "path path"},
		{name: "line break in the path", base: ftps, members: map[string]any{"path": "/in\r\nDELE x"}, errors: "path control_character"},
		{name: "key among certificates", base: ftps, members: map[string]any{"caCertificatePem": ca + key}, errors: "caCertificatePem private_key_submitted"},
		{name: "no certificate", base: ftps, members: map[string]any{"caCertificatePem": "none"}, errors: "caCertificatePem pem_certificate"},
		{
			name: "certificate of a large key", base: ftps, errors: "caCertificatePem certificate_key_too_large",
			members: map[string]any{"caCertificatePem": ca + certified(t, 46<<13)},
		},
		{
			name: "certificates of weak keys", base: ftps, errors: "caCertificatePem certificate_weak_key",
			members: map[string]any{"caCertificatePem": certified(t, 1024) + certified(t, 1024)},
		},
		{name: "text behind a certificate", base: ftps, members: map[string]any{"caCertificatePem": ca + "x"}, errors: "caCertificatePem pem_certificate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			members := map[string]any{}
			maps.Copy(members, tt.base)
			maps.Copy(members, tt.members)
			_, c := decode(t, members)
			require.Equal(t, tt.errors, lines(c.Errors()))
			require.Equal(t, tt.warnings, lines(c.Warnings()))
		})
	}
}

func TestNormalize(t *testing.T) {
	host := filetransfertest.NewKey(t)
	tests := []struct {
		name, member, in, want string
		value                  func(*Delivery) string
	}{
		{"scheme", "host", "SFTP://Files.Acme.com/", "files.acme.com", func(d *Delivery) string { return d.Host }},
		{"brackets", "host", "[2001:DB8::1]", "2001:db8::1", func(d *Delivery) string { return d.Host }},
		{
			"ssh-keygen -l", "hostKeyFingerprint", "256 " + fingerprint(host) + " files.acme.com (ED25519)", fingerprint(host),
			func(d *Delivery) string { return d.HostKeyFingerprint },
		},
		{
			"known_hosts", "hostKey", "files.acme.com,192.0.2.1 " + line(host) + " comment", line(host),
			func(d *Delivery) string { return d.HostKey },
		},
		{
			"line ends", "privateKey", "\r\na\r\nb\r\n", "a\nb", func(d *Delivery) string { return d.PrivateKey.Reveal() },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, _ := decode(t, map[string]any{"protocol": "sftp", tt.member: tt.in})
			require.Equal(t, tt.want, tt.value(d))
			d.Normalize()
			require.Equal(t, tt.want, tt.value(d), "again")
		})
	}
	d, _ := decode(t, map[string]any{"protocol": "ftps"})
	require.Equal(t, tlsExplicit, d.TLSMode)
	(*Delivery)(nil).Normalize()
	kept := &Delivery{PrivateKey: secret.Kept()}
	kept.Normalize()
	require.True(t, kept.PrivateKey.IsKept())
}

func TestKeptSecrets(t *testing.T) {
	members := map[string]any{"protocol": "sftp", "host": "files.acme.com", "username": "acme", "hostKeyFingerprint": "SHA256:" + strings.Repeat("a", 43)}
	_, c := decode(t, members, "/delivery/privateKey", "/delivery/privateKeyPassphrase")
	require.NoError(t, c.Err())
	require.Empty(t, c.Warnings())

	members["privateKey"] = read(t, "locked_key")
	_, c = decode(t, members, "/delivery/privateKeyPassphrase")
	require.NoError(t, c.Err(), "whether a stored passphrase opens a new key shows in a test")
}

func TestAddress(t *testing.T) {
	port := 2222
	for want, d := range map[string]Delivery{
		"files.test:22":      {Protocol: protocolSFTP, Host: "files.test"},
		"files.test:21":      {Protocol: protocolFTPS, TLSMode: tlsExplicit, Host: "files.test"},
		"files.test:990":     {Protocol: protocolFTPS, TLSMode: tlsImplicit, Host: "files.test"},
		"[2001:db8::1]:2222": {Protocol: protocolSFTP, Host: "2001:db8::1", Port: &port},
	} {
		require.Equal(t, want, d.address())
	}
}

func TestDestinations(t *testing.T) {
	require.ElementsMatch(t, []string{
		"/delivery/protocol", "/delivery/host", "/delivery/port", "/delivery/tlsMode", "/delivery/hostKeyFingerprint",
		"/delivery/hostKey", "/delivery/caCertificatePem",
	}, definition.Destinations())
	require.ElementsMatch(t, []string{
		"/delivery/password", "/delivery/privateKey", "/delivery/privateKeyPassphrase",
	}, definition.SecretPointers())
}

// TestRounds: what the hint of a key with too many rounds leads to is accepted.
func TestRounds(t *testing.T) {
	block, _ := pem.Decode([]byte(read(t, "locked_key")))
	require.NotNil(t, block)
	_, options, found := bytes.Cut(block.Bytes, []byte("bcrypt"))
	require.True(t, found)
	rounds := options[4+4+16:] // behind two lengths and the salt
	require.EqualValues(t, 1, binary.BigEndian.Uint32(rounds))
	for count, code := range map[uint32]string{64: "", 65: "private_key_rounds"} {
		binary.BigEndian.PutUint32(rounds, count)
		verdict := judgePrivateKey(string(pem.EncodeToMemory(block)))
		require.True(t, verdict.locked)
		require.Equal(t, code, verdict.code, "%d rounds", count)
	}
}

// FuzzPrivateKey: no text stops the rules.
func FuzzPrivateKey(f *testing.F) {
	for _, file := range []string{"locked_key", "slow_key"} {
		text, err := os.ReadFile("testdata/" + file)
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Add("-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----")
	f.Fuzz(func(t *testing.T, text string) {
		verdict := judgePrivateKey(text)
		require.Equal(t, verdict.code == "", verdict.detail == "")
	})
}
