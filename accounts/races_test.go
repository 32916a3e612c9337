package accounts_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// A secret is never joined with the destination of another version, however
// reading and changing fall together.
func TestASecretStaysWithItsDestination(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		document := func(n int64) string {
			return fmt.Sprintf(`{"type":"gadget","name":"one","properties":{"url":"https://h%d.example","token":"t%d"}}`, n, n)
		}
		made := w.create(t, document(1))
		var wg sync.WaitGroup
		changed := make(chan struct{})
		wg.Go(func() {
			defer close(changed)
			for n := int64(1); n < 150; n++ {
				if _, err := w.Replace(t.Context(), w.p, made.ID, at(n), []byte(document(n+1))); err != nil {
					t.Errorf("replace: %v", err)
					return
				}
			}
		})
		for range 4 {
			wg.Go(func() {
				for {
					select {
					case <-changed:
						return
					default:
					}
					if err := consistent(w, t, made.ID); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		require.NoError(t, consistent(w, t, made.ID))
	})
}

func consistent(w *world, t *testing.T, id string) error {
	_, raw, err := w.Credentials(t.Context(), w.p, id)
	if errors.Is(err, models.ErrUnavailable) {
		return nil // "is being changed" is a fine answer
	}
	if err != nil {
		return err
	}
	var got struct{ URL, Token string }
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	if got.URL != fmt.Sprintf("https://h%s.example", got.Token[1:]) {
		return fmt.Errorf("the destination %s came with the secret %s", got.URL, got.Token)
	}
	return nil
}

func TestManyDefaultsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				body := fmt.Appendf(nil, `{"type":"gadget","name":"d %d","default":true,
					"properties":{"url":"https://example.com","token":"t"}}`, i)
				if _, err := w.Create(t.Context(), w.p, body, accounts.Idempotency{}); err != nil {
					t.Errorf("create: %v", err)
				}
			})
		}
		wg.Wait()
		list, err := w.List(t.Context(), w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 50}})
		require.NoError(t, err)
		require.Len(t, list.Items, 12)
		defaults := 0
		for _, a := range list.Items {
			if a.IsDefault {
				defaults++
			}
		}
		require.Equal(t, 1, defaults)
	})
}

// A secret that is cleared while the credentials are read gives the old answer,
// the new one or "try again", never half an account.
func TestCredentialsWhileASecretComesAndGoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, withExtra)
		changed := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			defer close(changed)
			for n := int64(1); n < 100; n++ {
				pin := `null`
				if n%2 == 0 {
					pin = `"1234"`
				}
				body := fmt.Appendf(nil, `{"properties":{"extra":{"pin":%s}}}`, pin)
				if _, err := w.Patch(t.Context(), w.p, made.ID, at(n), body); err != nil {
					t.Errorf("patch: %v", err)
					return
				}
			}
		})
		for range 4 {
			wg.Go(func() {
				for {
					select {
					case <-changed:
						return
					default:
					}
					if _, _, err := w.Credentials(t.Context(), w.p, made.ID); err != nil && !errors.Is(err, models.ErrUnavailable) {
						t.Errorf("credentials: %v", err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

// Moving the default writes two accounts; whoever changes them meanwhile waits,
// but nobody waits for somebody who waits.
func TestDefaultsMoveWhileAccountsChange(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ids := []string{w.create(t, gadgetBody("x")).ID, w.create(t, gadgetBody("y")).ID}
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for n := range 10 {
					body := fmt.Appendf(nil, `{"description":"%d %d"}`, i, n)
					if i < 2 {
						body = fmt.Appendf(nil, `{"default":true,"description":"%d %d"}`, i, n)
					}
					if _, err := w.Patch(t.Context(), w.p, ids[(i+n)%2], accounts.Match{Any: true}, body); err != nil {
						t.Errorf("patch: %v", err)
					}
				}
			})
		}
		wg.Wait()
	})
}
