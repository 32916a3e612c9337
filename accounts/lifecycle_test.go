package accounts_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestNamesAreUniqueWhileAccountsLive(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		first := w.create(t, gadgetBody("Straße"))
		_, err := w.Create(t.Context(), w.p, []byte(gadgetBody("STRASSE")), accounts.Idempotency{})
		var refusal *models.RefusalError
		require.ErrorAs(t, err, &refusal)
		require.ErrorIs(t, err, models.ErrNameTaken)
		require.Equal(t, first.ID, refusal.Extra["existingId"])
		report, err := w.Validate(t.Context(), w.p, []byte(gadgetBody("STRASSE")))
		require.NoError(t, err)
		require.Equal(t, []string{"/name name_taken"}, codes(report.Errors))

		require.NoError(t, w.Delete(t.Context(), w.p, first.ID, at(1)))
		w.create(t, gadgetBody("STRASSE"))
		_, err = w.Undelete(t.Context(), w.p, first.ID)
		require.ErrorIs(t, err, models.ErrNameTaken)
	})
}

func TestDeleteAndUndelete(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("one"))
		require.NoError(t, w.Delete(t.Context(), w.p, made.ID, at(1)))
		_, err := w.Get(t.Context(), w.p, made.ID, false)
		require.ErrorIs(t, err, models.ErrNotFound)
		gone, err := w.Get(t.Context(), w.p, made.ID, true)
		require.NoError(t, err)
		require.False(t, gone.DeletedAt.IsZero())
		for _, err := range []error{
			w.Delete(t.Context(), w.p, made.ID, at(2)),
			second(w.Patch(t.Context(), w.p, made.ID, at(2), []byte(`{}`))),
			second(w.Replace(t.Context(), w.p, made.ID, at(2), []byte(`{}`))),
			second(w.Test(t.Context(), w.p, made.ID, nil, nil)),
			second(w.Versions(t.Context(), w.p, made.ID, paging.Query{Size: 5})),
		} {
			require.ErrorIs(t, err, models.ErrNotFound)
		}
		r, err := w.Undelete(t.Context(), w.p, made.ID)
		require.NoError(t, err)
		require.EqualValues(t, 3, r.Account.Version)
		require.JSONEq(t, `{"url":"https://example.com","scheme":"token","token":"right"}`, w.credentials(t, made.ID))
		again, err := w.Undelete(t.Context(), w.p, made.ID)
		require.NoError(t, err, "it can be repeated")
		require.Equal(t, r.Account, again.Account)

		require.NoError(t, w.Delete(t.Context(), w.p, made.ID, at(3)))
		w.now = w.now.Add(w.Retention + time.Second)
		_, err = w.Undelete(t.Context(), w.p, made.ID)
		require.ErrorIs(t, err, models.ErrNotFound, "the retention time is over")
		_, err = w.Get(t.Context(), w.p, made.ID, true)
		require.ErrorIs(t, err, models.ErrNotFound)
	})
}

func second[T any](_ T, err error) error { return err }

func TestLimitAndFeature(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		one := w.create(t, `{"type":"lone","name":"one","properties":{}}`)
		require.Equal(t, models.HealthUnsupported, one.HealthStatus)
		_, err := w.Create(t.Context(), w.p, []byte(`{"type":"lone","name":"two","properties":{}}`), accounts.Idempotency{})
		var refusal *models.RefusalError
		require.ErrorAs(t, err, &refusal)
		require.ErrorIs(t, err, models.ErrLimitReached)
		require.Equal(t, one.ID, refusal.Extra["existingId"])

		w.p.ContactCenter.Features = nil // switched off later
		r, err := w.Patch(t.Context(), w.p, one.ID, at(1), []byte(`{"enabled":false}`))
		require.NoError(t, err, "switching off always works")
		require.Equal(t, []string{"/type feature_not_enabled"}, codes(r.Warnings))
		_, err = w.Patch(t.Context(), w.p, one.ID, at(2), []byte(`{"enabled":true}`))
		require.ErrorIs(t, err, models.ErrFeatureNotEnabled)
		require.NoError(t, w.Delete(t.Context(), w.p, one.ID, at(2)), "deleting always works")
		_, err = w.Create(t.Context(), w.p, []byte(`{"type":"lone","name":"two","properties":{}}`), accounts.Idempotency{})
		require.ErrorIs(t, err, models.ErrFeatureNotEnabled)
	})
}

func TestDefaultMovesInOneTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		body := func(name string) string {
			return fmt.Sprintf(`{"type":"gadget","name":%q,"default":true,"properties":{"url":"https://example.com","token":"t"}}`, name)
		}
		one := w.create(t, body("one"))
		two := w.create(t, body("two"))
		got, err := w.Get(t.Context(), w.p, one.ID, false)
		require.NoError(t, err)
		require.False(t, got.IsDefault)
		require.EqualValues(t, 2, got.Version, "losing the default is a version of its own")
		require.Equal(t, []string{"account.create success", "account.default success", "account.create success"}, w.operations(t))
		_, err = w.Patch(t.Context(), w.p, one.ID, at(2), []byte(`{"default":true}`))
		require.NoError(t, err)
		got, err = w.Get(t.Context(), w.p, two.ID, false)
		require.NoError(t, err)
		require.False(t, got.IsDefault)
		other := w.center(t, "b.example")
		r, err := w.Create(t.Context(), other, []byte(body("one")), accounts.Idempotency{})
		require.NoError(t, err)
		require.True(t, r.Account.IsDefault, "another contact center has a default of its own")
	})
}

// The default moves and the other account is written, or neither.
func TestDefaultStaysWhereTheWriteFails(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		body := `{"type":"gadget","name":"one","default":true,"properties":{"url":"https://example.com","token":"t"}}`
		one := w.create(t, body)
		two := w.create(t, gadgetBody("two"))
		for _, err := range []error{
			second(w.Create(t.Context(), w.p, []byte(body), accounts.Idempotency{})),
			second(w.Patch(t.Context(), w.p, two.ID, at(1), []byte(`{"default":true,"name":"one"}`))),
		} {
			require.ErrorIs(t, err, models.ErrNameTaken)
			got, err := w.Get(t.Context(), w.p, one.ID, false)
			require.NoError(t, err)
			require.Equal(t, one, got)
			versions, err := w.Versions(t.Context(), w.p, one.ID, paging.Query{Size: 5})
			require.NoError(t, err)
			require.Len(t, versions.Items, 1)
			require.Equal(t, []string{"account.create success", "account.create success"}, w.operations(t))
		}
	})
}

func TestReferencesProtect(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("one"))
		put := func(key, body string) error {
			return w.PutReference(t.Context(), w.p, made.ID, key, []byte(body))
		}
		require.NoError(t, put("scenario:7", `{"kind":"scenario","name":"Main IVR","url":"https://a.example/7"}`))
		require.NoError(t, put("scenario:7", `{"kind":"scenario","name":"Main IVR 2"}`))
		requireCodes(t, put("x", `{"kind":"","name":"n","url":"javascript:alert(1)","more":1}`),
			"/kind required", "/url url", "/more unknown_member")

		for _, key := range []string{"", ".", "..", " a", "a\u0000", "\xff", strings.Repeat("k", 129)} {
			requireCodes(t, put(key, `{"kind":"scenario","name":"n"}`), " reference_key")
		}

		err := w.Delete(t.Context(), w.p, made.ID, at(1))
		var refusal *models.RefusalError
		require.ErrorAs(t, err, &refusal)
		require.ErrorIs(t, err, models.ErrInUse)
		require.Contains(t, pretty(t, refusal.Extra), "Main IVR 2")
		require.Contains(t, w.operations(t), "account.delete refused")
		page, err := w.References(t.Context(), w.p, made.ID, paging.Query{Size: 10})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)

		require.NoError(t, w.DeleteReference(t.Context(), w.p, made.ID, "scenario:7"))
		require.ErrorIs(t, w.DeleteReference(t.Context(), w.p, made.ID, "scenario:7"), models.ErrNotFound)
		require.NoError(t, w.Delete(t.Context(), w.p, made.ID, at(1)))
		require.ErrorIs(t, put("late", `{"kind":"scenario","name":"n"}`), models.ErrNotFound)
	})
}

// Either the reference comes first and the deletion is refused, or the deletion
// comes first and the reference is: an account in use is never deleted.
func TestReferenceAgainstDeletion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		for i := range 20 {
			made := w.create(t, gadgetBody(fmt.Sprint("race ", i)))
			var wg sync.WaitGroup
			var deleted, referenced error
			wg.Go(func() { deleted = w.Delete(t.Context(), w.p, made.ID, at(1)) })
			wg.Go(func() {
				referenced = w.PutReference(t.Context(), w.p, made.ID, "k", []byte(`{"kind":"scenario","name":"n"}`))
			})
			wg.Wait()
			require.True(t, (deleted == nil) != (referenced == nil), "deleted: %v, referenced: %v", deleted, referenced)
		}
	})
}

func TestPatchByMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("one"))
		var wg sync.WaitGroup
		acknowledged := make(chan int64, 64)
		failures := make(chan error, 64)
		for i := range 64 {
			wg.Go(func() {
				for {
					a, err := w.Get(t.Context(), w.p, made.ID, false)
					if err != nil {
						failures <- err
						return
					}
					patch := fmt.Appendf(nil, `{"description":"by %d"}`, i)
					r, err := w.Patch(t.Context(), w.p, made.ID, at(a.Version), patch)
					if err == nil {
						acknowledged <- r.Account.Version
						return
					}
					if !errors.Is(err, models.ErrVersionMismatch) {
						failures <- err
						return
					}
				}
			})
		}
		wg.Wait()
		close(acknowledged)
		close(failures)
		for err := range failures {
			require.NoError(t, err)
		}
		seen := map[int64]bool{}
		for v := range acknowledged {
			require.False(t, seen[v], "version %d was acknowledged twice", v)
			seen[v] = true
			got, err := w.Version(t.Context(), w.p, made.ID, v)
			require.NoError(t, err)
			require.Equal(t, v, got.Version)
		}
		require.Len(t, seen, 64)
		a, err := w.Get(t.Context(), w.p, made.ID, false)
		require.NoError(t, err)
		require.EqualValues(t, 65, a.Version)
	})
}

func TestIdempotency(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		idem := accounts.Idempotency{Key: "k-1", Request: "POST /api/v1/integration-accounts"}
		first, err := w.Create(t.Context(), w.p, []byte(gadgetBody("one")), idem)
		require.NoError(t, err)
		require.False(t, first.Replayed)
		_, err = w.Patch(t.Context(), w.p, first.Account.ID, at(1), []byte(`{"name":"renamed"}`))
		require.NoError(t, err)

		again, err := w.Create(t.Context(), w.p, []byte(gadgetBody("one")), idem)
		require.NoError(t, err)
		require.True(t, again.Replayed)
		require.Equal(t, first.Account, again.Account, "the answer is that of the first request")

		_, err = w.Create(t.Context(), w.p, []byte(gadgetBody("other")), idem)
		require.ErrorIs(t, err, models.ErrIdempotencyReused)
		_, err = w.Create(t.Context(), w.p, []byte(gadgetBody("two")), accounts.Idempotency{Key: "k-1", Request: "POST /x"})
		require.ErrorIs(t, err, models.ErrIdempotencyReused)

		someone := w.center(t, "b.example", models.AllFeatures()...)
		r, err := w.Create(t.Context(), someone, []byte(gadgetBody("one")), idem)
		require.NoError(t, err)
		require.False(t, r.Replayed, "keys of another principal are others")

		w.now = w.now.Add(24 * time.Hour)
		_, err = w.Create(t.Context(), w.p, []byte(gadgetBody("late")), idem)
		require.NoError(t, err, "after a day the key is free")

		failing := accounts.Idempotency{Key: "k-2", Request: idem.Request}
		_, err = w.Create(t.Context(), w.p, []byte(`{}`), failing)
		require.Error(t, err)
		_, err = w.Create(t.Context(), w.p, []byte(gadgetBody("three")), failing)
		require.NoError(t, err, "a failure is not remembered")
	})
}

// Of requests with one key that come at once, to two processes, one makes the
// account. Those that are told to repeat it in a moment, do so when it is there.
func TestIdempotentCreatesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		twin := &accounts.Service{ // as another process: it shares the database, not the memory
			Store: w.db, Catalog: w.Catalog, Keys: w.Keys, Audit: w.Audit, Outbound: w.way, Retention: w.Retention, Now: w.Now,
		}
		const keys, requests = 10, 8
		var ids [keys][requests]string
		var wg sync.WaitGroup
		for n := range keys {
			moment := make(chan struct{})
			made := sync.OnceFunc(func() { close(moment) })
			for i := range requests {
				create := []*accounts.Service{w.Service, twin}[i%2].Create
				body := []byte(gadgetBody(fmt.Sprint("one ", n)))
				idem := accounts.Idempotency{Key: fmt.Sprint("key-", n), Request: "POST /"}
				wg.Go(func() {
					r, err := create(t.Context(), w.p, body, idem)
					for errors.Is(err, models.ErrIdempotencyConflict) {
						<-moment
						r, err = create(t.Context(), w.p, body, idem)
					}
					made()
					if err != nil {
						t.Errorf("create: %v", err)
						return
					}
					ids[n][i] = r.Account.ID
				})
			}
		}
		wg.Wait()
		distinct := map[string]bool{}
		for n := range keys {
			require.Equal(t, slices.Repeat(ids[n][:1], requests), ids[n][:])
			distinct[ids[n][0]] = true
		}
		require.Len(t, distinct, keys)
	})
}
