package sso

import (
	"admin-api/input"
	"admin-api/validation"
)

// exchangeDocument asks for the session of a one-time code.
type exchangeDocument struct {
	Code string `json:"code" validate:"required,max=128"`
}

// ReadCode reads the request document of an exchange. Errors are those of
// input.Members, or validation.Errors.
func ReadCode(body []byte) (string, error) {
	var in exchangeDocument
	err := read(body, &in)
	return in.Code, err
}

// testDocument asks for a test sign-in.
type testDocument struct {
	Section string `json:"section" validate:"required,oneof=agentDesktop admin"`
}

// ReadSection is ReadCode for the section of a test sign-in.
func ReadSection(body []byte) (string, error) {
	var in testDocument
	err := read(body, &in)
	return in.Section, err
}

func read(body []byte, into any) error {
	c := &validation.Context{}
	if err := input.Decode(body, into, c); err != nil {
		return err
	}
	return c.Err()
}
