package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// JSON is a JSON document in a text column. It is written as text, because
// STRICT tables of SQLite refuse blobs there. Nil stands for NULL.
type JSON json.RawMessage

// Value implements driver.Valuer.
func (j JSON) Value() (driver.Value, error) {
	if j == nil {
		return nil, nil //nolint:nilnil // NULL is how a missing document is stored
	}
	return string(j), nil
}

// Scan implements sql.Scanner; it copies what it is given.
func (j *JSON) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*j = nil
	case string:
		*j = JSON(v)
	case []byte:
		*j = append(JSON(nil), v...)
	default:
		return fmt.Errorf("scan JSON: %T is not text", src)
	}
	return nil
}

// MarshalJSON returns the document itself; nil is null.
func (j JSON) MarshalJSON() ([]byte, error) {
	if j == nil {
		return []byte("null"), nil
	}
	return j, nil
}

// UnmarshalJSON keeps a copy of b.
func (j *JSON) UnmarshalJSON(b []byte) error {
	*j = append(JSON(nil), b...)
	return nil
}
