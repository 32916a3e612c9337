package access_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/store/storetest"
)

// provider is the principal of the first token.
func provider(t *testing.T, s *access.Service) *access.Principal {
	t.Helper()
	p, err := s.Authenticate(t.Context(), bootstrap(t, s, access.Bootstrap{}).Token)
	require.NoError(t, err)
	return p
}

// office is a service with a service provider at work.
type office struct {
	*access.Service
	p *access.Principal
}

func (o office) center(t *testing.T, domain string) *access.NewContactCenter {
	t.Helper()
	made, err := o.CreateContactCenter(t.Context(), o.p, []byte(`{"domain":"`+domain+`"}`))
	require.NoError(t, err)
	return made
}

// What one process suspends, revokes or switches, every other one knows with its
// next request: nothing is remembered.
func TestProcessesAgreeAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		first, _ := newService(t, db)
		one := office{first, provider(t, first)}
		second := &access.Service{Store: db, Audit: first.Audit, Now: first.Now}
		made := one.center(t, "late.example")
		there := *one.p
		require.NoError(t, first.ActIn(t.Context(), &there, "late.example"))
		token, text, err := first.IssueToken(t.Context(), &there, []byte(`{"name":"ci","scopes":["accounts:read"]}`))
		require.NoError(t, err)
		ask := func() (*access.Principal, error) { return second.Authenticate(t.Context(), text.Reveal()) }
		p, err := ask()
		require.NoError(t, err)
		require.Equal(t, made.ID, p.ContactCenter.ID)
		require.False(t, p.ContactCenter.HasFeature(models.FeatureAWS))

		_, err = first.SetFeatures(t.Context(), one.p, "late.example", access.Match{}, []byte(`{"features":["aws"]}`))
		require.NoError(t, err)
		p, err = ask()
		require.NoError(t, err)
		require.True(t, p.ContactCenter.HasFeature(models.FeatureAWS))

		_, err = first.UpdateContactCenter(t.Context(), one.p, "late.example", access.Match{}, []byte(`{"features":["facebook"]}`))
		require.NoError(t, err)
		p, err = ask()
		require.NoError(t, err)
		require.False(t, p.ContactCenter.HasFeature(models.FeatureAWS), "also one in the place of another")
		require.True(t, p.ContactCenter.HasFeature(models.FeatureFacebook))

		_, err = first.UpdateContactCenter(t.Context(), one.p, "late.example", access.Match{}, []byte(`{"suspended":true}`))
		require.NoError(t, err)
		_, err = ask()
		require.ErrorIs(t, err, models.ErrUnauthenticated)
		_, err = first.UpdateContactCenter(t.Context(), one.p, "late.example", access.Match{}, []byte(`{"suspended":false}`))
		require.NoError(t, err)
		_, err = ask()
		require.NoError(t, err)

		require.NoError(t, first.DropToken(t.Context(), &there, token.ID))
		_, err = ask()
		require.ErrorIs(t, err, models.ErrUnauthenticated)
	})
}

// requireOnce does something n times at once and fails the test unless one of them
// comes through and the others fail as they should.
func requireOnce(t *testing.T, n int, otherwise error, do func(i int) error) {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
			continue
		}
		require.ErrorIs(t, err, otherwise)
	}
	require.Equal(t, 1, done)
}

// Two service providers that suspend each other at the same moment must not leave
// nobody who could end it.
func TestProvidersCannotShutEachOtherOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, _ := newService(t, db)
		a := office{s, provider(t, s)}
		a.center(t, "b.example")
		center, err := s.ContactCenter(t.Context(), "b.example")
		require.NoError(t, err)
		_, text, err := s.CreateToken(t.Context(), *a.p, access.NewTokenInput{
			ContactCenterID: center.ID, Name: "b", Scopes: models.Strings{models.ScopeProvider},
		})
		require.NoError(t, err)
		b, err := s.Authenticate(t.Context(), text)
		require.NoError(t, err)

		victims := []string{"b.example", "localhost"}
		requireOnce(t, len(victims), models.ErrUnauthenticated, func(i int) error {
			_, err := s.UpdateContactCenter(t.Context(), []*access.Principal{a.p, b}[i], victims[i], access.Match{}, []byte(`{"suspended":true}`))
			return err
		})
	})
}

// Changes from one version: one comes through, and none is lost.
func TestChangesOfOneVersion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, _ := newService(t, db)
		one := office{s, provider(t, s)}
		one.center(t, "b.example")
		requireOnce(t, 4, models.ErrVersionMismatch, func(i int) error {
			first := access.Match{Given: true, Versions: []int64{1}}
			_, err := s.UpdateContactCenter(t.Context(), one.p, "b.example", first, fmt.Appendf(nil, `{"name":"%d"}`, i))
			return err
		})
		center, err := s.ContactCenter(t.Context(), "B.EXAMPLE")
		require.NoError(t, err)
		require.EqualValues(t, 2, center.Version)
	})
}

// Of several that want one domain at the same moment one gets it, and nothing is
// left of the others.
func TestDomainsAreTakenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s, _ := newService(t, db)
		p := provider(t, s)
		requireOnce(t, 4, models.ErrExists, func(int) error {
			_, err := s.CreateContactCenter(t.Context(), p, []byte(`{"domain":"B.example","administrator":{"username":"ann"}}`))
			return err
		})
		all, next, err := s.ContactCenters(t.Context(), access.ContactCenterQuery{Query: paging.Query{Size: 10}})
		require.NoError(t, err)
		require.Empty(t, next)
		require.Len(t, all, 2)
		_, err = s.UpdateContactCenter(t.Context(), p, "b.example", access.Match{}, []byte(`{"domain":"localhost"}`))
		require.ErrorIs(t, err, models.ErrExists)
	})
}
