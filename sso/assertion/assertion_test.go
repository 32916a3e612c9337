package assertion_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
)

func TestDialects(t *testing.T) {
	for _, d := range assertiontest.Dialects() {
		for _, signed := range []struct {
			name                string
			response, assertion bool
		}{{"response", true, false}, {"assertion", false, true}, {"both", true, true}} {
			t.Run(d.Name+", "+signed.name, func(t *testing.T) {
				p := assertiontest.New(t, d)
				e := p.Expectation()
				got, report, err := assertion.Accept(p.Respond(t, e, "_request", func(r *assertiontest.Response) {
					r.SignResponse, r.SignAssertion = signed.response, signed.assertion
				}), e)
				require.NoError(t, err)
				require.Equal(t, assertiontest.NameID, got.NameID)
				require.Equal(t, "_request", got.InResponseTo)
				require.Equal(t, signed.response, got.ResponseSigned)
				require.Equal(t, signed.assertion, got.AssertionSigned)
				require.True(t, got.Certificate.Equal(p.Certificate))
				require.Equal(t, []string{"agents", "R&D <west>"}, got.Attributes[3].Values)
				require.True(t, report.Verified)
				t.Log(report.Seen.Redacted)
			})
		}
	}
}
