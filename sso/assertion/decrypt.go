package assertion

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"errors"

	"github.com/beevik/etree"
	"github.com/russellhaering/gosaml2/types"
)

// encrypted is an EncryptedAssertion that has the form and the algorithms that
// are accepted.
type encrypted struct {
	// method is how the data is encrypted, size the length of its key.
	method string
	size   int
	cbc    bool
	// key is the wrapped key, oaep how.
	key, data []byte
	oaep      *rsa.OAEPOptions
}

// methodAES192CBC is the one way of XML Encryption that the library has no name for.
const methodAES192CBC = namespaceEncryption + "aes192-cbc"

// maxWrappedKey is what RSA of 16384 bits makes.
const maxWrappedKey = 2048

// decrypt returns the assertion as a document of its own. signed tells that the
// ciphertext was covered by a signature that verified: without that, AES-CBC
// would tell an attacker, by what is refused how, what is in a ciphertext.
func (j *judgement) decrypt(el *etree.Element, ids map[string]bool, signed bool) (*document, *Error) {
	x, err := readEncrypted(el)
	if err != nil {
		return nil, err
	}
	if x.cbc && !signed {
		return nil, refuse(CodeEncryptionWeak, "The assertion is encrypted with %s, and the response is not signed "+
			"as a whole.", quoted(x.method)).with(x.method)
	}
	if len(j.expect.Decrypters) == 0 {
		return nil, refuse(CodeEncryptedNoKey, "The assertion is encrypted, and the contact center has no encryption key.")
	}
	plain, key := x.open(j.expect.Decrypters)
	if key == nil {
		return nil, refuse(CodeDecryptionFailed, "None of the contact center's %d encryption keys opens the assertion.",
			len(j.expect.Decrypters))
	}
	j.report.Decrypter = key
	d, err := read(plain, ids, around(el))
	if err != nil {
		return nil, err
	}
	if !is(d.root, namespaceAssertion, "Assertion") || len(d.assertions) != 1 {
		return nil, refuse(CodeAssertionCount, "What was decrypted is not exactly one assertion.")
	}
	return d, d.placed(d.root)
}

// readEncrypted reads an EncryptedAssertion (XML Encryption 1.1): one
// EncryptedData, whose one EncryptedKey stands in its KeyInfo or beside it.
func readEncrypted(el *etree.Element) (*encrypted, *Error) {
	if err := onlyKnown(el, namespaceEncryption, "EncryptedData", "EncryptedKey"); err != nil {
		return nil, err
	}
	data := all(el, namespaceEncryption, "EncryptedData")
	if len(data) != 1 {
		return nil, refuse(CodeSchemaInvalid, "EncryptedAssertion has %d elements EncryptedData; it must have one.",
			len(data))
	}
	keys := all(el, namespaceEncryption, "EncryptedKey")
	if info := first(data[0], namespaceSignature, "KeyInfo"); info != nil {
		keys = append(keys, all(info, namespaceEncryption, "EncryptedKey")...)
	}
	if len(keys) != 1 {
		return nil, refuse(CodeSchemaInvalid, "EncryptedAssertion has %d elements EncryptedKey; it must have one.", len(keys))
	}
	x := &encrypted{}
	if err := x.readMethod(data[0]); err != nil {
		return nil, err
	}
	if err := x.readTransport(keys[0]); err != nil {
		return nil, err
	}
	var err *Error
	if x.data, err = cipherValue(data[0], maxEncoded); err != nil {
		return nil, err
	}
	x.key, err = cipherValue(keys[0], maxWrappedKey)
	return x, err
}

func (x *encrypted) readMethod(data *etree.Element) *Error {
	method, err := encryptionMethod(data)
	if err != nil {
		return err
	}
	x.method = attribute(method, "Algorithm")
	switch x.method {
	case types.MethodAES128GCM:
		x.size = 16
	case types.MethodAES192GCM:
		x.size = 24
	case types.MethodAES256GCM:
		x.size = 32
	case types.MethodAES128CBC:
		x.size, x.cbc = 16, true
	case methodAES192CBC:
		x.size, x.cbc = 24, true
	case types.MethodAES256CBC:
		x.size, x.cbc = 32, true
	default:
		return refuse(CodeEncryptionWeak, "The assertion is encrypted with %s.", quoted(x.method)).with(x.method)
	}
	return nil
}

// readTransport reads how the key is wrapped (XML Encryption 1.1, section 5.5.2):
// RSA-OAEP, whose hash and mask are SHA-1 unless something else is named.
func (x *encrypted) readTransport(key *etree.Element) *Error {
	method, err := encryptionMethod(key)
	if err != nil {
		return err
	}
	uri := attribute(method, "Algorithm")
	if uri != types.MethodRSAOAEP && uri != types.MethodRSAOAEP2 {
		return refuse(CodeEncryptionWeak, "The key of the assertion is encrypted with %s.", quoted(uri)).with(uri)
	}
	if first(method, namespaceEncryption, "OAEPparams") != nil {
		return refuse(CodeSchemaInvalid, "The key of the assertion is encrypted with OAEP parameters.")
	}
	x.oaep = &rsa.OAEPOptions{Hash: crypto.SHA1, MGFHash: crypto.SHA1}
	if digest := first(method, namespaceSignature, "DigestMethod"); digest != nil {
		x.oaep.Hash = oaepHash(attribute(digest, "Algorithm"))
	}
	if mask := first(method, namespaceEncryption11, "MGF"); mask != nil && uri == types.MethodRSAOAEP2 {
		x.oaep.MGFHash = maskHash(attribute(mask, "Algorithm"))
	}
	if x.oaep.Hash == 0 || x.oaep.MGFHash == 0 {
		return refuse(CodeEncryptionWeak, "The key of the assertion is encrypted with a hash that is not known here.")
	}
	return nil
}

func encryptionMethod(el *etree.Element) (*etree.Element, *Error) {
	method, err := atMostOne(el, namespaceEncryption, "EncryptionMethod")
	if err == nil && method == nil {
		err = refuse(CodeEncryptionWeak, "%s does not say how it is encrypted.", el.Tag)
	}
	return method, err
}

func oaepHash(uri string) crypto.Hash {
	return map[string]crypto.Hash{
		"http://www.w3.org/2000/09/xmldsig#sha1":        crypto.SHA1,
		"http://www.w3.org/2001/04/xmlenc#sha256":       crypto.SHA256,
		"http://www.w3.org/2001/04/xmldsig-more#sha384": crypto.SHA384,
		"http://www.w3.org/2001/04/xmlenc#sha512":       crypto.SHA512,
	}[uri]
}

func maskHash(uri string) crypto.Hash {
	return map[string]crypto.Hash{
		namespaceEncryption11 + "mgf1sha1":   crypto.SHA1,
		namespaceEncryption11 + "mgf1sha256": crypto.SHA256,
		namespaceEncryption11 + "mgf1sha384": crypto.SHA384,
		namespaceEncryption11 + "mgf1sha512": crypto.SHA512,
	}[uri]
}

// cipherValue returns the bytes that are given in place; those that are
// elsewhere are not fetched.
func cipherValue(el *etree.Element, limit int) ([]byte, *Error) {
	holder, err := atMostOne(el, namespaceEncryption, "CipherData")
	if err != nil || holder == nil {
		return nil, refuse(CodeSchemaInvalid, "%s must have one CipherData.", el.Tag)
	}
	if err := onlyKnown(holder, namespaceEncryption, "CipherValue"); err != nil {
		return nil, err
	}
	value, err := atMostOne(holder, namespaceEncryption, "CipherValue")
	if err != nil || value == nil {
		return nil, refuse(CodeSchemaInvalid, "CipherData must have one CipherValue.")
	}
	data, err := binary(value, limit)
	if err != nil {
		return nil, refuse(CodeSchemaInvalid, "%s", err.Detail)
	}
	return data, nil
}

// errSealed says nothing about what failed where, so that nobody learns from it.
var errSealed = errors.New("cannot decrypt")

// open tries the keys in turn and returns the one that did; nil where none does.
func (x *encrypted) open(keys []crypto.Decrypter) (plain []byte, by crypto.Decrypter) {
	for _, key := range keys {
		if _, ok := key.Public().(*rsa.PublicKey); !ok {
			continue
		}
		session, err := key.Decrypt(rand.Reader, x.key, x.oaep)
		if err != nil || len(session) != x.size {
			continue
		}
		if plain, err := x.unseal(session); err == nil {
			return plain, key
		}
	}
	return nil, nil
}

func (x *encrypted) unseal(key []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, errSealed
	}
	if x.cbc {
		return uncbc(block, x.data)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil || len(x.data) < gcm.NonceSize() {
		return nil, errSealed
	}
	return gcm.Open(nil, x.data[:gcm.NonceSize()], x.data[gcm.NonceSize():], nil)
}

// uncbc decrypts CBC with the padding of XML Encryption (section 5.2): the last
// byte counts what is appended, the others may be anything.
func uncbc(block cipher.Block, data []byte) ([]byte, error) {
	const size = aes.BlockSize
	if len(data) < 2*size || len(data)%size != 0 {
		return nil, errSealed
	}
	plain := make([]byte, len(data)-size)
	cipher.NewCBCDecrypter(block, data[:size]).CryptBlocks(plain, data[size:])
	padding := int(plain[len(plain)-1])
	if padding < 1 || padding > size {
		return nil, errSealed
	}
	return plain[:len(plain)-padding], nil
}
