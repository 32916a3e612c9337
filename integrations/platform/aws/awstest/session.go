package awstest

import (
	"net/http"
	"time"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
)

// Session returns a session whose requests a handler answers, without a network.
// Its clock is the present time unless at is set.
func Session(handler http.Handler, at time.Time) *integrations.Session {
	s := &integrations.Session{Transport: integrationtest.Direct(handler)}
	if !at.IsZero() {
		s.Clock = func() time.Time { return at }
	}
	return s
}
