package accounts

import (
	"crypto/rand"
	"encoding/json"
	"fmt"

	"admin-api/secret"
)

// generate makes the secrets that the product makes itself: those that a new
// account is not given, and those that a request sets to null. It leaves
// properties alone that are no object; Decode says so.
func (e *edit) generate() error {
	made := map[string]json.RawMessage{}
	for _, pointer := range e.def.GeneratedSecrets() {
		given := e.given(pointer)
		if given == value || given == absent && e.stored != nil {
			continue
		}
		// 26 letters and digits: what every vendor takes, and 130 random bits.
		text := rand.Text()
		encoded, err := json.Marshal(text)
		if err != nil {
			return fmt.Errorf("generate %s: %w", pointer, err)
		}
		made[pointer] = encoded
		if e.generated == nil {
			e.generated = map[string]secret.Text{}
		}
		e.generated[pointer] = secret.New(text)
	}
	if len(made) == 0 {
		return nil
	}
	var err error
	e.doc.Properties, err = withSecrets(e.doc.Properties, made)
	return err
}
