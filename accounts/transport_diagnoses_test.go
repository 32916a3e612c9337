package accounts

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/outbound"
)

// What any test can end with is listed, each code once and with the words of
// the failure itself.
func TestDiagnosesAreComplete(t *testing.T) {
	listed := map[string]integrations.Diagnosis{}
	for _, d := range Diagnoses() {
		require.NotContains(t, listed, d.Code)
		listed[d.Code] = d
		for _, text := range []string{d.Detail, d.Hint} {
			require.Regexp(t, `^[A-Z].*\.$`, text, d.Code)
		}
	}
	requireListed := func(f *integrations.Failure) {
		t.Helper()
		d, ok := listed[f.Code]
		require.True(t, ok, f.Code)
		require.Equal(t, d.Cause, f.Cause, f.Code)
		require.Equal(t, d.Hint, f.Hint, f.Code)
		require.Equal(t, d.Retryable, f.Retryable, f.Code)
	}
	for _, kind := range outbound.Kinds() {
		f := classify(&outbound.Error{Kind: kind, Phase: outbound.PhaseConnect})
		requireListed(f)
		require.Contains(t, f.Detail, kind.Text())
	}
	for status := http.StatusMultipleChoices; status < 600; status++ {
		requireListed((&integrations.Answer{Status: status}).Failure())
	}
	requireListed(failureOf(errors.New("odd")))
}
