package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func happened(contactCenter, account, typ string, minutes int) *models.Event {
	return &models.Event{
		ContactCenterID: contactCenter, ID: models.NewID(at(minutes).Time), Type: typ, AccountID: account,
		AccountType: "zendesk", AccountVersion: int64(minutes) + 1, At: at(minutes),
	}
}

func sequences(list []models.Event) []int64 {
	var out []int64
	for _, e := range list {
		out = append(out, e.Sequence)
	}
	return out
}

func TestEvents(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		head, err := s.EventHead(ctx, cc)
		require.NoError(t, err)
		require.Zero(t, head)
		for i := range 5 {
			e := happened(cc, "acc", []string{models.EventAccountUpdated, models.EventHealthChanged}[i%2], i)
			require.NoError(t, s.InsertEvent(ctx, e))
			require.EqualValues(t, i+1, e.Sequence)
		}
		foreign := happened(other, "acc", models.EventAccountUpdated, 0)
		require.NoError(t, s.InsertEvent(ctx, foreign))
		require.EqualValues(t, 1, foreign.Sequence, "each contact center counts by itself")

		failed := errors.New("failed")
		require.ErrorIs(t, s.Tx(ctx, func(tx *store.Store) error {
			require.NoError(t, tx.InsertEvent(ctx, happened(cc, "acc", models.EventAccountUpdated, 9)))
			return failed
		}), failed)
		head, err = s.EventHead(ctx, cc)
		require.NoError(t, err)
		require.EqualValues(t, 5, head, "what was rolled back leaves no gap")

		for _, tt := range []struct {
			f    models.EventFilter
			want []int64
		}{
			{models.EventFilter{}, []int64{1, 2, 3, 4, 5}},
			{models.EventFilter{After: 2, Limit: 2}, []int64{3, 4}},
			{models.EventFilter{Types: []string{models.EventHealthChanged}}, []int64{2, 4}},
			{models.EventFilter{AccountID: "other"}, nil},
			{models.EventFilter{After: 9}, nil},
		} {
			tt.f.ContactCenterID = cc
			list, err := s.EventsAfter(ctx, tt.f)
			require.NoError(t, err)
			require.Equal(t, tt.want, sequences(list))
		}
		n, err := s.DeleteEvents(ctx, at(2), 1)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		n, err = s.DeleteEvents(ctx, at(2), 10)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		list, err := s.EventsAfter(ctx, models.EventFilter{ContactCenterID: cc})
		require.NoError(t, err)
		require.Equal(t, []int64{3, 4, 5}, sequences(list))
	})
}

// Whoever reads up to the head has read all events up to it: none with a lower
// number appears later.
func TestEventsAppearInTheirOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		const writers, each = 8, 25
		var writing sync.WaitGroup
		for w := range writers {
			writing.Go(func() {
				for i := range each {
					err := s.Tx(ctx, func(tx *store.Store) error {
						if err := tx.InsertEvent(ctx, happened(cc, fmt.Sprint("acc", w), models.EventAccountUpdated, i)); err != nil {
							return err
						}
						return tx.InsertEvent(ctx, happened(cc, fmt.Sprint("acc", w), models.EventHealthChanged, i))
					})
					if err != nil {
						t.Errorf("insert: %v", err)
					}
				}
			})
		}
		var seen []int64
		position := int64(0)
		for len(seen) < 2*writers*each && !t.Failed() {
			list, err := s.EventsAfter(ctx, models.EventFilter{ContactCenterID: cc, After: position, Limit: 7})
			require.NoError(t, err)
			for _, e := range list {
				seen = append(seen, e.Sequence)
				position = e.Sequence
			}
		}
		writing.Wait()
		for i, n := range seen {
			require.EqualValues(t, i+1, n)
		}
	})
}

// Events from before are numbered in the order of their ids.
func TestMigrateNumbersEvents(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		ctx := context.WithoutCancel(t.Context())
		s := openEmpty(t, url)
		store.MigrateTo(t, s, 2)
		db := storetest.Raw(t, url)
		_, err := db.ExecContext(ctx, `INSERT INTO events (contact_center_id, id, type, account_id, account_type, detail, at)
			VALUES ('a', '3', 't', 'x', 'y', '{}', 3), ('a', '1', 't', 'x', 'y', NULL, 1), ('b', '2', 't', 'x', 'y', NULL, 2)`)
		require.NoError(t, err)
		_, err = s.Migrate(ctx)
		require.NoError(t, err)
		list, err := s.EventsAfter(ctx, models.EventFilter{ContactCenterID: "a"})
		require.NoError(t, err)
		require.Equal(t, []int64{1, 2}, sequences(list))
		require.Equal(t, []string{"1", "3"}, []string{list[0].ID, list[1].ID})
		next := happened("a", "x", models.EventAccountUpdated, 1)
		require.NoError(t, s.InsertEvent(ctx, next))
		require.EqualValues(t, 3, next.Sequence)
	})
}
