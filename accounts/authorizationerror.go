package accounts

import (
	"context"

	"admin-api/integrations"
	"admin-api/validation"
)

// AuthorizationReason is the class of an authorization that failed.
type AuthorizationReason int

// The reasons.
const (
	// AuthorizationInvalid: the callback is none of ours, or too old.
	AuthorizationInvalid AuthorizationReason = iota
	// AuthorizationOvertaken: the account is no longer as it was.
	AuthorizationOvertaken
	// AuthorizationRefused: the remote system sent the browser back without a code.
	AuthorizationRefused
	// AuthorizationFailed: the code could not be exchanged.
	AuthorizationFailed
)

// AuthorizationError says why an authorization ended without a secret. Nothing
// of it comes from the remote system or the callback.
type AuthorizationError struct {
	Reason  AuthorizationReason
	Failure *integrations.Failure
}

// Error implements error.
func (e *AuthorizationError) Error() string { return "authorization: " + e.Failure.Error() }

func stateInvalid() error {
	return &AuthorizationError{AuthorizationInvalid, integrations.NewFailure(integrations.CauseConfig, "state_invalid",
		"This address is not the end of an authorization that began here, or it was cut short on the way.",
		"Ask for the authorization again and follow the address that you get, in one browser from beginning to end.")}
}

func stateExpired() error {
	return &AuthorizationError{AuthorizationInvalid, integrations.NewFailure(integrations.CauseConfig, "state_expired",
		"The authorization took longer than ten minutes and is no longer valid.", "Ask for the authorization again.")}
}

func accountGone() error {
	return &AuthorizationError{AuthorizationOvertaken, integrations.NewFailure(integrations.CauseConfig, "account_gone",
		"The account for which the authorization was asked was deleted, or its contact center is suspended.",
		"Undelete the account or make a new one, then ask for the authorization again.")}
}

func withdrawn() error {
	return &AuthorizationError{AuthorizationInvalid, integrations.NewFailure(
		integrations.CausePermission, "authorization_withdrawn",
		"Whoever asked for the authorization may no longer change the account, so nothing was stored.",
		"Ask for the authorization again with a token that holds.")}
}

func otherBrowser() error {
	return &AuthorizationError{AuthorizationInvalid, integrations.NewFailure(
		integrations.CausePermission, "other_browser",
		"The authorization was asked for by somebody who is signed in, in another browser than this one; nothing was stored.",
		"Ask for the authorization again, and end it in the browser in which you are signed in.")}
}

// overtaken says whether the account was changed, or by this authorization or
// another one.
func (s *Service) overtaken(ctx context.Context, st *authorizationState) error {
	next, err := s.Store.Version(ctx, st.ContactCenter, st.Account, st.Version+1)
	if err == nil && next.Operation == opAuthorize {
		return &AuthorizationError{AuthorizationOvertaken, integrations.NewFailure(integrations.CauseConfig, "state_used",
			"An authorization of this account was completed already; each can be used once.",
			"If that was you a moment ago, all is well. Otherwise look at the account's history, and ask for the "+
				"authorization again if need be.")}
	}
	return &AuthorizationError{AuthorizationOvertaken, integrations.NewFailure(integrations.CauseConfig, "account_changed",
		"The account was changed after the authorization was asked for, so nothing was stored.",
		"Look at the account, then ask for the authorization again.")}
}

func refusedThere(f *integrations.Failure) error { return &AuthorizationError{AuthorizationRefused, f} }

func exchangeFailed(f *integrations.Failure) error {
	return &AuthorizationError{AuthorizationFailed, f}
}

// notStorable is what rules say against what the remote system gave. Pointers
// and codes are ours; the values are not shown.
func notStorable(broken validation.Errors) *integrations.Failure {
	detail := "What the remote system gave, or the account as it is stored, breaks a rule; nothing was stored."
	if len(broken) > 0 {
		detail = "The rule " + broken[0].Code + " at " + broken[0].Pointer + " is broken; nothing was stored."
	}
	return integrations.NewFailure(integrations.CauseRemote, "not_storable", detail,
		"Validate the account, correct what is reported and ask for the authorization again.")
}
