package sso

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/integrations/platform/saml"
	"admin-api/integrations/singlesignon"
	"admin-api/models"
)

// requestLife is how long somebody may take at the identity provider.
const requestLife = 15 * time.Minute

// longestRelay is how long the path of ours may be that somebody wanted to see.
const longestRelay = 2048

// Begin sends a browser to the identity provider. A refusal is an *Error.
func (s *Service) Begin(ctx context.Context, at Place, d Departure) (*Start, error) {
	start, err := s.begin(ctx, at, d)
	if refused, ok := errors.AsType[*Error](err); ok {
		refused.Reference = newReference()
		if d.Test == "" {
			result := sentFrom(d.From)
			result.refused(refused, "")
			refused.Reference = s.trace(ctx, s.newTrace(at, refused.Reference, nil, result))
		}
		s.logRefusal(ctx, at, refused, false)
	}
	return start, err
}

func (s *Service) begin(ctx context.Context, at Place, d Departure) (*Start, error) {
	set, err := s.settingsOf(ctx, at)
	if err != nil {
		return nil, err
	}
	now := s.now()
	kept := &models.SSORequest{
		ContactCenterID: at.Center.ID, ID: saml.NewID(), Section: at.Section,
		CreatedAt: models.NewTime(now), ExpiresAt: models.NewTime(now.Add(requestLife)),
	}
	if d.Test != "" {
		pending, err := s.pendingTest(ctx, at, d.Test)
		if err != nil {
			return nil, err
		}
		kept.TestID, kept.ExpiresAt = pending.ID, pending.ExpiresAt
	} else if !set.on {
		return nil, notOn(at.Section)
	}
	if !set.Complete() {
		return nil, refusal(CodeNotEnabled,
			"The section "+at.Section+" lacks the address, issuer or certificate of the provider.",
			"Enter them; POST /api/v1/sso/import-metadata reads them from the provider's metadata.")
	}
	if ownPath(d.RelayState) {
		kept.RelayState = d.RelayState
	}
	browser := d.Browser
	if !access.IsSecret(browser) {
		browser = access.NewSecret()
	}
	kept.BrowserHash = access.HashToken(browser)
	if err := s.Store.CreateSSORequest(ctx, kept); err != nil {
		return nil, err
	}
	return s.start(at, set, kept, browser)
}

// start makes the request and how it gets to the provider. What we need to know when
// the answer comes is in the row of the request.
func (s *Service) start(at Place, set *settings, kept *models.SSORequest, browser string) (*Start, error) {
	request := &saml.Request{
		ID: kept.ID, Issuer: singlesignon.EntityID(at.Center.Domain), Destination: set.IdentityProviderSSOURL,
		ReplyURL: s.ReplyURL(at), IssuedAt: kept.CreatedAt.Time,
	}
	if set.TakesPost() {
		return &Start{Browser: browser, Action: set.IdentityProviderSSOURL, Fields: request.PostFields()}, nil
	}
	address, err := request.RedirectURL()
	if err != nil {
		return nil, refusal(CodeNotEnabled, "The sign-in address of the provider cannot be used: "+err.Error(),
			"Copy it from the provider once more.")
	}
	return &Start{Browser: browser, URL: address}, nil
}

// ownPath reports whether text is a path of ours that people look at, and nothing that
// a browser could take for another site.
func ownPath(text string) bool {
	if len(text) > longestRelay || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") {
		return false
	}
	outside := func(r rune) bool { return r <= ' ' || r == '\\' || r >= 0x7f }
	if strings.ContainsFunc(text, outside) {
		return false
	}
	u, err := url.Parse(text)
	return err == nil && u.Host == "" && u.Scheme == "" && !forPrograms(u.Path)
}

// forPrograms reports whether a path, decoded, is one of the APIs. The browser goes on
// from a page of ours, so there it would be let in with its session as if we had asked:
// whoever wrote the link could have it ask what pages of other sites cannot.
func forPrograms(decoded string) bool {
	clean := strings.ToLower(path.Clean(decoded)) + "/"
	return slices.ContainsFunc([]string{"/api/", "/scim/", "/configapi/"}, func(root string) bool {
		return strings.HasPrefix(clean, root)
	})
}

// newReference is what somebody reads to an administrator on the telephone: 40
// random bits without letters that look alike (Crockford's base 32).
func newReference() string {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b [8]byte
	_, _ = rand.Read(b[:])
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	return string(b[:4]) + "-" + string(b[4:])
}

func refusal(code, detail, cure string) *Error { return &Error{Code: code, Detail: detail, Cure: cure} }
