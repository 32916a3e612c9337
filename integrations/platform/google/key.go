package google

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"regexp"
	"strings"

	"admin-api/secret"
	"admin-api/validation"
)

// Where keys say that tokens are issued. The older address leads to the same
// place; nothing is ever sent to an address out of a key.
const (
	TokenURL       = "https://oauth2.googleapis.com/token"        //nolint:gosec // An address.
	legacyTokenURL = "https://accounts.google.com/o/oauth2/token" //nolint:gosec // An address.
)

// Key is the key of a service account, read from the file that Google hands out
// (https://cloud.google.com/iam/docs/keys-create-delete).
type Key struct {
	ProjectID   string
	ClientEmail string

	id     string
	signer *rsa.PrivateKey
}

// KeyError is why a text is no key of a service account. It quotes nothing.
type KeyError struct{ Code, Detail string }

// Error implements error.
func (e *KeyError) Error() string { return e.Code + ": " + e.Detail }

// TidyKey brings the text of a key file to one line, and to the present address
// for tokens. A text that is no JSON is only trimmed.
func TidyKey(text secret.Text) secret.Text {
	if !text.IsSet() || text.IsKept() {
		return text
	}
	plain := strings.Trim(text.Reveal(), " \t\r\n\ufeff")
	var compact bytes.Buffer
	if json.Compact(&compact, []byte(plain)) != nil {
		return secret.New(plain)
	}
	return secret.New(strings.ReplaceAll(compact.String(),
		`"token_uri":"`+legacyTokenURL+`"`, `"token_uri":"`+TokenURL+`"`))
}

// CheckKey reports what is wrong with a key, and returns it if nothing is. A key
// that is unset, broken otherwise or kept cannot be judged.
func CheckKey(c *validation.Context, pointer string, text secret.Text) *Key {
	if !text.IsSet() || text.IsKept() || c.Broken(pointer) {
		return nil
	}
	key, err := ParseKey(text)
	if flaw, ok := errors.AsType[*KeyError](err); ok {
		c.Violate(pointer, flaw.Code, flaw.Detail)
		return nil
	}
	return key
}

// ParseKey reads the text of a key file. The error is a *KeyError.
func ParseKey(text secret.Text) (*Key, error) {
	found, err := members(text.Reveal())
	if err != nil {
		return nil, err
	}
	if err := checkType(found); err != nil {
		return nil, err
	}
	if err := checkMembers(found); err != nil {
		return nil, err
	}
	signer, err := privateKey(found["private_key"])
	if err != nil {
		return nil, err
	}
	return &Key{
		ProjectID: found["project_id"], ClientEmail: found["client_email"], id: found["private_key_id"], signer: signer,
	}, nil
}

var errNoObject = &KeyError{
	"google_key_malformed",
	"Must be the whole content of a service account's JSON key file, from its first { to its last }.",
}

// members reads one JSON object. What is no text counts as empty: no member of
// a key is anything else.
func members(text string) (map[string]string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, errNoObject
	}
	found := map[string]string{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		var value any
		if err != nil || !ok || d.Decode(&value) != nil {
			return nil, errNoObject
		}
		if _, twice := found[name]; twice {
			return nil, &KeyError{"google_key_ambiguous", "Names a member twice; download the key file again."}
		}
		found[name], _ = value.(string)
	}
	if _, err := d.Token(); err != nil { // the end of the object
		return nil, errNoObject
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errNoObject
	}
	return found, nil
}

// checkType tells apart what people enter in place of a service account's key.
func checkType(found map[string]string) error {
	const code = "google_key_type"
	_, installed := found["installed"]
	_, web := found["web"]
	switch kind := found["type"]; {
	case kind == "service_account":
		return nil
	case kind == "authorized_user":
		return &KeyError{code, "Is the sign-in of a person; create a service account and a JSON key for it."}
	case strings.HasPrefix(kind, "external_account") || kind == "impersonated_service_account":
		return &KeyError{code, "Borrows an identity from elsewhere; create a JSON key for the service account itself."}
	case installed || web:
		return &KeyError{code, "Is an OAuth client's file; create a service account and a JSON key for it."}
	}
	return &KeyError{code, "Is no key of a service account: its type must be service_account."}
}

var (
	projectID = regexp.MustCompile(`^(?:[a-z0-9.-]{1,253}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	keyID     = regexp.MustCompile(`^[0-9a-f]{8,128}$`)
	email     = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}@(?:[a-z0-9.-]{1,253}\.)?gserviceaccount\.com$`)
)

// checkMembers judges all but the private key.
func checkMembers(found map[string]string) error {
	for _, name := range []string{"project_id", "private_key_id", "private_key", "client_email", "token_uri"} {
		if found[name] == "" {
			return &KeyError{"google_key_incomplete", "Lacks the member " + name + "; download the key file again."}
		}
	}
	switch universe := found["universe_domain"]; {
	case found["token_uri"] != TokenURL && found["token_uri"] != legacyTokenURL:
		return &KeyError{"google_key_token_uri", "Names another address for tokens than Google's " + TokenURL + "."}
	case universe != "" && universe != "googleapis.com":
		return &KeyError{"google_key_universe", "Is for another cloud than Google's public one, which is not supported."}
	case !email.MatchString(found["client_email"]):
		return &KeyError{"google_key_email", "Has a client_email that is no service account's address."}
	case !projectID.MatchString(found["project_id"]):
		return &KeyError{"google_key_project", "Has a project_id that is no project's."}
	case !keyID.MatchString(found["private_key_id"]):
		return &KeyError{"google_key_id", "Has a private_key_id that is no key's."}
	}
	return nil
}

// An RSA key has at least 2048 bits, and at most 8192: larger ones take long to
// read and to sign with.
const (
	leastBits = 2048
	mostBytes = 5 << 10 // of its encoding
)

func privateKey(text string) (*rsa.PrivateKey, error) {
	unreadable := &KeyError{
		"google_key_private_key",
		"Has a private_key that cannot be read; enter the file as it is, without changing its line breaks.",
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || len(block.Bytes) > mostBytes || strings.TrimSpace(string(rest)) != "" {
		return nil, unreadable
	}
	key, err := parsePrivate(block.Bytes)
	switch {
	case err != nil:
		return nil, unreadable
	case key.N.BitLen() < leastBits:
		return nil, &KeyError{"google_key_weak", "Has an RSA key of fewer than 2048 bits; create a new key."}
	}
	return key, nil
}

var errNoRSA = errors.New("no RSA key")

// parsePrivate reads PKCS #8, which Google writes, or PKCS #1.
func parsePrivate(der []byte) (*rsa.PrivateKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errNoRSA
	}
	return key, nil
}
