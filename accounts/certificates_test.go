package accounts_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

const day = 24 * time.Hour

// certified is a type with certificates.
type certified struct {
	Certificates []string `json:"certificates" label:"Certificates" format:"certificate"`
}

func (*certified) Validate(*validation.Context) {}

// certificate returns a PEM that expires at the time.
func certificate(t *testing.T, notAfter time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "acme"}, NotBefore: began.Add(-day), NotAfter: notAfter,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestListExpiring(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		w.Catalog = append(w.Catalog, integrations.Definition{
			Type: "certified", Family: integrations.SingleSignOn, Label: "Certified", Description: "A made-up type.",
			Shape: integrations.Proposed, NoProbe: "There is nothing to probe.",
			New: func() integrations.Properties { return new(certified) },
		})
		add := func(name string, days ...time.Duration) {
			var p certified
			for _, left := range days {
				p.Certificates = append(p.Certificates, certificate(t, began.Add(left*day)))
			}
			properties, err := json.Marshal(p)
			require.NoError(t, err)
			w.create(t, fmt.Sprintf(`{"type":"certified","name":%q,"properties":%s}`, name, properties))
		}
		add("soon", 10)
		add("later", 40)
		add("one of two", 400, 20)
		w.create(t, gadgetBody("none"))
		within := func(days time.Duration) []string {
			filter := models.AccountFilter{Sort: models.SortByName, Limit: 2}
			return w.names(t, accounts.ListQuery{Filter: filter, ExpiringWithin: days * day})
		}
		require.Empty(t, within(9))
		require.Equal(t, []string{"one of two", "soon"}, within(30))
		require.Equal(t, []string{"later", "one of two", "soon"}, within(50))
		w.now = began.Add(15 * day)
		require.Equal(t, []string{"later", "one of two", "soon"}, within(30), "what has expired is shown too")
	})
}
