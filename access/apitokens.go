package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"admin-api/input"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/validation"
)

// mostExpiry bounds how far away the end of a token may be: what is later is
// mostly a mistake, and who wants no end leaves it out.
const mostExpiry = 5 * 366 * 24 * time.Hour

// TokenView is a token as it is shown.
type TokenView struct {
	models.Token
	// Effective are the scopes that it gives now: those of its own which the user
	// who made it has, too.
	Effective models.Strings
	// Current: it is the one that asks.
	Current bool
}

// TokenQuery selects a page of the tokens of the actor's contact center.
type TokenQuery struct {
	paging.Query
	State     string // models.TokenActive, TokenExpired, TokenRevoked; empty for all
	CreatedBy string // the principal that made them; empty for any
}

// Tokens returns a page of the API tokens of the actor's contact center, newest
// first, and the cursor of the next one, empty on the last page. It returns
// models.ErrBadCursor for a cursor that was made for another list.
func (s *Service) Tokens(
	ctx context.Context, actor *Principal, q TokenQuery,
) (views []TokenView, next string, err error) {
	bound := paging.Bind("tokens", actor.ContactCenter.ID, q.State, q.CreatedBy)
	page, err := paging.Start(s.Audit.Keys, q.Query, bound)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.Store.ListTokens(ctx, models.TokenFilter{
		ContactCenterID: actor.ContactCenter.ID, Kind: models.TokenAPI, State: q.State, At: models.NewTime(s.now()),
		CreatedBy: q.CreatedBy, Page: page,
	})
	if err != nil {
		return nil, "", err
	}
	rows, next = paging.Cut(s.Audit.Keys, rows, page, bound, func(t *models.Token) string { return t.ID })
	views, err = s.viewTokens(ctx, actor, rows)
	return views, next, err
}

// Token returns an API token of the actor's contact center, or models.ErrNotFound.
func (s *Service) Token(ctx context.Context, actor *Principal, id string) (*TokenView, error) {
	t, err := apiToken(ctx, s.Store, actor, id)
	if err != nil {
		return nil, err
	}
	views, err := s.viewTokens(ctx, actor, []models.Token{t})
	if err != nil {
		return nil, err
	}
	return &views[0], nil
}

// apiToken reads a token that was made by hand.
func apiToken(ctx context.Context, from *store.Store, actor *Principal, id string) (models.Token, error) {
	t, err := from.Token(ctx, actor.ContactCenter.ID, id)
	if err == nil && t.Kind != models.TokenAPI {
		err = models.ErrNotFound
	}
	return t, err
}

// viewTokens works out what is shown beside the rows.
func (s *Service) viewTokens(ctx context.Context, actor *Principal, rows []models.Token) ([]TokenView, error) {
	views := make([]TokenView, len(rows))
	makers := map[string]models.Strings{}
	for i, t := range rows {
		views[i] = TokenView{Token: t, Effective: t.Scopes, Current: actor.ID == TokenPrincipal+t.ID}
		if t.UserID == "" {
			continue
		}
		has, known := makers[t.UserID]
		if !known {
			var err error
			if has, err = s.scopesOf(ctx, t.ContactCenterID, t.UserID); err != nil {
				return nil, err
			}
			makers[t.UserID] = has
		}
		views[i].Effective = intersection(t.Scopes, has)
	}
	return views, nil
}

// scopesOf returns what a user may do now; nothing for one who is disabled or gone.
func (s *Service) scopesOf(ctx context.Context, contactCenter, id string) (models.Strings, error) {
	u, err := s.Store.User(ctx, contactCenter, id)
	if errors.Is(err, models.ErrNotFound) || err == nil && u.Disabled {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("rights of a token: %w", err)
	}
	may, err := rightsOf(ctx, s.Store, u)
	return may.has, err
}

// IssueToken makes an API token in the contact center where the actor acts, of
// the document {name, scopes, expiresAt}, and returns it with its text, which is
// never shown again. It gives no more than the actor may give, and ends no later
// than the actor's own token. Errors are models.ErrForbidden, which is on record,
// *strict.SyntaxError and validation.Errors.
func (s *Service) IssueToken(ctx context.Context, actor *Principal, body []byte) (*TokenView, secret.Text, error) {
	in, err := s.readToken(actor, body)
	if err != nil {
		return nil, secret.Text{}, err
	}
	if err := s.mayIssue(ctx, actor, in); err != nil {
		return nil, secret.Text{}, err
	}
	id, text, err := s.CreateToken(ctx, *actor, in)
	if err != nil {
		return nil, secret.Text{}, err
	}
	made, err := s.Token(ctx, actor, id)
	return made, secret.New(text), err
}

// readToken judges the document of a new token.
func (s *Service) readToken(actor *Principal, body []byte) (NewTokenInput, error) {
	var doc struct {
		Name      string   `json:"name" validate:"required"`
		Scopes    []string `json:"scopes" validate:"required"`
		ExpiresAt string   `json:"expiresAt"`
	}
	c := &validation.Context{}
	err := input.Decode(body, &doc, c,
		"id", "effectiveScopes", "createdAt", "createdBy", "lastUsedAt", "revokedAt", "current", "token")
	if err != nil {
		return NewTokenInput{}, err
	}
	in := NewTokenInput{
		ContactCenterID: actor.ContactCenter.ID, Name: checkTokenName(doc.Name, c), Scopes: knownScopes(doc.Scopes, c),
		ExpiresAt: s.tokenEnd(actor, doc.ExpiresAt, c),
	}
	if slices.Contains(in.Scopes, models.ScopeProvider) && actor.Home() != actor.ContactCenter.ID {
		c.Violate("/scopes", "provider_elsewhere", "A token with the scope provider belongs to the service provider's own "+
			"contact center; make it without the header Contact-Center.")
	}
	return in, c.Err()
}

func checkTokenName(name string, c *validation.Context) string {
	name = strings.TrimSpace(name)
	if name == "" && !c.Broken("/name") {
		c.Violate("/name", "required", "Say what the token is for.")
	}
	checkLine("/name", name, c)
	return name
}

// knownScopes returns the scopes in the order of models.AllScopes, each once;
// those that do not exist are violations.
func knownScopes(given []string, c *validation.Context) models.Strings {
	all := models.AllScopes()
	for i, scope := range given {
		if !slices.Contains(all, scope) {
			c.Add(validation.Violation{
				Pointer: "/scopes/" + strconv.Itoa(i), Code: "unknown_scope", Params: map[string]any{"values": all},
				Detail: "There is no such scope; the scopes are " + strings.Join(all, ", ") + ".",
			})
		}
	}
	if len(given) == 0 && !c.Broken("/scopes") {
		c.Violate("/scopes", "required", "A token needs at least one scope.")
	}
	return slices.DeleteFunc(slices.Clone(all), func(scope string) bool { return !slices.Contains(given, scope) })
}

// tokenEnd is until when a new token holds. Without a wish that is for ever, or
// as long as the token that makes it.
func (s *Service) tokenEnd(actor *Principal, wish string, c *validation.Context) models.Time {
	const at = "/expiresAt"
	if wish == "" || c.Broken(at) {
		return actor.ExpiresAt
	}
	end, err := time.Parse(time.RFC3339, wish)
	now := s.now()
	switch last := actor.ExpiresAt; {
	case err != nil:
		c.Violate(at, "date_time", "The value must be a time such as 2027-03-01T00:00:00Z.")
	case !end.After(now):
		c.Violate(at, "past", "The time must be in the future.")
	case end.Sub(now) > mostExpiry:
		c.Violate(at, "too_late", "The time may be at most five years away; leave it out for a token without an end.")
	case !last.IsZero() && end.After(last.Time):
		c.Add(validation.Violation{
			Pointer: at, Code: "outlives_maker", Params: map[string]any{"latest": last.String()},
			Detail: "Your own token ends at " + last.String() + ", and one that it makes may not hold longer.",
		})
	}
	return models.NewTime(end)
}

// mayIssue refuses a token that would give more than the actor may give.
func (s *Service) mayIssue(ctx context.Context, actor *Principal, in NewTokenInput) error {
	at := target{contactCenter: actor.ContactCenter.ID, kind: "token"}
	if actor.UserID != "" && actor.Home() != actor.ContactCenter.ID {
		// Its maker's rights, which must bound it at any time, are in another contact center.
		s.recordRefusal(ctx, actor, opTokenCreate, at, "a user may not make tokens of another contact center")
		return &models.RefusalError{
			Err: models.ErrForbidden,
			Detail: "What a user makes is bound by the user's rights, which another contact center does not know. Use a token " +
				"of the service provider that no user made.",
		}
	}
	lacking := actor.MayGrant(in.Scopes...)
	if lacking == "" {
		return nil
	}
	s.recordRefusal(ctx, actor, opTokenCreate, at, "may not give the scope "+lacking)
	return &models.RefusalError{
		Err: models.ErrForbidden, Extra: map[string]any{"scope": lacking},
		Detail: "You may not give the scope " + lacking + " to a token; a token never grants more than its maker may give.",
	}
}
