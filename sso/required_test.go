package sso_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/sso"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestRequired(t *testing.T) {
	const desk, admin, both = `{"agentDesktop":{"enabled":true}}`, `{"admin":{"enabled":true}}`,
		`{"agentDesktop":{"enabled":true},"admin":{"enabled":true}}`
	tests := map[string]struct {
		properties string // empty: there is no account
		public     string
		change     func(c *models.ContactCenter, a *models.Account)
		want       [2]string // of Agent Desktop and Admin
	}{
		"no account": {},
		"Agent Desktop": {
			properties: desk, want: [2]string{"https://acme.example/agentdesktop/sso/login", ""},
		},
		"Admin":           {properties: admin, want: [2]string{"", "https://acme.example/admin/sso/login"}},
		"neither section": {properties: `{"admin":{"enabled":false}}`},
		"both, elsewhere": {
			properties: both, public: "https://{domain}:8443/",
			want: [2]string{"https://acme.example:8443/agentdesktop/sso/login", "https://acme.example:8443/admin/sso/login"},
		},
		"one address for all": {
			properties: admin, public: "https://sso.example", want: [2]string{"", "https://sso.example/admin/sso/login"},
		},
		"account off": {properties: both, change: func(_ *models.ContactCenter, a *models.Account) { a.Enabled = false }},
		"account deleted": {properties: both, change: func(_ *models.ContactCenter, a *models.Account) {
			a.DeletedAt = models.NewTime(time.Unix(1, 0))
		}},
		"another type": {properties: both, change: func(_ *models.ContactCenter, a *models.Account) { a.Type = "scim" }},
		"feature off":  {properties: both, change: func(c *models.ContactCenter, _ *models.Account) { c.Features = nil }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.Store) {
				c, a := place(tt.properties)
				if tt.change != nil {
					tt.change(c, a)
				}
				require.NoError(t, db.CreateContactCenter(t.Context(), c))
				if tt.properties != "" {
					require.NoError(t, db.InsertAccount(t.Context(), a))
				}
				s := &sso.Service{Store: db, PublicURL: tt.public}
				for i, section := range []string{models.SectionAgentDesktop, models.SectionAdmin} {
					got, err := s.Required(t.Context(), c, section)
					require.NoError(t, err)
					require.Equal(t, tt.want[i], got, section)
				}
			})
		})
	}
}

// What cannot be read does not open the door.
func TestRequiredByDamagedSettings(t *testing.T) {
	for _, properties := range []string{`{"admin":7}`, `{"admin":{"enabled":"yes"}}`, `{"admin":{},"admin":{}}`, `[]`} {
		db := storetest.SQLite(t)
		c, a := place(properties)
		require.NoError(t, db.CreateContactCenter(t.Context(), c))
		require.NoError(t, db.InsertAccount(t.Context(), a))
		_, err := (&sso.Service{Store: db}).Required(t.Context(), c, models.SectionAdmin)
		require.ErrorIs(t, err, models.ErrUnavailable, properties)
	}
}

// place is a contact center and its account with the properties.
func place(properties string) (*models.ContactCenter, *models.Account) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c := &models.ContactCenter{ID: models.NewID(at), Domain: "acme.example", Features: models.AllFeatures()}
	return c, &models.Account{
		ContactCenterID: c.ID, ID: models.NewID(at), Type: "sso", Family: "Single Sign-On", Name: "IdP", NameKey: "idp",
		Properties: models.JSON(properties), Enabled: true, Version: 1, HealthStatus: models.HealthUnsupported,
	}
}
