package accounts_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/models"
	"admin-api/outbound"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// talker is a type whose probe does what a test says.
type talker struct {
	Word string `json:"word" label:"Word"`

	talk func(ctx context.Context, s *integrations.Session) error
}

func (*talker) Validate(*validation.Context) {}

// Probe implements integrations.Prober.
func (k *talker) Probe(ctx context.Context, s *integrations.Session) error {
	return s.Step("talk", func() error { return k.talk(ctx, s) })
}

// A probe as a whole is over when one exchange would be, however quick each of
// its exchanges is, and also where it waits for nobody.
func TestLimitOfAWholeProbe(t *testing.T) {
	vendor := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	vendor.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo) // who is cut off in the middle of a handshake is no news
	vendor.StartTLS()
	defer vendor.Close()
	way, err := outbound.New(outbound.Config{
		ConnectTo: []string{"*:443=" + vendor.Listener.Addr().String()}, Timeout: 100 * time.Millisecond, CAFile: writeCA(t, vendor),
	})
	require.NoError(t, err)
	talks := map[string]func(context.Context, *integrations.Session) error{
		"exchange after exchange": func(ctx context.Context, s *integrations.Session) error {
			for {
				if _, err := s.Exchange(ctx, integrations.Request{URL: "https://example.com"}); err != nil {
					return err
				}
			}
		},
		"no exchange": func(ctx context.Context, _ *integrations.Session) error {
			<-ctx.Done()
			return ctx.Err()
		},
	}
	for name, talk := range talks {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t))
			w.Outbound = way
			w.Catalog = append(w.Catalog, integrations.Definition{
				Type: "talker", Family: integrations.Zendesk, Label: "Talker", Description: "A made-up type.",
				Shape: integrations.Proposed, New: func() integrations.Properties { return &talker{talk: talk} },
			})
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second) // without a limit it would never end
			defer stop()
			check, err := w.Test(ctx, w.p, "", json.RawMessage(`{"type":"talker","properties":{}}`), nil)
			require.NoError(t, err)
			require.Equal(t, models.CheckFailed, check.Status)
			failed := slices.IndexFunc(check.Steps, func(s models.CheckStep) bool { return s.Status == string(integrations.StepFailed) })
			require.GreaterOrEqual(t, failed, 0)
			require.Equal(t, "timeout", check.Steps[failed].Code)
			require.Equal(t, string(integrations.CauseNetwork), *check.Cause)
			require.True(t, check.Retryable)
		})
	}
}
