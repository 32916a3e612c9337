package accounts

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"admin-api/models"
	"admin-api/strict"
)

// longValue is how many bytes of a value an audit record shows; of longer
// ones (certificates) it keeps the digest.
const longValue = 300

// differences lists what changed between two states of an account, leaf by
// leaf, with JSON Pointers into the document. old is nil for a create. words
// says, by pointer into the properties, what happened to secrets.
func differences(old, now *models.Account, words map[string]string) ([]models.FieldChange, error) {
	before := map[string]json.RawMessage{}
	if old != nil {
		if err := flattenAccount(old, before); err != nil {
			return nil, err
		}
	}
	after := map[string]json.RawMessage{}
	if err := flattenAccount(now, after); err != nil {
		return nil, err
	}
	pointers := maps.Clone(before)
	maps.Copy(pointers, after)
	changes := []models.FieldChange{}
	for _, pointer := range slices.Sorted(maps.Keys(pointers)) {
		if !sameJSON(before[pointer], after[pointer]) {
			changes = append(changes, models.FieldChange{
				Pointer: pointer, Old: shorten(before[pointer]), New: shorten(after[pointer]),
			})
		}
	}
	for _, pointer := range slices.Sorted(maps.Keys(words)) {
		word := models.JSON(`"` + words[pointer] + `"`)
		changes = append(changes, models.FieldChange{Pointer: "/properties" + pointer, New: word})
	}
	return changes, nil
}

func flattenAccount(a *models.Account, into map[string]json.RawMessage) error {
	doc, err := storedDocument(a)
	if err != nil {
		return err
	}
	if !a.DeletedAt.IsZero() {
		into["/deleted"] = json.RawMessage("true")
	}
	return flatten("", doc, into)
}

// flatten collects the leaves of an object; a list counts as a leaf.
func flatten(at string, raw json.RawMessage, into map[string]json.RawMessage) error {
	if len(raw) == 0 || raw[0] != '{' {
		into[at] = raw
		return nil
	}
	object, keys, err := strict.Object(raw)
	if err != nil {
		return fmt.Errorf("compare accounts: %w", err)
	}
	for _, key := range keys {
		if err := flatten(at+strict.Pointer(key), object[key], into); err != nil {
			return err
		}
	}
	return nil
}

func shorten(raw json.RawMessage) models.JSON {
	if len(raw) <= longValue {
		return models.JSON(raw)
	}
	sum := sha256.Sum256(raw)
	return models.JSON(`"sha256:` + hex.EncodeToString(sum[:]) + `"`)
}
