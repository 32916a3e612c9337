package assertiontest

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/russellhaering/gosaml2/types"
	"github.com/russellhaering/goxmldsig/etreeutils"
)

// Identifiers of ciphers and of what wraps their keys.
const (
	AES128GCM    = types.MethodAES128GCM
	AES192GCM    = types.MethodAES192GCM
	AES256GCM    = types.MethodAES256GCM
	AES128CBC    = types.MethodAES128CBC
	AES192CBC    = "http://www.w3.org/2001/04/xmlenc#aes192-cbc"
	AES256CBC    = types.MethodAES256CBC
	TripleDESCBC = types.MethodTripleDESCBC

	OAEP       = types.MethodRSAOAEP
	OAEPSHA256 = types.MethodRSAOAEP2 // with SHA-256 for hash and mask
	PKCS1      = types.MethodRSAv1_5
)

// encrypt puts an EncryptedAssertion in the place of an assertion.
func (r *Response) encrypt(tb testing.TB, el *etree.Element) {
	tb.Helper()
	scope, err := etreeutils.NSBuildParentContext(el)
	check(tb, err)
	alone, err := etreeutils.NSDetatch(scope, el)
	check(tb, err)
	text := write(tb, etree.NewDocumentWithRoot(alone))
	if r.EditAssertion != nil {
		text = r.EditAssertion(text)
	}
	sealed := parse(tb, r.seal(tb, text)).Root()
	parent, at := el.Parent(), el.Index()
	parent.RemoveChildAt(at)
	parent.InsertChildAt(at, sealed)
}

// seal encrypts a text for EncryptTo.
func (r *Response) seal(tb testing.TB, text string) string {
	tb.Helper()
	size := map[string]int{AES128GCM: 16, AES128CBC: 16, AES192GCM: 24, AES192CBC: 24, TripleDESCBC: 24}[r.Cipher]
	if size == 0 {
		size = 32
	}
	key := random(size)
	data := sealGCM
	if strings.HasSuffix(r.Cipher, "cbc") {
		data = sealCBC
	}
	ds := `xmlns:ds="` + SignatureSpec + `"`
	return fmt.Sprintf(`<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">`+
		`<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">`+
		`<xenc:EncryptionMethod Algorithm="%s"/><ds:KeyInfo %s><xenc:EncryptedKey>%s`+
		`<xenc:CipherData><xenc:CipherValue>%s</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>`+
		`<xenc:CipherData><xenc:CipherValue>%s</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`+
		`</saml:EncryptedAssertion>`,
		r.Cipher, ds, r.transport(), r.encode(wrap(tb, r.EncryptTo, r.Transport, key)), r.encode(data(tb, key, []byte(text))))
}

func (r *Response) encode(data []byte) string {
	return broken(base64.StdEncoding.EncodeToString(data), r.Provider.Dialect.Line)
}

// transport says how the key is wrapped.
func (r *Response) transport() string {
	if r.Transport != OAEPSHA256 {
		return fmt.Sprintf(`<xenc:EncryptionMethod Algorithm="%s"/>`, r.Transport)
	}
	return fmt.Sprintf(`<xenc:EncryptionMethod Algorithm="%s"><ds:DigestMethod Algorithm="%s"/>`+
		`<xenc11:MGF xmlns:xenc11="http://www.w3.org/2009/xmlenc11#" `+
		`Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/></xenc:EncryptionMethod>`, r.Transport, SHA256)
}

func wrap(tb testing.TB, to *rsa.PublicKey, transport string, key []byte) []byte {
	tb.Helper()
	var wrapped []byte
	var err error
	switch transport {
	case PKCS1:
		wrapped, err = rsa.EncryptPKCS1v15(rand.Reader, to, key) //nolint:staticcheck // to see it refused
	case OAEPSHA256:
		wrapped, err = rsa.EncryptOAEP(crypto.SHA256.New(), rand.Reader, to, key, nil)
	default:
		wrapped, err = rsa.EncryptOAEP(crypto.SHA1.New(), rand.Reader, to, key, nil)
	}
	check(tb, err)
	return wrapped
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

func sealGCM(tb testing.TB, key, text []byte) []byte {
	tb.Helper()
	block, err := aes.NewCipher(key)
	check(tb, err)
	gcm, err := cipher.NewGCM(block)
	check(tb, err)
	nonce := random(gcm.NonceSize())
	return gcm.Seal(nonce, nonce, text, nil)
}

func sealCBC(tb testing.TB, key, text []byte) []byte {
	tb.Helper()
	block, err := aes.NewCipher(key)
	check(tb, err)
	padding := aes.BlockSize - len(text)%aes.BlockSize
	padded := append(text, random(padding)...)
	padded[len(padded)-1] = byte(padding)
	sealed := random(aes.BlockSize)
	cipher.NewCBCEncrypter(block, sealed).CryptBlocks(padded, padded)
	return append(sealed, padded...)
}
