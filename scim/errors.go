package scim

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"admin-api/models"
	"admin-api/strict"
	"admin-api/validation"
)

// Error is a refusal in the words of RFC 7644, section 3.12.
type Error struct {
	Status int
	// Type is one of the scimType of table 9, empty where none fits.
	Type string
	// Detail says what is wrong and what to do.
	Detail string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Type, e.Detail) }

// The scimType of errors (RFC 7644, table 9).
const (
	TypeInvalidFilter = "invalidFilter"
	TypeUniqueness    = "uniqueness"
	TypeMutability    = "mutability"
	TypeInvalidSyntax = "invalidSyntax"
	TypeInvalidPath   = "invalidPath"
	TypeNoTarget      = "noTarget"
	TypeInvalidValue  = "invalidValue"
)

func refuse(typ, format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Type: typ, Detail: fmt.Sprintf(format, args...)}
}

// explain says in the words of the protocol what the service of people refused.
// Errors that have no words of their own there come back as they are.
func explain(err error) error {
	var broken validation.Errors
	var syntax *strict.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return refuse(TypeInvalidSyntax, "The body is not JSON as it should be: %s.", syntax.Error())
	case errors.As(err, &broken):
		return refuse(TypeInvalidValue, "%s", violations(broken))
	case errors.Is(err, models.ErrNameTaken), errors.Is(err, models.ErrExists):
		detail := "Another resource has this value."
		if refusal, ok := errors.AsType[*models.RefusalError](err); ok {
			detail = refusal.Detail
		}
		return &Error{Status: http.StatusConflict, Type: TypeUniqueness, Detail: detail}
	}
	return err
}

// shownViolations is how many broken rules one error names.
const shownViolations = 10

// violations names every broken rule by the attribute that it is about.
func violations(broken validation.Errors) string {
	texts := make([]string, 0, len(broken))
	for i, v := range broken {
		if i == shownViolations {
			texts = append(texts, fmt.Sprintf("And %d more.", len(broken)-i))
			break
		}
		texts = append(texts, attributeAt(v.Pointer)+": "+v.Detail)
	}
	return strings.Join(texts, " ")
}

// attributeAt returns the attribute that a pointer of package access is about.
func attributeAt(pointer string) string {
	names := map[string]string{
		"username": "userName", "firstName": "name.givenName", "lastName": "name.familyName", "email": "emails.value",
		"workPhone": `phoneNumbers[type eq "work"].value`, "mobilePhone": `phoneNumbers[type eq "mobile"].value`,
		"extension": `phoneNumbers[type eq "extension"].value`, "teamId": "groups", "name": "displayName",
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	if name, ok := names[first]; ok {
		return name
	}
	return first
}
