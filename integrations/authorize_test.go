package integrations

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/secret"
)

// TestChallenge is the example of RFC 7636 appendix B.
func TestChallenge(t *testing.T) {
	a := Authorization{Verifier: secret.New("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")}
	require.Equal(t, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", a.Challenge())
}

func TestVerifier(t *testing.T) {
	one, other := NewVerifier(), NewVerifier()
	require.Regexp(t, `^[A-Za-z0-9_-]{43}$`, one.Reveal())
	require.False(t, one.Equal(other))
}
