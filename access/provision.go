package access

import (
	"context"
	"slices"

	"admin-api/models"
	"admin-api/secret"
	"admin-api/validation"
)

// Profile is what a provisioning protocol knows of a user, and what it can say.
type Profile struct {
	Username, FirstName, LastName, DisplayName string
	Email, WorkPhone, MobilePhone, Extension   string
	// ExternalID is what the identity provider calls the user.
	ExternalID string
	TeamID     string
	// Roles are names of roles, whatever their case. In a new user nil stands for
	// those that are assigned to new users.
	Roles    []string
	Disabled bool
	// Password is unset unless it is to be set or changed.
	Password secret.Text
}

// ProfileOf returns what is known of a user, without the password.
func ProfileOf(u *models.User) Profile {
	return Profile{
		Username: u.Username, FirstName: u.FirstName, LastName: u.LastName, DisplayName: u.DisplayName,
		Email: u.Email, WorkPhone: u.WorkPhone, MobilePhone: u.MobilePhone, Extension: u.Extension,
		ExternalID: u.ExternalID, TeamID: u.TeamID, Roles: slices.Clone(u.Roles), Disabled: u.Disabled,
	}
}

// Edit lays what a request says over what is known of a user. It may be called
// several times, each time with what is stored then, and must change nothing else.
// Its error is that of the change.
type Edit func(*Profile) error

// ProvisionUser is CreateUser for what edit makes of an empty profile.
func (s *Service) ProvisionUser(ctx context.Context, p *Principal, edit Edit) (*models.User, error) {
	return s.createUser(ctx, p, sayEdit(edit))
}

// ReprovisionUser is UpdateUser for what edit makes of the stored profile.
func (s *Service) ReprovisionUser(
	ctx context.Context, p *Principal, id string, m Match, edit Edit,
) (*models.User, error) {
	return s.updateUser(ctx, p, id, m, sayEdit(edit))
}

// sayEdit says what edit does to a profile.
func sayEdit(edit Edit) saying {
	return func(in *userInput, c *validation.Context) ([]string, error) {
		profile := Profile{
			Username: in.Username, FirstName: in.FirstName, LastName: in.LastName, DisplayName: in.DisplayName,
			Email: in.Email, WorkPhone: in.WorkPhone, MobilePhone: in.MobilePhone, Extension: in.Extension,
			ExternalID: in.ExternalID, TeamID: in.TeamID, Roles: in.Roles, Disabled: in.Disabled,
		}
		if err := edit(&profile); err != nil {
			return nil, err
		}
		in.Username, in.DisplayName = profile.Username, profile.DisplayName
		in.FirstName, in.LastName = profile.FirstName, profile.LastName
		in.Email, in.WorkPhone, in.MobilePhone = profile.Email, profile.WorkPhone, profile.MobilePhone
		in.Extension = profile.Extension
		in.ExternalID, in.TeamID, in.Roles, in.Disabled = profile.ExternalID, profile.TeamID, profile.Roles, profile.Disabled
		in.Password = givenSecret{text: profile.Password, given: profile.Password.IsSet()}
		validation.Struct(in, c, c.Broken)
		if in.Password.given {
			return []string{"password"}, nil
		}
		return nil, nil
	}
}
