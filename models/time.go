package models

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"
)

// TimeLayout is how times are written on the wire: RFC 3339, UTC, milliseconds.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// Time is an instant with millisecond precision, stored as milliseconds since
// the Unix epoch (the same on SQLite and PostgreSQL) and written as RFC 3339.
// The zero value is stored as NULL and means "never".
type Time struct{ time.Time }

// NewTime returns t in UTC, cut to milliseconds.
func NewTime(t time.Time) Time {
	return Time{time.UnixMilli(t.UnixMilli()).UTC()}
}

// String returns the wire form, or the empty string for the zero time.
func (t Time) String() string {
	if t.IsZero() {
		return ""
	}
	return t.Format(TimeLayout)
}

// MarshalJSON writes the wire form; the zero time is null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return strconv.AppendQuote(nil, t.String()), nil
}

// UnmarshalJSON reads any RFC 3339 time; null is the zero time.
func (t *Time) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*t = Time{}
		return nil
	}
	var in time.Time
	if err := in.UnmarshalJSON(b); err != nil {
		return fmt.Errorf("time: %w", err)
	}
	*t = NewTime(in)
	return nil
}

// parse reads exactly what String writes and reports whether it could.
func (t *Time) parse(text string) bool {
	if len(text) != len(TimeLayout) {
		return false
	}
	for i := range len(text) {
		digit := text[i] >= '0' && text[i] <= '9'
		wanted := TimeLayout[i] >= '0' && TimeLayout[i] <= '9'
		if digit != wanted || !wanted && text[i] != TimeLayout[i] {
			return false
		}
	}
	in, err := time.Parse(time.RFC3339, text) // which time knows a short way for
	*t = Time{in}
	return err == nil
}

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil //nolint:nilnil // NULL is how a missing time is stored
	}
	return t.UnixMilli(), nil
}

// Scan implements sql.Scanner.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = Time{}
	case int64:
		*t = Time{time.UnixMilli(v).UTC()}
	default:
		return fmt.Errorf("scan time: %T is not an integer", src)
	}
	return nil
}

// GormDataType says that the column holds a number. Without it GORM would set
// members named CreatedAt and UpdatedAt by its own clock.
func (Time) GormDataType() string { return "bigint" }
