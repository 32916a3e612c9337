package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
)

// Whoever opens Agent Desktop with a code that is none shuts nobody else out.
func TestBogusCodesShutNobodyOut(t *testing.T) {
	s := newStack(t, func(c *handlers.Config) { c.SignInLimit = handlers.Rate{PerSecond: 0.1, Burst: 2} })
	exchange := func(code string) call {
		return call{Method: "POST", Path: "/api/v1/sso/exchange", Body: `{"code":"` + code + `"}`, Token: "-"}
	}
	for range 10 {
		s.refused(t, api.CodeUnauthenticated, exchange(strings.Repeat("A", 43)))
	}
	code := strings.Repeat("C", 43)
	require.NoError(t, s.Store.CreateSSOCode(t.Context(), &models.SSOCode{
		ContactCenterID: s.center.ID, Hash: access.HashToken(code), UserID: s.admin(t).ID,
		Section: models.SectionAgentDesktop, ExpiresAt: models.NewTime(s.Clock.now().Add(time.Minute)),
	}))
	a := s.must(t, http.StatusCreated, exchange(code))
	require.NotEmpty(t, a.Header["Set-Cookie"])
}
