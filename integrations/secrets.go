package integrations

import (
	"errors"
	"fmt"
	"reflect"

	"admin-api/secret"
)

// The errors of SetSecret.
var (
	errNoSuchSecret = errors.New("no such secret")
	errNoParent     = errors.New("parent object is absent")
)

// SecretPointers returns the pointers of all secrets that the type has, in the
// order of their declaration. The caller must not change the list.
func (d *Definition) SecretPointers() []string {
	s, _ := specFor(d.New())
	return pointers(s.secrets)
}

// GeneratedSecrets returns the pointers of the secrets that the product makes
// where none is given.
func (d *Definition) GeneratedSecrets() []string {
	s, _ := specFor(d.New())
	var list []string
	for _, at := range s.secrets {
		if at.property().generated {
			list = append(list, at.pointer)
		}
	}
	return list
}

// Secrets returns the secrets of p that hold a value, by pointer: neither
// unset nor kept ones.
func (d *Definition) Secrets(p Properties) map[string]secret.Text {
	values := map[string]secret.Text{}
	eachSecret(p, func(pointer string, text secret.Text, _ bool) {
		if text.IsSet() && !text.IsKept() {
			values[pointer] = text
		}
	})
	return values
}

// KeptSecrets returns the pointers of secrets in p that are markers of
// secret.Kept and apply, in the order of their declaration; nil for none.
func (d *Definition) KeptSecrets(p Properties) []string {
	var kept []string
	eachSecret(p, func(pointer string, text secret.Text, applies bool) {
		if text.IsKept() && applies {
			kept = append(kept, pointer)
		}
	})
	return kept
}

func eachSecret(p Properties, visit func(pointer string, text secret.Text, applies bool)) {
	s, v := specFor(p)
	for _, at := range s.secrets {
		if field, applies := at.find(v); field.IsValid() {
			visit(at.pointer, secretOf(field), applies)
		}
	}
}

// SetSecret puts value at the pointer of a secret in p. The error names the
// pointer: the type has no such secret, or its parent object is absent.
func (d *Definition) SetSecret(p Properties, pointer string, value secret.Text) error {
	s, v := specFor(p)
	for _, at := range s.secrets {
		if at.pointer != pointer {
			continue
		}
		field, _ := at.find(v)
		if !field.IsValid() {
			return fmt.Errorf("secret %s: %w", pointer, errNoParent)
		}
		field.Set(reflect.ValueOf(value))
		return nil
	}
	return fmt.Errorf("secret %s: %w", pointer, errNoSuchSecret)
}

// secretOf returns the secret in an addressable field.
func secretOf(field reflect.Value) secret.Text {
	return *field.Addr().Interface().(*secret.Text) // the declaration says so
}

func pointers(places []place) []string {
	list := make([]string, len(places))
	for i, p := range places {
		list[i] = p.pointer
	}
	return list
}
