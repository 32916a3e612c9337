package models

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// NewID returns a UUID version 7 (RFC 9562) whose time is now, so that ids made
// later sort later. Within one millisecond the order is random.
func NewID(now time.Time) string {
	u := uuid.New()
	ms := now.UnixMilli()
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i)) //nolint:gosec // one byte at a time is the point
	}
	u[6] = u[6]&0x0f | 0x70
	return u.String()
}

// ValidID reports whether s has the canonical form of an id. Anything else
// cannot exist and need not be looked up.
func ValidID(s string) bool {
	if len(s) != 36 || strings.ToLower(s) != s {
		return false
	}
	_, err := uuid.Parse(s)
	return err == nil
}

// NameKey returns the form of a name under which it is unique: normalised
// (NFC) and case-folded, white space at the ends removed.
func NameKey(name string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(strings.TrimSpace(name))))
}
