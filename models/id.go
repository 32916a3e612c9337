package models

import (
	"encoding/binary"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// lastID holds the millisecond and, in the low 12 bits, the counter of the id
// that this process made last (RFC 9562, section 6.2, method 1). It is the one
// mutable value of the package: ids of one millisecond must sort as they were
// made, whoever makes them.
var lastID atomic.Uint64

// NewID returns a UUID version 7 (RFC 9562) whose time is now. Ids that one
// process makes sort in the order in which they were made, as long as its clock
// does not go back and not more than 4096 are made in one millisecond; the 62
// bits behind are random. It is safe for concurrent use.
func NewID(now time.Time) string {
	stamp := nextStamp(now)
	u := uuid.New()
	binary.BigEndian.PutUint64(u[:8], stamp>>12<<16|7<<12|stamp&0xfff)
	return u.String()
}

// FirstID returns an id behind which all ids of that time and of later ones sort. It is
// for comparing only: nothing has it.
func FirstID(at time.Time) string {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(at.UnixMilli())<<16|7<<12)
	u[8] = 0x80 // the variant
	return u.String()
}

func nextStamp(now time.Time) uint64 {
	first := uint64(now.UnixMilli()) << 12
	for {
		last := lastID.Load()
		next := first
		if last>>12 == first>>12 {
			next = first | (last+1)&0xfff
		}
		if lastID.CompareAndSwap(last, next) {
			return next
		}
	}
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
