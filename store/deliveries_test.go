package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func hook(t *testing.T, s *store.Store, cc string, types ...string) *models.Webhook {
	t.Helper()
	w := &models.Webhook{
		ContactCenterID: cc, ID: models.NewID(start), URL: "https://hooks.test/", EventTypes: types, Enabled: true, Version: 1,
		CreatedAt: at(0), CreatedBy: "t", UpdatedAt: at(0), UpdatedBy: "t",
	}
	require.NoError(t, s.InsertWebhook(t.Context(), w))
	return w
}

func due(t *testing.T, s *store.Store, f models.DueFilter) []models.WebhookDelivery {
	t.Helper()
	list, err := s.DueDeliveries(t.Context(), f)
	require.NoError(t, err)
	return list
}

func TestWebhookRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		w := hook(t, s, cc, models.EventAccountCreated)
		_, err := s.Webhook(ctx, other, w.ID)
		require.ErrorIs(t, err, models.ErrNotFound)
		got, err := s.Webhook(ctx, cc, w.ID)
		require.NoError(t, err)
		require.Equal(t, w, got)
		changed := *w
		changed.Version, changed.Enabled, changed.EventTypes = 2, false, nil
		require.NoError(t, s.UpdateWebhook(ctx, &changed, 1))
		require.ErrorIs(t, s.UpdateWebhook(ctx, &changed, 1), models.ErrVersionMismatch)
		got, err = s.Webhook(ctx, cc, w.ID)
		require.NoError(t, err)
		require.False(t, got.Enabled)
		require.Empty(t, got.EventTypes)
		n, err := s.CountWebhooks(ctx, cc)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.ErrorIs(t, s.DeleteWebhook(ctx, other, w.ID, 2), models.ErrVersionMismatch)
		require.NoError(t, s.DeleteWebhook(ctx, cc, w.ID, 2))
		list, err := s.Webhooks(ctx, cc, models.Page{Limit: 5})
		require.NoError(t, err)
		require.Empty(t, list)
	})
}

// Keys of webhooks are sealed again together with the secrets of accounts.
func TestSecretsOfWebhooksAreSealedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		a := stored(t, s, account(cc, "a", 1))
		require.NoError(t, s.PutSecrets(ctx, []models.AccountSecret{secret(a, "/apiToken", "k1")}))
		w := hook(t, s, cc)
		key := &models.WebhookSecret{
			ContactCenterID: cc, WebhookID: w.ID, Pointer: models.WebhookKey, Sealed: []byte("old"), KeyID: "k1",
		}
		require.NoError(t, s.PutWebhookSecret(ctx, key))
		previous := *key
		previous.Pointer, previous.ValidUntil = models.WebhookPreviousKey, at(9)
		require.NoError(t, s.PutWebhookSecret(ctx, &previous))

		sealAgain(t, s, 3)
		keys, err := s.WebhookSecrets(ctx, cc, w.ID)
		require.NoError(t, err)
		require.Equal(t, at(9), keys[0].ValidUntil)
		require.Equal(t, []byte("new"), keys[1].Sealed)
		require.NoError(t, s.DeleteExpiredWebhookSecrets(ctx, at(9)))
		keys, err = s.WebhookSecrets(ctx, cc, w.ID)
		require.NoError(t, err)
		require.Len(t, keys, 1)
		require.NoError(t, s.DeleteWebhook(ctx, cc, w.ID, 1))
		counts, err := s.CountByKey(ctx)
		require.NoError(t, err)
		require.Equal(t, map[string]int{"k2": 1}, counts, "secrets go with their webhook")
	})
}

func TestDeliveries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		all, some := hook(t, s, cc), hook(t, s, cc, models.EventHealthChanged)
		for i, typ := range []string{models.EventAccountCreated, models.EventAccountUpdated, models.EventHealthChanged} {
			require.NoError(t, s.InsertEvent(ctx, happened(cc, "one", typ, i)))
		}
		require.NoError(t, s.InsertEvent(ctx, happened(cc, "two", models.EventAccountCreated, 3)))
		now := models.DueFilter{Now: at(5)}
		list := due(t, s, now)
		require.Len(t, list, 3, "of each account and webhook the first")
		require.Equal(t, []string{all.ID, some.ID, all.ID}, []string{list[0].WebhookID, list[1].WebhookID, list[2].WebhookID})
		require.Len(t, due(t, s, models.DueFilter{Now: at(5), ExceptWebhooks: []string{all.ID}}), 1)
		require.Empty(t, due(t, s, models.DueFilter{Now: at(5), ExceptCenters: []string{cc}}))

		first := list[0]
		claimed, err := s.ClaimDelivery(ctx, &first, at(6))
		require.NoError(t, err)
		require.True(t, claimed)
		claimed, err = s.ClaimDelivery(ctx, &first, at(6))
		require.NoError(t, err)
		require.False(t, claimed, "somebody else has it")
		late := first
		require.NoError(t, s.FinishAttempt(ctx, &late, models.WebhookAttempt{Status: models.DeliveryDelivered, At: at(5)}))
		require.Len(t, due(t, s, now), 2, "whose claim is over has nothing to say")
		first.NextAttemptAt = at(6)
		require.NoError(t, s.FinishAttempt(ctx, &first, models.WebhookAttempt{
			Status: models.DeliveryPending, LastStatus: 503, LastError: "http_status", At: at(5), Next: at(8),
		}))
		require.Len(t, due(t, s, now), 2, "later ones of the account wait")
		first.NextAttemptAt = at(8)
		require.NoError(t, s.FinishAttempt(ctx, &first, models.WebhookAttempt{
			Status: models.DeliveryDelivered, LastStatus: 204, At: at(5),
		}))
		list = due(t, s, now)
		require.Len(t, list, 3)
		require.EqualValues(t, 2, list[2].EventSequence, "the next one")
		done, err := s.Delivery(ctx, cc, all.ID, first.ID)
		require.NoError(t, err)
		require.EqualValues(t, 2, done.Attempts)
		require.Zero(t, done.NextAttemptAt)

		again, err := s.RepeatDelivery(ctx, cc, all.ID, first.ID, at(6), at(99))
		require.NoError(t, err)
		require.Equal(t, models.DeliveryPending, again.Status)
		require.Zero(t, again.NextAttemptAt, "it waits for the one that is under way")
		pending := list[2]
		same, err := s.RepeatDelivery(ctx, cc, all.ID, pending.ID, at(6), at(99))
		require.NoError(t, err)
		require.Equal(t, pending.NextAttemptAt, same.NextAttemptAt)
		_, err = s.RepeatDelivery(ctx, cc, some.ID, pending.ID, at(6), at(99))
		require.ErrorIs(t, err, models.ErrNotFound)
		require.NoError(t, s.FinishAttempt(ctx, &pending, models.WebhookAttempt{Status: models.DeliveryFailed, At: at(6)}))
		list = due(t, s, models.DueFilter{Now: at(6)})
		require.EqualValues(t, 1, list[len(list)-1].EventSequence, "then it comes before the others that wait")

		filter := models.DeliveryFilter{ContactCenterID: cc, WebhookID: all.ID, Status: models.DeliveryFailed, Page: models.Page{Limit: 9}}
		failed, err := s.Deliveries(ctx, filter)
		require.NoError(t, err)
		require.Len(t, failed, 1)

		off := *all
		off.Enabled, off.Version = false, 2
		require.NoError(t, s.UpdateWebhook(ctx, &off, 1))
		require.Len(t, due(t, s, models.DueFilter{Now: at(9)}), 1, "nothing goes to a webhook that is switched off")
	})
}

// What waits for a delivery that was removed is due at the next sweep.
func TestReleaseDeliveries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		hook(t, s, cc)
		for i := range 3 {
			require.NoError(t, s.InsertEvent(ctx, happened(cc, "one", models.EventAccountUpdated, i*10)))
		}
		require.NoError(t, s.ReleaseDeliveries(ctx, at(30)))
		require.Len(t, due(t, s, models.DueFilter{Now: at(30)}), 1)
		n, err := s.DeleteDeliveries(ctx, at(5), 10)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Empty(t, due(t, s, models.DueFilter{Now: at(30)}))
		require.NoError(t, s.ReleaseDeliveries(ctx, at(30)))
		list := due(t, s, models.DueFilter{Now: at(30)})
		require.Len(t, list, 1)
		require.EqualValues(t, 2, list[0].EventSequence)
		require.Equal(t, 24*time.Hour, list[0].GiveUpAt.Sub(at(10).Time))
	})
}
