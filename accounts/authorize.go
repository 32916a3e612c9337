package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/validation"
)

// Authorization is how a person can give an account access to its remote system.
type Authorization struct {
	// URL is where a browser is to go. It holds the state, by which whoever has it
	// can finish the authorization.
	URL string
	// RedirectURI is where the remote system sends the browser back.
	RedirectURI string
	ExpiresAt   models.Time
}

// BeginAuthorization prepares the authorization of a stored account by a person
// in a browser, who comes back to redirectURI: in the browser that is signed in with
// the session, where one is given. It stores nothing: what must be known then is in
// the state. Errors are models.ErrNotFound, models.ErrUnavailable where a secret
// cannot be read, and validation.Errors where the type is not authorized so, or where
// what that needs is missing.
func (s *Service) BeginAuthorization(
	ctx context.Context, p *access.Principal, id, redirectURI, session string,
) (*Authorization, error) {
	t, err := s.steadyTrial(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if err := s.mayUse(ctx, p, t.def, id, opAuthorize); err != nil {
		return nil, err
	}
	authorizer, can := t.properties.(integrations.Authorizer)
	if !can {
		return nil, validation.Errors{{
			Pointer: "/type", Code: "authorization_not_supported",
			Detail: "Accounts of this type are not authorized in a browser; enter their credentials.",
		}}
	}
	c := s.newContext(p)
	c.Prefix("/properties")
	authorizer.CheckAuthorization(c)
	if err := c.Err(); err != nil {
		return nil, err
	}
	expires := models.NewTime(s.now().Add(authorizationFor))
	run := integrations.Authorization{RedirectURI: redirectURI, Verifier: integrations.NewVerifier()}
	run.State, err = s.sealState(&authorizationState{
		ContactCenter: p.ContactCenter.ID, Account: t.account.ID, Version: t.account.Version, Digest: s.digest(t.account),
		Actor: p.ID, ActorName: p.Name, Session: session, RedirectURI: redirectURI, Verifier: run.Verifier.Reveal(),
		ExpiresAt: expires.UnixMilli(),
	})
	if err != nil {
		return nil, err
	}
	return &Authorization{URL: authorizer.AuthorizationURL(run), RedirectURI: redirectURI, ExpiresAt: expires}, nil
}

// Callback is with what a browser came back from a remote system.
type Callback struct {
	State string
	// Code is to be exchanged; Error, when set, says why there is none.
	Code  secret.Text
	Error string
	// Session returns the id of the session with which the browser is signed in, empty
	// for none; nil stands for none, too. It is asked only where that matters.
	Session func(context.Context) (string, error)
	// Address is the browser's, RequestID that of its request.
	Address, RequestID string
}

// longestCode bounds a code; remote systems' have a few hundred characters.
const longestCode = 4 << 10

// NewCallback returns what a browser brought; a code that is too long counts as
// none.
func NewCallback(state, code, refusal string) Callback {
	cb := Callback{State: state, Error: refusal}
	if code != "" && len(code) <= longestCode {
		cb.Code = secret.New(code)
	}
	return cb
}

// Authorized is an authorization that ended well.
type Authorized struct {
	// AccountName and Domain are those of the account and its contact center.
	AccountName, Domain string
	// Identity is as whom the remote system knows the account now; may be empty.
	Identity string
}

// CompleteAuthorization exchanges the code of a callback and stores the secrets
// that come for it, as a change by who began the authorization. It does so once
// and only while the account is as it was then. What a person should know is an
// *AuthorizationError; other errors are models.ErrProbeRunning,
// models.ErrRateLimited and models.ErrUnavailable, after which the same callback
// may be tried again.
func (s *Service) CompleteAuthorization(ctx context.Context, cb Callback) (*Authorized, error) {
	st, err := s.openState(cb.State)
	if err != nil {
		return nil, err
	}
	p, err := s.whoBegan(ctx, st, cb)
	if err != nil {
		return nil, err
	}
	if err := s.sameBrowser(ctx, p, st, cb); err != nil {
		return nil, err
	}
	t, err := s.steadyTrial(ctx, p, st.Account)
	if errors.Is(err, models.ErrNotFound) {
		return nil, accountGone()
	}
	if err != nil {
		return nil, err
	}
	leave, err := s.enter(t)
	if err != nil {
		return nil, err
	}
	defer leave()
	// Whether the browser waits or not, a code that was handed in is spent.
	timeout, _ := s.Outbound.Limits()
	unbroken, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout+5*time.Second)
	defer cancel()
	done, err := s.authorize(unbroken, t, st, cb)
	if e, ok := errors.AsType[*AuthorizationError](err); ok {
		s.Refused(ctx, p, "account."+opAuthorize, t.account.ID, "authorization: "+e.Failure.Code)
	}
	return done, err
}

// whoBegan returns who asked for the authorization, at the browser's address.
func (s *Service) whoBegan(ctx context.Context, st *authorizationState, cb Callback) (*access.Principal, error) {
	center, err := s.Store.ContactCenter(ctx, st.ContactCenter)
	if errors.Is(err, models.ErrNotFound) || err == nil && center.Suspended {
		return nil, accountGone()
	}
	if err != nil {
		return nil, fmt.Errorf("complete authorization: %w", err)
	}
	p := &access.Principal{
		ID: st.Actor, Name: st.ActorName, Scopes: models.Strings{models.ScopeAccountsWrite}, ContactCenter: *center,
		Address: cb.Address, RequestID: cb.RequestID,
	}
	return p, s.stillMay(ctx, p, st.Account)
}

// stillMay refuses an authorization whose beginner has lost the right to it since:
// the token that asked for it was revoked, has expired, or is gone; the user was
// disabled or has other roles.
func (s *Service) stillMay(ctx context.Context, p *access.Principal, account string) error {
	may, err := access.StillMay(ctx, s.Store, p.ID, p.ContactCenter.ID, models.ScopeAccountsWrite, s.now())
	if err != nil {
		return fmt.Errorf("complete authorization: %w", err)
	}
	if may {
		return nil
	}
	s.Refused(ctx, p, "account."+opAuthorize, account, "authorization: authorization_withdrawn")
	return withdrawn()
}

// sameBrowser refuses to end in another browser what somebody began who was signed
// in: the consent of one person is not to end in an account of another.
func (s *Service) sameBrowser(ctx context.Context, p *access.Principal, st *authorizationState, cb Callback) error {
	if st.Session == "" {
		return nil
	}
	var came string
	if cb.Session != nil {
		var err error
		if came, err = cb.Session(ctx); err != nil {
			return fmt.Errorf("complete authorization: %w", err)
		}
	}
	if came == st.Session {
		return nil
	}
	s.Refused(ctx, p, "account."+opAuthorize, st.Account, "authorization: other_browser")
	return otherBrowser()
}

func (s *Service) authorize(
	ctx context.Context, t *trial, st *authorizationState, cb Callback,
) (*Authorized, error) {
	authorizer, can := t.properties.(integrations.Authorizer)
	switch {
	case !can || !s.about(st, t.account):
		return nil, s.overtaken(ctx, st)
	case cb.Error != "":
		return nil, refusedThere(authorizer.AuthorizationRefused(cb.Error))
	case !cb.Code.IsSet():
		return nil, stateInvalid()
	}
	var secrets map[string]secret.Text
	session, failure := s.ask(ctx, t.p, nil, func(ctx context.Context, session *integrations.Session) (err error) {
		secrets, err = authorizer.Authorize(ctx, session, st.authorization(), cb.Code)
		return err
	})
	if failure != nil {
		return nil, exchangeFailed(failure)
	}
	done := &Authorized{AccountName: t.account.Name, Domain: t.p.ContactCenter.Domain, Identity: session.Identity()}
	return done, s.storeObtained(ctx, t, st, secrets, done.Identity)
}

// storeObtained writes the secrets over the version for which they were asked,
// by the same rules as any change.
func (s *Service) storeObtained(
	ctx context.Context, t *trial, st *authorizationState, secrets map[string]secret.Text, identity string,
) error {
	_, err := s.updateFrom(ctx, t.p, t.account, Match{Versions: []int64{st.Version}}, opAuthorize,
		func(a *models.Account) (*edit, error) { return s.obtained(ctx, t.p, a, secrets, identity) })
	var broken validation.Errors
	switch {
	case errors.Is(err, models.ErrVersionMismatch):
		return s.overtaken(ctx, st)
	case errors.As(err, &broken):
		return exchangeFailed(notStorable(broken))
	}
	return err
}

// obtained judges the secrets laid over the account.
func (s *Service) obtained(
	ctx context.Context, p *access.Principal, a *models.Account, secrets map[string]secret.Text, identity string,
) (*edit, error) {
	given := map[string]json.RawMessage{}
	for pointer, text := range secrets {
		encoded, err := json.Marshal(text.Reveal())
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", pointer, err)
		}
		given[pointer] = encoded
	}
	properties, err := withSecrets(json.RawMessage("{}"), given)
	if err != nil {
		return nil, err
	}
	patch, err := json.Marshal(map[string]json.RawMessage{"properties": properties})
	if err != nil {
		return nil, fmt.Errorf("encode authorization: %w", err)
	}
	e, err := s.patched(ctx, p, a, patch)
	if err != nil {
		return nil, err
	}
	e.detail = strings.Join(slices.Sorted(maps.Keys(secrets)), ", ") + " came by authorization in a browser"
	if identity != "" {
		e.detail += " as " + identity
	}
	return e, nil
}
