package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Labels are free key-value pairs of an account.
type Labels map[string]string

// Value implements driver.Valuer.
func (l Labels) Value() (driver.Value, error) { return jsonValue(len(l) == 0, l) }

// Scan implements sql.Scanner.
func (l *Labels) Scan(src any) error { return scanColumn(src, l, readLabels) }

// SecretFact is what may be known of a stored secret.
type SecretFact struct {
	Version     int64  `json:"version"`
	Fingerprint string `json:"fingerprint"`
	KeyID       string `json:"keyId"` // wrapping key under which the value is sealed
	UpdatedAt   Time   `json:"updatedAt"`
	UpdatedBy   string `json:"updatedBy"`
}

// SecretFacts maps the JSON Pointer of each stored secret, into the
// properties, to its facts.
type SecretFacts map[string]SecretFact

// Value implements driver.Valuer.
func (f SecretFacts) Value() (driver.Value, error) { return jsonValue(len(f) == 0, f) }

// Scan implements sql.Scanner.
func (f *SecretFacts) Scan(src any) error { return scanColumn(src, f, readSecretFacts) }

// Certificate is what is read from one certificate among the properties.
type Certificate struct {
	Pointer   string `json:"pointer"`
	Subject   string `json:"subject"`
	NotBefore Time   `json:"notBefore"`
	NotAfter  Time   `json:"notAfter"`
	SHA256    string `json:"sha256"` // lower-case hex of the DER form
}

// Certificates are all certificates of an account.
type Certificates []Certificate

// Value implements driver.Valuer.
func (c Certificates) Value() (driver.Value, error) { return jsonValue(len(c) == 0, c) }

// Scan implements sql.Scanner.
func (c *Certificates) Scan(src any) error { return scanColumn(src, c, readCertificates) }

// Strings is a list of words in a text column.
type Strings []string

// Value implements driver.Valuer.
func (s Strings) Value() (driver.Value, error) { return jsonValue(len(s) == 0, s) }

// Scan implements sql.Scanner.
func (s *Strings) Scan(src any) error { return scanColumn(src, s, readStrings) }

func jsonValue(empty bool, v any) (driver.Value, error) {
	if empty {
		return "", nil // cheaper to read back than "{}"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode column: %w", err)
	}
	return string(b), nil
}

// scanColumn reads a column the short way if it can.
func scanColumn[T any](src any, into *T, read func(text string) (T, bool)) error {
	text, ok := src.(string)
	if b, isBytes := src.([]byte); isBytes {
		text, ok = string(b), true
	}
	if !ok || text == "" {
		return jsonScan(src, into)
	}
	if v, ok := read(text); ok {
		*into = v
		return nil
	}
	return jsonScan(src, into)
}

func jsonScan(src, into any) error {
	var text []byte
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		text = []byte(v)
	case []byte:
		text = v
	default:
		return fmt.Errorf("scan column: %T is not text", src)
	}
	if len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("scan column: %w", err)
	}
	return nil
}
