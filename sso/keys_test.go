package sso_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/integrations/catalog"
	"admin-api/models"
	"admin-api/sso"
	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
)

// testAdmin goes through a test sign-in to Admin.
func (w *world) testAdmin(change func(*assertiontest.Response)) *sso.TestView {
	w.t.Helper()
	test, start, err := w.StartTest(w.t.Context(), w.admin, models.SectionAdmin)
	require.NoError(w.t, err)
	_, token, _ := strings.Cut(start, "?test=")
	request, cookie := w.begin(w.at(models.SectionAdmin), "", token)
	_, err = w.accept(w.at(models.SectionAdmin), w.respond(w.at(models.SectionAdmin), request, change), cookie)
	require.NoError(w.t, err)
	test, err = w.Test(w.t.Context(), w.center, test.ID)
	require.NoError(w.t, err)
	return test
}

// encryptedFor has the provider encrypt for a key pair.
func encryptedFor(t *testing.T, key *sso.KeyView) func(*assertiontest.Response) {
	t.Helper()
	return func(r *assertiontest.Response) {
		r.EncryptTo, r.Cipher = key.Public(t), "http://www.w3.org/2009/xmlenc11#aes256-gcm"
	}
}

func TestKeyPairs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		first, err := w.NewSPKey(t.Context(), w.admin)
		require.NoError(t, err)
		w.clock = w.clock.Add(time.Second)
		second, err := w.NewSPKey(t.Context(), w.admin)
		require.NoError(t, err)
		keys, err := w.SPKeys(t.Context(), w.center)
		require.NoError(t, err)
		require.Equal(t, []string{second.ID, first.ID}, []string{keys[0].ID, keys[1].ID})
		metadata, err := w.Metadata(t.Context(), w.desk())
		require.NoError(t, err)
		require.Contains(t, string(metadata), `entityID="acme.example.com_sso"`)
		require.Equal(t, 1, strings.Count(string(metadata), `use="encryption"`))
		require.Contains(t, string(metadata), base64.StdEncoding.EncodeToString(second.Certificate.Raw), "the newest")
		require.Contains(t, string(metadata), `/agentdesktop/sso/redirect" index="0" isDefault="true"`)
		require.Contains(t, string(metadata), `/admin/sso/redirect" index="1" isDefault="false"`, "one entity, two applications")

		for _, key := range []*sso.KeyView{first, second} {
			_, err = w.signIn(w.desk(), encryptedFor(t, key))
			require.NoError(t, err)
		}
		require.NoError(t, w.RetireSPKey(t.Context(), w.admin, first.ID))
		out, err := w.signIn(w.desk(), encryptedFor(t, first))
		w.refused(assertion.CodeDecryptionFailed, out, err)
		require.ErrorIs(t, w.RetireSPKey(t.Context(), w.admin, first.ID), models.ErrNotFound)
		require.NoError(t, w.RetireSPKey(t.Context(), w.admin, second.ID))
		out, err = w.signIn(w.desk(), encryptedFor(t, second))
		w.refused(assertion.CodeEncryptedNoKey, out, err)
	})
}

// Where only the identity provider lets administrators in, the key pair that it may
// still encrypt for stays until a test sign-in did without it.
func TestTheKeyPairOfAdministratorsStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		guard := &accounts.Service{
			Store: w.db, Catalog: catalog.All(), Keys: w.Keys, Audit: w.Audit, Now: w.Now, SSOTestPassed: w.AdminTestPassed,
		}
		w.Access.SSOUnproven = guard.SSOUnproven
		w.user("jane.doe", `,"roles":["Administrator"]`)
		renew := func() *sso.KeyView {
			t.Helper()
			w.clock = w.clock.Add(time.Second)
			key, err := w.NewSPKey(t.Context(), w.admin)
			require.NoError(t, err)
			return key
		}
		first, second := renew(), renew()
		require.Equal(t, first.ID, w.testAdmin(encryptedFor(t, first)).Result.KeyPairID)
		w.set.Admin.Enabled = true
		w.save()

		stays := func(key *sso.KeyView) {
			t.Helper()
			err := w.RetireSPKey(t.Context(), w.admin, key.ID)
			require.ErrorIs(t, err, models.ErrLockOut)
			require.ErrorContains(t, err, "retire this one then")
			events, err := w.db.AuditEvents(t.Context(), models.AuditFilter{ContactCenterID: w.center.ID, Page: models.Page{Limit: 1}})
			require.NoError(t, err)
			require.Equal(t, []string{"sso-key.retire", models.OutcomeRefused, key.ID},
				[]string{events[0].Operation, events[0].Outcome, events[0].TargetID})
			keys, err := w.SPKeys(t.Context(), w.center)
			require.NoError(t, err)
			require.Len(t, keys, 2)
		}
		stays(first)
		require.NoError(t, w.RetireSPKey(t.Context(), w.admin, second.ID), "the provider does not use it")
		second = renew()
		stays(first)
		require.Equal(t, second.ID, w.testAdmin(encryptedFor(t, second)).Result.KeyPairID)
		require.NoError(t, w.RetireSPKey(t.Context(), w.admin, first.ID))

		first = renew()
		stays(second)
		w.clock = w.clock.Add(25 * time.Hour)
		stays(first) // no test is young enough to say what the provider needs
		require.Empty(t, w.testAdmin(nil).Result.KeyPairID, "in clear")
		require.NoError(t, w.RetireSPKey(t.Context(), w.admin, first.ID))
		require.NoError(t, w.RetireSPKey(t.Context(), w.admin, second.ID))
	})
}

// Who can get in without the identity provider, or does not depend on it, may retire
// any key pair.
func TestKeyPairsThatMayGo(t *testing.T) {
	for name, prepare := range map[string]func(w *world){
		"Admin is off": func(w *world) { w.set.Admin.Enabled = false; w.save() },
		"somebody can bypass": func(w *world) {
			role, err := w.Access.CreateRole(w.t.Context(), w.admin, []byte(`{"name":"Emergency","privileges":["sso:bypass"]}`))
			require.NoError(w.t, err)
			users, err := w.db.ListUsers(w.t.Context(), models.UserFilter{ContactCenterID: w.center.ID, Role: models.RoleAdministrator})
			require.NoError(w.t, err)
			_, err = w.Access.UpdateUser(w.t.Context(), w.admin, users[0].ID, access.Match{},
				[]byte(`{"roles":["Administrator","`+role.Name+`"]}`))
			require.NoError(w.t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				guard := &accounts.Service{Store: w.db, Catalog: catalog.All(), Keys: w.Keys, Audit: w.Audit, Now: w.Now}
				w.Access.SSOUnproven = guard.SSOUnproven
				key, err := w.NewSPKey(t.Context(), w.admin)
				require.NoError(t, err)
				w.set.Admin.Enabled = true
				w.save()
				require.ErrorIs(t, w.RetireSPKey(t.Context(), w.admin, key.ID), models.ErrLockOut, "otherwise it stays")
				prepare(w)
				require.NoError(t, w.RetireSPKey(t.Context(), w.admin, key.ID))
			})
		})
	}
}
