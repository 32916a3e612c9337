// Package secret keeps secret values secret: Text redacts itself wherever a
// value is printed, logged or encoded, LooksMasked recognises redaction marks
// that come back as input, and Keyring seals values for storage, authenticates
// records and fingerprints secrets. No other package imports Tink. It is not
// for passwords of users or for access tokens, which are stored as hashes.
package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const mark = "[REDACTED]"

var errNotString = errors.New("a secret must be a JSON string")

// Text is a secret value that every printer, logger and encoder shows as
// [REDACTED], whether it is set or not; Reveal is the only way to the value.
// The zero Text is unset. A Text is immutable apart from decoding into it,
// copies are cheap and may be used concurrently. It is not comparable with ==,
// see Equal.
type Text struct {
	_ [0]func() // forbids ==, which would compare addresses

	// fmt calls no method on unexported fields of an enclosing struct but walks
	// into them, and some verbs follow a pointer to a struct. Of a pointer to a
	// string it prints the address only.
	plain *string // nil when unset or kept
	kept  bool
}

// New returns a Text holding plain. An empty plain gives an unset Text.
func New(plain string) Text {
	if plain == "" {
		return Text{}
	}
	return Text{plain: &plain}
}

// Kept returns a Text that stands for a stored value which stays as it is and
// is not at hand: it counts as set, but reveals nothing.
func Kept() Text { return Text{kept: true} }

// IsSet reports whether t holds a value or stands for a kept one.
func (t Text) IsSet() bool { return !t.IsZero() }

// IsKept reports whether t stands for a kept value.
func (t Text) IsKept() bool { return t.kept }

// IsZero reports whether t is unset. The json option omitzero relies on it.
func (t Text) IsZero() bool { return t.plain == nil && !t.kept }

// Reveal returns the value in clear, or "" if t is unset or kept.
func (t Text) Reveal() string {
	if t.plain == nil {
		return ""
	}
	return *t.plain
}

// Equal reports whether t and u hold the same value or are both unset, in a
// time that does not depend on where they differ. A kept value is not at hand
// and therefore equals nothing, not even another kept one.
func (t Text) Equal(u Text) bool {
	if t.kept || u.kept {
		return false
	}
	a, b := sha256.Sum256([]byte(t.Reveal())), sha256.Sum256([]byte(u.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// TrimSpace returns t without the white space around its value, which people
// paste along. An unset Text and a kept one are returned as they are.
func (t Text) TrimSpace() Text {
	if t.plain == nil {
		return t
	}
	return New(strings.TrimSpace(*t.plain))
}

// String returns the redaction mark.
func (Text) String() string { return mark }

// GoString returns the redaction mark.
func (Text) GoString() string { return mark }

// Format implements fmt.Formatter: every verb prints the redaction mark.
func (Text) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, mark) // a fmt.State keeps its own errors
}

// LogValue implements slog.LogValuer with the redaction mark.
func (Text) LogValue() slog.Value { return slog.StringValue(mark) }

// MarshalText implements encoding.TextMarshaler with the redaction mark.
func (Text) MarshalText() ([]byte, error) { return []byte(mark), nil }

// UnmarshalText implements encoding.TextUnmarshaler: text becomes the value, so
// that a secret can be read from a flag or the environment. It returns no error.
func (t *Text) UnmarshalText(text []byte) error {
	*t = New(string(text))
	return nil
}

// MarshalJSON implements json.Marshaler with the redaction mark.
func (Text) MarshalJSON() ([]byte, error) { return []byte(`"` + mark + `"`), nil }

// UnmarshalJSON implements json.Unmarshaler. It takes a JSON string; null makes
// t unset; anything else is an error that says nothing of the input.
func (t *Text) UnmarshalJSON(data []byte) error {
	var plain *string
	if err := json.Unmarshal(data, &plain); err != nil {
		return errNotString // err may quote the input
	}
	if plain == nil {
		*t = Text{}
		return nil
	}
	*t = New(*plain)
	return nil
}
