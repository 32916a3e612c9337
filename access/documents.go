package access

import (
	"admin-api/input"
	"admin-api/validation"
)

// Credentials are what a person signs in with.
type Credentials struct {
	Username string `json:"username" validate:"required,max=256"`
	Password string `json:"password" validate:"required,max=1024"`
}

// ReadCredentials reads them from a request document. What is too long cannot be
// anybody's and costs no work. Errors are those of input.Members, or
// validation.Errors.
func ReadCredentials(body []byte) (Credentials, error) {
	var in Credentials
	err := read(body, &in)
	return in, err
}

// NewPassword is what replaces a password.
type NewPassword struct {
	Current string `json:"currentPassword" validate:"required,max=1024"`
	Fresh   string `json:"newPassword" validate:"required"`
}

// ReadNewPassword is ReadCredentials for a change of password.
func ReadNewPassword(body []byte) (NewPassword, error) {
	var in NewPassword
	err := read(body, &in)
	return in, err
}

func read(body []byte, into any) error {
	c := &validation.Context{}
	if err := input.Decode(body, into, c); err != nil {
		return err
	}
	return c.Err()
}
