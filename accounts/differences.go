package accounts

import (
	"encoding/json"
	"maps"
	"slices"

	"admin-api/audit"
	"admin-api/models"
)

// differences lists what changed between two states of an account, leaf by
// leaf, with JSON Pointers into the document. old is nil for a create. words
// says, by pointer into the properties, what happened to secrets.
func differences(old, now *models.Account, words map[string]string) ([]models.FieldChange, error) {
	before, after := audit.Leaves{}, audit.Leaves{}
	if old != nil {
		if err := addAccount(before, old); err != nil {
			return nil, err
		}
	}
	if err := addAccount(after, now); err != nil {
		return nil, err
	}
	changes := audit.Changes(before, after)
	for _, pointer := range slices.Sorted(maps.Keys(words)) {
		changes = append(changes, audit.Word("/properties"+pointer, words[pointer]))
	}
	return changes, nil
}

func addAccount(to audit.Leaves, a *models.Account) error {
	doc, err := storedDocument(a)
	if err != nil {
		return err
	}
	if !a.DeletedAt.IsZero() {
		to["/deleted"] = json.RawMessage("true")
	}
	return to.Add("", doc)
}
