package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"admin-api/models"
	"admin-api/strict"
)

// longValue is how many bytes of a value an audit record shows; of longer
// ones (certificates) it keeps the digest.
const longValue = 300

// Leaves are the values of a document by JSON Pointer; a list counts as one.
type Leaves map[string]json.RawMessage

// Add takes in a JSON document whose members stand below the pointer at.
func (l Leaves) Add(at string, raw json.RawMessage) error {
	if len(raw) == 0 || raw[0] != '{' {
		l[at] = raw
		return nil
	}
	object, keys, err := strict.Object(raw)
	if err != nil {
		return fmt.Errorf("compare documents: %w", err)
	}
	for _, key := range keys {
		if err := l.Add(at+strict.Pointer(key), object[key]); err != nil {
			return err
		}
	}
	return nil
}

// Changes lists what differs between two states of a document, in the order of
// the pointers, in the form that audit records have. Long values are replaced by
// their digests.
func Changes(before, after Leaves) []models.FieldChange {
	pointers := maps.Clone(before)
	if pointers == nil {
		pointers = Leaves{}
	}
	maps.Copy(pointers, after)
	changes := []models.FieldChange{}
	for _, pointer := range slices.Sorted(maps.Keys(pointers)) {
		if !SameJSON(before[pointer], after[pointer]) {
			changes = append(changes, models.FieldChange{
				Pointer: pointer, Old: shorten(before[pointer]), New: shorten(after[pointer]),
			})
		}
	}
	return changes
}

// Word is the change of a secret, of which a record says only what happened.
func Word(pointer, word string) models.FieldChange {
	return models.FieldChange{Pointer: pointer, New: models.JSON(`"` + word + `"`)}
}

// SameJSON reports whether two values are equal, however they are written; no
// value equals null.
func SameJSON(a, b json.RawMessage) bool {
	if a == nil || b == nil {
		return (a == nil || string(a) == "null") && (b == nil || string(b) == "null")
	}
	if bytes.Equal(a, b) {
		return true
	}
	x, errX := decodeAny(a)
	y, errY := decodeAny(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

func decodeAny(raw json.RawMessage) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

func shorten(raw json.RawMessage) models.JSON {
	if len(raw) <= longValue {
		return models.JSON(raw)
	}
	sum := sha256.Sum256(raw)
	return models.JSON(`"sha256:` + hex.EncodeToString(sum[:]) + `"`)
}
