package accounts

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"admin-api/integrations"
	"admin-api/models"
	"admin-api/secret"
)

const (
	// authorizationFor is how long a person may take in the browser.
	authorizationFor = 10 * time.Minute
	// longestState bounds what is opened; ours have about 800 characters.
	longestState = 8 << 10
)

// statePlace is where states are sealed for; no secret of an account is sealed
// for a place without a contact center, so none can be taken for a state.
var statePlace = secret.Where{Account: "authorization", Pointer: "/state"}

// authorizationState travels through the browser and the remote system, sealed:
// it is the only memory of an authorization, and any process can finish it.
type authorizationState struct {
	ContactCenter string `json:"c"`
	Account       string `json:"a"`
	// Version is that of the account for which the authorization was asked. What
	// it obtains is written over this version only, as with If-Match, and versions
	// never come back: so it is used once.
	Version int64 `json:"v"`
	// Digest is that of the account's properties and secrets, should versions
	// come back all the same because a backup was restored.
	Digest    []byte `json:"d"`
	Actor     string `json:"p"`
	ActorName string `json:"n"`
	// Session, where it is set, is whose browser alone may come back.
	Session     string `json:"s,omitempty"`
	RedirectURI string `json:"r"`
	Verifier    string `json:"k"`
	ExpiresAt   int64  `json:"e"` // milliseconds since 1970
}

func (st *authorizationState) authorization() integrations.Authorization {
	return integrations.Authorization{RedirectURI: st.RedirectURI, Verifier: secret.New(st.Verifier)}
}

// sealState returns what the browser carries. It has no character that needs
// escaping in a URL.
func (s *Service) sealState(st *authorizationState) (string, error) {
	plain, err := json.Marshal(st)
	if err != nil {
		return "", fmt.Errorf("encode state: %w", err)
	}
	sealed, _, err := s.Keys.Seal(string(plain), statePlace)
	if err != nil {
		return "", fmt.Errorf("seal state: %w: %w", err, models.ErrUnavailable)
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// openState is the reverse of sealState; it also refuses what has expired.
func (s *Service) openState(text string) (*authorizationState, error) {
	if text == "" || len(text) > longestState {
		return nil, stateInvalid()
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, stateInvalid()
	}
	plain, err := s.Keys.Unseal(sealed, statePlace)
	switch {
	case errors.Is(err, secret.ErrDamaged), errors.Is(err, secret.ErrUnknownKey):
		return nil, stateInvalid()
	case err != nil:
		return nil, fmt.Errorf("open state: %w: %w", err, models.ErrUnavailable)
	}
	st := new(authorizationState)
	if err := json.Unmarshal([]byte(plain.Reveal()), st); err != nil {
		return nil, stateInvalid()
	}
	if s.now().UnixMilli() >= st.ExpiresAt {
		return nil, stateExpired()
	}
	return st, nil
}

// digest tells apart what an authorization is for: everything that decides
// where a code is sent and in whose name.
func (s *Service) digest(a *models.Account) []byte {
	parts := [][]byte{[]byte(a.ContactCenterID), []byte(a.ID), a.Properties}
	for _, pointer := range slices.Sorted(maps.Keys(a.Secrets)) {
		parts = append(parts, []byte(pointer), []byte(a.Secrets[pointer].Fingerprint))
	}
	return s.Keys.MAC("authorization", parts...)[:16]
}

// about reports whether the account is still as it was.
func (s *Service) about(st *authorizationState, a *models.Account) bool {
	return a.Version == st.Version && hmac.Equal(st.Digest, s.digest(a))
}
