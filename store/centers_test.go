package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestListContactCenters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for i, domain := range []string{"c.test", "a.test", "b.test"} {
			c := models.ContactCenter{ID: string(rune('1' + i)), Domain: domain, Suspended: i == 0, Version: 1}
			require.NoError(t, s.CreateContactCenter(ctx, &c))
		}
		tests := []struct {
			f    models.ContactCenterFilter
			want []string
		}{
			{models.ContactCenterFilter{}, []string{"a.test", "b.test", "c.test"}},
			{models.ContactCenterFilter{Limit: 2}, []string{"a.test", "b.test"}},
			{models.ContactCenterFilter{After: "a.test", Limit: 9}, []string{"b.test", "c.test"}},
			{models.ContactCenterFilter{Suspended: new(true)}, []string{"c.test"}},
			{models.ContactCenterFilter{Suspended: new(false), After: "a.test"}, []string{"b.test"}},
			{models.ContactCenterFilter{After: "c.test"}, nil},
		}
		for _, tt := range tests {
			page, err := s.ListContactCenters(ctx, tt.f)
			require.NoError(t, err)
			var domains []string
			for _, c := range page {
				domains = append(domains, c.Domain)
			}
			require.Equal(t, tt.want, domains)
		}
	})
}

func TestUpdateContactCenter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a := models.ContactCenter{ID: "1", Domain: "a.test", Features: models.AllFeatures(), Version: 1, CreatedAt: at(1), UpdatedAt: at(1)}
		b := models.ContactCenter{ID: "2", Domain: "b.test", Version: 1, CreatedAt: at(1), UpdatedAt: at(1)}
		require.NoError(t, s.CreateContactCenter(ctx, &a))
		require.NoError(t, s.CreateContactCenter(ctx, &b))
		a.Domain, a.Name, a.Features, a.Suspended, a.Version, a.UpdatedAt = "n.test", "New", nil, true, 2, at(2)
		require.NoError(t, s.UpdateContactCenter(ctx, &a, 1))
		got, err := s.ContactCenter(ctx, "1")
		require.NoError(t, err)
		require.Equal(t, &a, got)
		require.ErrorIs(t, s.UpdateContactCenter(ctx, &a, 1), models.ErrVersionMismatch)
		clash := b
		clash.Domain, clash.Version = "n.test", 2
		require.ErrorIs(t, s.UpdateContactCenter(ctx, &clash, 1), models.ErrExists)
		require.ErrorIs(t, s.UpdateContactCenter(ctx, &models.ContactCenter{ID: "3"}, 1), models.ErrVersionMismatch)

		require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
			locked, err := tx.LockContactCenters(ctx, "2", "1", "3", "1")
			require.NoError(t, err)
			require.Equal(t, []models.ContactCenter{a, b}, locked)
			return nil
		}))
	})
}

func TestListTokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		for _, token := range []models.Token{
			{ContactCenterID: cc, ID: "1", Kind: models.TokenAPI, CreatedBy: "user:1"},
			{ContactCenterID: cc, ID: "2", Kind: models.TokenAPI, ExpiresAt: at(50)},
			{ContactCenterID: cc, ID: "3", Kind: models.TokenAPI, ExpiresAt: at(51)},
			{ContactCenterID: cc, ID: "4", Kind: models.TokenAPI, ExpiresAt: at(40), RevokedAt: at(10)},
			{ContactCenterID: cc, ID: "5", Kind: models.TokenOAuth},
			{ContactCenterID: other, ID: "6", Kind: models.TokenAPI},
		} {
			token.Hash = []byte(token.ID)
			require.NoError(t, s.CreateToken(ctx, &token))
		}
		tests := []struct {
			f    models.TokenFilter
			want []string
		}{
			{models.TokenFilter{}, []string{"4", "3", "2", "1"}},
			{models.TokenFilter{State: models.TokenActive}, []string{"3", "1"}},
			{models.TokenFilter{State: models.TokenExpired}, []string{"2"}},
			{models.TokenFilter{State: models.TokenRevoked}, []string{"4"}},
			{models.TokenFilter{CreatedBy: "user:1"}, []string{"1"}},
			{models.TokenFilter{CreatedBy: "\x00"}, nil},
			{models.TokenFilter{Page: models.Page{Before: "4", Limit: 2}}, []string{"3", "2"}},
			{models.TokenFilter{Kind: models.TokenOAuth}, []string{"5"}},
			{models.TokenFilter{ContactCenterID: other}, []string{"6"}},
		}
		for _, tt := range tests {
			f := tt.f
			f.At = at(50)
			if f.ContactCenterID == "" {
				f.ContactCenterID = cc
			}
			if f.Kind == "" {
				f.Kind = models.TokenAPI
			}
			page, err := s.ListTokens(ctx, f)
			require.NoError(t, err)
			var ids []string
			for _, token := range page {
				ids = append(ids, token.ID)
			}
			require.Equal(t, tt.want, ids, tt.f)
		}
	})
}

func TestTokenByItsID(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		token := models.Token{ContactCenterID: cc, ID: "t", Kind: models.TokenOAuth, Name: "one", Hash: []byte{1}}
		require.NoError(t, s.CreateToken(ctx, &token))
		require.NoError(t, s.RenameToken(ctx, cc, "t", "two"))
		require.ErrorIs(t, s.RenameToken(ctx, other, "t", "three"), models.ErrNotFound)
		token.Name = "two"
		require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
			got, err := tx.Token(ctx, cc, "t")
			require.NoError(t, err)
			require.Equal(t, token, got)
			return nil
		}))
		for _, unknown := range [][2]string{{other, "t"}, {cc, "x"}, {cc, "\x00"}, {cc, ""}} {
			_, err := s.Token(ctx, unknown[0], unknown[1])
			require.ErrorIs(t, err, models.ErrNotFound)
		}
	})
}
