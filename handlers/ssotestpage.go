package handlers

import (
	"net/http"
	"slices"
	"strings"

	"admin-api/api"
)

// testPage is what the page about a test sign-in shows.
type testPage struct {
	ssoPage
	Center string
	Test   api.SSOTest
	Facts  []formField
	// Hint is what to do at the provider of the section; nil where nothing is known.
	Hint *api.SSOHint
}

// showTest shows the browser that came back from a test sign-in what was found. It
// began with the address that only the administrator was given.
func (s *Server) showTest(x *exchange, at portal, id string) error {
	place, err := s.placeHere(x, at)
	if err != nil {
		return err
	}
	t, err := s.sso.Test(x.Request().Context(), place.Center, id)
	if err != nil {
		return err
	}
	page := testPage{
		ssoPage: newSSOPage(at, "The test sign-in failed"), Center: place.Center.Domain, Test: ssoTest(t),
	}
	if r := page.Test.Result; r != nil {
		page.Facts = factsOf(r)
		if r.Code == "" {
			page.Title = "The test sign-in succeeded"
		}
		if kind, known := api.SSOKindOf(r.Code); known {
			page.Hint = kind.HintOf(s.sso.Provider(x.Request().Context(), place))
		}
	}
	return s.showSSO(x, http.StatusOK, "sso-test", outcomePolicy, page)
}

// factsOf lists what an answer says, without what it does not say.
func factsOf(r *api.SSOResult) []formField {
	seen := r.Seen
	if seen == nil {
		return nil
	}
	all := []formField{
		{"Issuer", seen.Issuer},
		{"Audience", strings.Join(seen.Audiences, ", ")},
		{"NameID", seen.NameID},
		{"Format of the NameID", seen.NameIDFormat},
		{"Destination", seen.Destination},
		{"Recipient", seen.Recipient},
		{"Answers the request", seen.InResponseTo},
		{"Issued", seen.IssueInstant},
		{"Valid from", seen.NotBefore},
		{"Valid until", seen.NotOnOrAfter},
		{"Signed", strings.Join(seen.Signed, ", ")},
		{"Signed by", strings.Join(slices.Compact(slices.Clone(seen.SignatureMethods)), ", ")},
	}
	if seen.Encrypted {
		all = append(all, formField{"Encrypted", "assertion"})
	}
	if r.KeyPairID != "" {
		all = append(all, formField{"Opened with the key pair", r.KeyPairID})
	}
	if r.Certificate != nil {
		all = append(all, formField{"Verified with the certificate (SHA-256)", r.Certificate.SHA256})
	}
	if seen.Certificate != nil {
		all = append(all, formField{"Certificate in the answer (SHA-256)", seen.Certificate.SHA256})
	}
	var said []formField
	for _, f := range all {
		if f.Value != "" {
			said = append(said, f)
		}
	}
	return said
}
