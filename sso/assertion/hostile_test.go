package assertion_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
)

func TestHostileResponsesAreRefused(t *testing.T) {
	names := map[string]bool{}
	for _, c := range assertiontest.Hostile(t) {
		require.False(t, names[c.Name], "two cases %q", c.Name)
		names[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			accepted, report, err := assertion.Accept(c.Encoded, c.Expect)
			var refused *assertion.Error
			require.True(t, errors.As(err, &refused), "accepted")
			require.Nil(t, accepted)
			require.Equal(t, c.Code, refused.Code, refused.Detail)
			require.NotEmpty(t, refused.Detail)
			require.NotEmpty(t, refused.Cure)
			require.Len(t, report.Steps, 13)
		})
	}
	t.Log(len(names), "cases")
}
