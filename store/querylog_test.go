package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// canary stands in every member that can hold a text or bytes.
const canary = "c4n4ry"

// TestNothingIsLogged runs every method, with success and without, while every
// statement counts as slow, and looks for values in the log and in errors.
func TestNothingIsLogged(t *testing.T) {
	for _, url := range urls(t) {
		var log bytes.Buffer
		s := storetest.Open(t, store.Config{
			URL: url, SlowQuery: time.Nanosecond,
			Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		calls := everyMethod(s)
		for name := range exported() {
			require.Contains(t, calls, name, "a new method needs a call here")
		}
		ctx, cancel := context.WithCancel(t.Context())
		var errs []string
		run := func(ctx context.Context) {
			for _, name := range inOrder(calls) {
				if err := calls[name](ctx); err != nil {
					errs = append(errs, name+": "+err.Error())
				}
			}
		}
		run(ctx)
		run(ctx) // this time everything exists already
		cancel()
		run(ctx)
		require.Greater(t, len(errs), len(calls), "the failures are looked at too")
		for _, text := range errs {
			require.NotContains(t, text, canary)
		}
		require.Greater(t, strings.Count(log.String(), "slow query"), len(calls))
		require.Contains(t, log.String(), "INSERT INTO")
		require.Contains(t, log.String(), "FROM accounts WHERE contact_center_id = ")
		for line := range strings.Lines(log.String()) {
			require.NotContains(t, line, canary)
		}
	}
}

func urls(t *testing.T) []string {
	t.Helper()
	var all []string
	storetest.EachEmpty(t, func(t *testing.T, url string) { all = append(all, url) })
	// The databases above are gone with their subtests.
	for i, url := range all {
		if strings.HasPrefix(url, "sqlite:") {
			all[i] = "sqlite:" + t.TempDir() + "/test.db"
		} else {
			all[i] = storetest.EmptyPostgresURL(t)
		}
	}
	return all
}

// exported returns the names of the methods that send statements of their own.
func exported() map[string]bool {
	names := map[string]bool{}
	for m := range reflect.TypeFor[*store.Store]().Methods() {
		names[m.Name] = true
	}
	for _, name := range []string{
		"Close", "Dialect", "Path", "Stats", "Ping", "Migrate", "Pending", "SchemaVersion", "Tx", "Backup",
	} {
		delete(names, name)
	}
	return names
}

// inOrder puts what creates rows before what needs them.
func inOrder(calls map[string]func(ctx context.Context) error) []string {
	first := []string{"CreateContactCenter", "InsertAccount", "PutReference", "PutSecrets", "InsertVersion"}
	names := first
	for name := range calls {
		if !slices.Contains(first, name) {
			names = append(names, name)
		}
	}
	return names
}

func everyMethod(s *store.Store) map[string]func(ctx context.Context) error {
	const cc, id = "cc", "00000000-0000-7000-8000-000000000000"
	limit := canary
	a := models.Account{
		ContactCenterID: cc, ID: id, Type: canary, Family: canary, Name: canary, NameKey: canary, Description: canary,
		Labels: models.Labels{canary: canary}, LimitKey: &limit, IsDefault: true,
		Properties: models.JSON(`"` + canary + `"`), Secrets: models.SecretFacts{canary: {Fingerprint: canary}},
		SearchText: canary, HealthStatus: canary, HealthCode: canary, Version: 1, CreatedBy: canary, UpdatedBy: canary,
	}
	secret := models.AccountSecret{ContactCenterID: cc, AccountID: id, Pointer: canary, Sealed: []byte(canary), KeyID: canary}
	other := secret
	other.Sealed = []byte(canary + "2")
	page := models.Page{Limit: 5, Before: canary}
	userFilter := models.UserFilter{
		ContactCenterID: cc, UsernameKey: canary, Query: []string{canary}, Role: canary, TeamID: canary, Page: page,
	}
	directory := models.DirectoryFilter{
		ContactCenterID: cc, ID: canary, UsernameKey: canary, ExternalKey: canary, Email: canary, After: canary, Limit: 5,
	}
	hook := models.Webhook{
		ContactCenterID: cc, ID: id, URL: canary, Description: canary, EventTypes: models.Strings{canary}, Version: 8,
	}
	drop := func(_ any, err error) error { return err }
	calls := map[string]func(ctx context.Context) error{
		"CreateContactCenter": func(ctx context.Context) error {
			return s.CreateContactCenter(ctx, &models.ContactCenter{ID: cc, Domain: canary, Name: canary})
		},
		"ContactCenter":         func(ctx context.Context) error { return drop(s.ContactCenter(ctx, canary)) },
		"ContactCenterByDomain": func(ctx context.Context) error { return drop(s.ContactCenterByDomain(ctx, canary+"x")) },
		"ContactCenters":        func(ctx context.Context) error { return drop(s.ContactCenters(ctx)) },
		"ListContactCenters": func(ctx context.Context) error {
			return drop(s.ListContactCenters(ctx, models.ContactCenterFilter{After: canary, Suspended: new(true)}))
		},
		"LockContactCenters": func(ctx context.Context) error { return drop(s.LockContactCenters(ctx, cc, canary)) },
		"UpdateContactCenter": func(ctx context.Context) error {
			return s.UpdateContactCenter(ctx, &models.ContactCenter{ID: cc, Domain: canary, Name: canary, Version: 9}, 8)
		},
		"CountContactCenters": func(ctx context.Context) error { return drop(s.CountContactCenters(ctx)) },
		"CreateTeam": func(ctx context.Context) error {
			return s.CreateTeam(ctx, &models.Team{ContactCenterID: cc, ID: canary, Name: canary, NameKey: canary})
		},
		"LockContactCenter": func(ctx context.Context) error { return s.LockContactCenter(ctx, canary) },
		"LockTeam":          func(ctx context.Context) error { return drop(s.LockTeam(ctx, cc, canary+"x")) },
		"HoldTeam":          func(ctx context.Context) error { return drop(s.HoldTeam(ctx, cc, canary+"x")) },
		"ListTeams":         func(ctx context.Context) error { return drop(s.ListTeams(ctx, cc, page)) },
		"TeamByName":        func(ctx context.Context) error { return drop(s.TeamByName(ctx, cc, canary+"x")) },
		"FirstTeam":         func(ctx context.Context) error { return drop(s.FirstTeam(ctx, canary)) },
		"UpdateTeam": func(ctx context.Context) error {
			return s.UpdateTeam(ctx, &models.Team{ContactCenterID: cc, ID: id, Name: canary, NameKey: canary}, 7)
		},
		"DeleteTeam":      func(ctx context.Context) error { return s.DeleteTeam(ctx, canary, id) },
		"ListRoles":       func(ctx context.Context) error { return drop(s.ListRoles(ctx, cc, page)) },
		"RolesOfNewUsers": func(ctx context.Context) error { return drop(s.RolesOfNewUsers(ctx, canary)) },
		"CreateRole": func(ctx context.Context) error {
			return s.CreateRole(ctx, &models.Role{ContactCenterID: cc, ID: canary, Name: canary, NameKey: canary})
		},
		"Role": func(ctx context.Context) error { return drop(s.Role(ctx, cc, canary+"x")) },
		"UpdateRole": func(ctx context.Context) error {
			return s.UpdateRole(ctx, &models.Role{ContactCenterID: cc, ID: id, Name: canary, Description: canary}, 7)
		},
		"DeleteRole":     func(ctx context.Context) error { return s.DeleteRole(ctx, canary, id) },
		"LockUser":       func(ctx context.Context) error { return drop(s.LockUser(ctx, cc, canary+"x")) },
		"HoldUser":       func(ctx context.Context) error { return drop(s.HoldUser(ctx, cc, canary+"x")) },
		"ListUsers":      func(ctx context.Context) error { return drop(s.ListUsers(ctx, userFilter)) },
		"CountUsers":     func(ctx context.Context) error { return drop(s.CountUsers(ctx, userFilter)) },
		"Directory":      func(ctx context.Context) error { return drop(s.Directory(ctx, directory)) },
		"CountDirectory": func(ctx context.Context) error { return drop(s.CountDirectory(ctx, directory)) },
		"Members":        func(ctx context.Context) error { return drop(s.Members(ctx, cc, []string{canary})) },
		"CountMembers":   func(ctx context.Context) error { return drop(s.CountMembers(ctx, cc, []string{canary})) },
		"TeamsByID":      func(ctx context.Context) error { return drop(s.TeamsByID(ctx, cc, []string{canary})) },
		"RosterChanged":  func(ctx context.Context) error { return s.RosterChanged(ctx, cc, at(1), canary) },
		"LockUsers":      func(ctx context.Context) error { return drop(s.LockUsers(ctx, cc, []string{canary})) },
		"MoveUsers": func(ctx context.Context) error {
			return s.MoveUsers(ctx, cc, []string{canary}, canary, at(1), canary)
		},
		"TakeExtension":    func(ctx context.Context) error { return drop(s.TakeExtension(ctx, canary, 1001)) },
		"ReleaseExtension": func(ctx context.Context) error { return s.ReleaseExtension(ctx, canary, "1001") },
		"UpdateUser": func(ctx context.Context) error {
			return s.UpdateUser(ctx, &models.User{ContactCenterID: cc, ID: id, UsernameKey: canary, PasswordHash: canary}, 7)
		},
		"DeleteUser": func(ctx context.Context) error { return s.DeleteUser(ctx, canary, id) },
		"RenameRoleOfUsers": func(ctx context.Context) error {
			return drop(s.RenameRoleOfUsers(ctx, cc, canary, canary+"x", at(1), canary))
		},
		"DeleteSessions": func(ctx context.Context) error { return s.DeleteSessions(ctx, cc, id, canary) },
		"AccountsNaming": func(ctx context.Context) error {
			_, _, err := s.AccountsNaming(ctx, canary, id, 5)
			return err
		},
		"RevokeTokensOf": func(ctx context.Context) error { return s.RevokeTokensOf(ctx, cc, id, canary, at(1)) },
		"Team":           func(ctx context.Context) error { return drop(s.Team(ctx, cc, canary+"x")) },
		"Teams":          func(ctx context.Context) error { return drop(s.Teams(ctx, canary)) },
		"RolesByName":    func(ctx context.Context) error { return drop(s.RolesByName(ctx, cc, []string{canary})) },
		"CreateUser": func(ctx context.Context) error {
			return s.CreateUser(ctx, &models.User{ContactCenterID: cc, ID: canary, UsernameKey: canary, PasswordHash: canary})
		},
		"User":       func(ctx context.Context) error { return drop(s.User(ctx, cc, canary+"x")) },
		"UserByName": func(ctx context.Context) error { return drop(s.UserByName(ctx, cc, canary+"x")) },
		"Users":      func(ctx context.Context) error { return drop(s.Users(ctx, canary)) },
		"CreateToken": func(ctx context.Context) error {
			return s.CreateToken(ctx, &models.Token{ContactCenterID: cc, ID: canary, Name: canary, Hash: []byte(canary)})
		},
		"Tokens":      func(ctx context.Context) error { return drop(s.Tokens(ctx, canary)) },
		"TokenByHash": func(ctx context.Context) error { _, _, err := s.TokenByHash(ctx, []byte(canary+"x")); return err },
		"TokenByID":   func(ctx context.Context) error { return drop(s.TokenByID(ctx, id)) },
		"Token":       func(ctx context.Context) error { return drop(s.Token(ctx, canary, id)) },
		"ListTokens": func(ctx context.Context) error {
			return drop(s.ListTokens(ctx, models.TokenFilter{ContactCenterID: canary, CreatedBy: canary, Page: page}))
		},
		"RenameToken": func(ctx context.Context) error { return s.RenameToken(ctx, cc, id, canary) },
		"TouchToken":  func(ctx context.Context) error { return s.TouchToken(ctx, cc, id, at(1)) },
		"RevokeToken": func(ctx context.Context) error { return s.RevokeToken(ctx, canary, id, at(1)) },

		"OnlyContactCenter": func(ctx context.Context) error { return drop(s.OnlyContactCenter(ctx)) },
		"DeleteExpiredTokens": func(ctx context.Context) error {
			return drop(s.DeleteExpiredTokens(ctx, at(1), 1))
		},
		"UserByID": func(ctx context.Context) error { return drop(s.UserByID(ctx, canary+"x")) },
		"SignedIn": func(ctx context.Context) error {
			u := models.User{ContactCenterID: canary, ID: id, PasswordHash: canary}
			return s.SignedIn(ctx, &u, canary, at(1))
		},
		"SetPassword": func(ctx context.Context) error {
			u := models.User{ContactCenterID: canary, ID: id, PasswordHash: canary, UpdatedBy: canary}
			return s.SetPassword(ctx, &u, canary)
		},
		"CreateSession": func(ctx context.Context) error {
			return s.CreateSession(ctx, &models.Session{
				ContactCenterID: cc, ID: canary, UserID: canary, Hash: []byte(canary), Address: canary, UserAgent: canary,
				CreatedAt: at(1), SeenAt: at(1), ExpiresAt: at(2),
			})
		},
		"SessionByHash": func(ctx context.Context) error {
			_, _, _, err := s.SessionByHash(ctx, []byte(canary+"x"))
			return err
		},
		"Sessions":      func(ctx context.Context) error { return drop(s.Sessions(ctx, cc, canary)) },
		"TouchSession":  func(ctx context.Context) error { return s.TouchSession(ctx, cc, id, at(3)) },
		"RotateSession": func(ctx context.Context) error { return s.RotateSession(ctx, cc, id, []byte(canary)) },
		"DeleteSession": func(ctx context.Context) error { return s.DeleteSession(ctx, cc, id) },
		"DeleteEndedSessions": func(ctx context.Context) error {
			return drop(s.DeleteEndedSessions(ctx, at(0), at(0), 1))
		},
		"LockSignInAttempts": func(ctx context.Context) error {
			return drop(s.LockSignInAttempts(ctx, cc, canary, []string{canary}, at(1)))
		},
		"SaveSignInAttempts": func(ctx context.Context) error {
			return s.SaveSignInAttempts(ctx, models.SignInAttempts{
				ContactCenterID: cc, NameKey: canary, Address: canary, UserID: canary, LastAt: at(1),
			})
		},
		"NoteFailedSignIn":  func(ctx context.Context) error { return s.NoteFailedSignIn(ctx, cc, canary, canary) },
		"UnrecordedSignIns": func(ctx context.Context) error { return drop(s.UnrecordedSignIns(ctx, 5)) },
		"TakeUnrecorded": func(ctx context.Context) error {
			r := models.SignInAttempts{ContactCenterID: cc, NameKey: canary, Address: canary, Failed: 99}
			return drop(s.TakeUnrecorded(ctx, &r))
		},
		"DeleteSignInAttempts": func(ctx context.Context) error {
			return s.DeleteSignInAttempts(ctx, canary, canary, canary)
		},
		"PurgeSignInAttempts": func(ctx context.Context) error {
			return drop(s.PurgeSignInAttempts(ctx, at(0), at(0), 1))
		},
		"TrimSignInAttempts": func(ctx context.Context) error { return drop(s.TrimSignInAttempts(ctx, 5)) },

		"InsertAccount": func(ctx context.Context) error { c := a; return s.InsertAccount(ctx, &c) },
		"Account":       func(ctx context.Context) error { return drop(s.Account(ctx, canary, id)) },
		"UpdateAccount": func(ctx context.Context) error { c := a; return s.UpdateAccount(ctx, &c, 7) },
		"SetHealth":     func(ctx context.Context) error { return s.SetHealth(ctx, cc, id, 7, canary, canary, at(1)) },
		"FindLimit":     func(ctx context.Context) error { return drop(s.FindLimit(ctx, cc, canary+"x")) },
		"NameHolder":    func(ctx context.Context) error { return drop(s.NameHolder(ctx, cc, canary+"x")) },
		"DefaultAccount": func(ctx context.Context) error {
			return drop(s.DefaultAccount(ctx, cc, canary+"x"))
		},
		"CountAccounts": func(ctx context.Context) error { return drop(s.CountAccounts(ctx, canary)) },
		"PurgeDeleted":  func(ctx context.Context) error { return drop(s.PurgeDeleted(ctx, at(1), 1)) },
		"ListAccounts": func(ctx context.Context) error {
			return drop(s.ListAccounts(ctx, models.AccountFilter{
				ContactCenterID: cc, Types: []string{canary}, Families: []string{canary, canary}, NameKey: canary,
				Query: []string{canary}, Labels: map[string]string{canary: canary}, Sort: models.SortByName,
				After: &models.Position{Value: canary, ID: canary}, Limit: 1,
			}))
		},
		"PutReference": func(ctx context.Context) error {
			return s.PutReference(ctx, &models.Reference{ContactCenterID: cc, AccountID: id, Key: canary, Name: canary, URL: canary})
		},
		"DeleteReference": func(ctx context.Context) error { return s.DeleteReference(ctx, cc, id, canary+"x") },
		"References":      func(ctx context.Context) error { return drop(s.References(ctx, cc, id, page)) },
		"CountReferences": func(ctx context.Context) error { return drop(s.CountReferences(ctx, canary, id)) },
		"HasReference":    func(ctx context.Context) error { return drop(s.HasReference(ctx, canary, id, canary)) },
		"FreeName":        func(ctx context.Context) error { return s.FreeName(ctx, canary, id) },
		"LockAccount":     func(ctx context.Context) error { return s.LockAccount(ctx, canary, id) },

		"PutSecrets":    func(ctx context.Context) error { return s.PutSecrets(ctx, []models.AccountSecret{secret}) },
		"Secrets":       func(ctx context.Context) error { return drop(s.Secrets(ctx, canary, id)) },
		"DeleteSecrets": func(ctx context.Context) error { return s.DeleteSecrets(ctx, cc, id, []string{canary + "x"}) },
		"SecretsNotOnKey": func(ctx context.Context) error {
			return drop(s.SecretsNotOnKey(ctx, canary, secret, 5))
		},
		"ReplaceSealed": func(ctx context.Context) error { return drop(s.ReplaceSealed(ctx, secret, other)) },
		"CountByKey":    func(ctx context.Context) error { return drop(s.CountByKey(ctx)) },
		"InsertVersion": func(ctx context.Context) error {
			return s.InsertVersion(ctx, &models.AccountVersion{
				ContactCenterID: cc, AccountID: id, Version: 1, Document: a.Properties, CreatedBy: canary,
			})
		},
		"Version":  func(ctx context.Context) error { return drop(s.Version(ctx, canary, id, 1)) },
		"Versions": func(ctx context.Context) error { return drop(s.Versions(ctx, cc, id, page)) },
		"InsertCheck": func(ctx context.Context) error {
			return s.InsertCheck(ctx, &models.Check{ContactCenterID: cc, AccountID: id, ID: canary, Document: a.Properties})
		},
		"ScheduleCheck": func(ctx context.Context) error {
			return s.ScheduleCheck(ctx, &models.ScheduledCheck{ContactCenterID: cc, AccountID: id, AccountType: canary})
		},
		"UnscheduleCheck": func(ctx context.Context) error {
			return s.UnscheduleCheck(ctx, models.ScheduledCheck{ContactCenterID: canary, AccountID: id}, at(1))
		},
		"DueChecks": func(ctx context.Context) error {
			return drop(s.DueChecks(ctx, models.DueFilter{
				Now: at(9), ExceptTypes: []string{canary}, ExceptCenters: []string{canary}, Limit: 5,
			}))
		},
		"ClaimCheck": func(ctx context.Context) error {
			return drop(s.ClaimCheck(ctx, models.ScheduledCheck{ContactCenterID: canary, AccountID: id}, at(1)))
		},
		"RescheduleCheck": func(ctx context.Context) error {
			return s.RescheduleCheck(ctx, &models.ScheduledCheck{ContactCenterID: canary, AccountID: id}, at(1))
		},
		"ExpiringAccounts": func(ctx context.Context) error {
			after := models.ExpiringAccount{ContactCenterID: canary, ID: canary}
			return drop(s.ExpiringAccounts(ctx, at(9), after, 5))
		},
		"NoticeCertificate": func(ctx context.Context) error {
			return drop(s.NoticeCertificate(ctx, &models.CertificateNotice{ContactCenterID: cc, AccountID: id, SHA256: canary}))
		},
		"InsertEvent": func(ctx context.Context) error {
			return s.InsertEvent(ctx, &models.Event{ContactCenterID: cc, ID: canary, Type: canary, AccountID: id})
		},
		"EventHead": func(ctx context.Context) error { return drop(s.EventHead(ctx, canary)) },
		"EventsAfter": func(ctx context.Context) error {
			return drop(s.EventsAfter(ctx, models.EventFilter{ContactCenterID: cc, Types: []string{canary}, AccountID: canary}))
		},
		"InsertWebhook":  func(ctx context.Context) error { w := hook; return s.InsertWebhook(ctx, &w) },
		"Webhook":        func(ctx context.Context) error { return drop(s.Webhook(ctx, cc, canary+"x")) },
		"Webhooks":       func(ctx context.Context) error { return drop(s.Webhooks(ctx, canary, page)) },
		"CountWebhooks":  func(ctx context.Context) error { return drop(s.CountWebhooks(ctx, canary)) },
		"UpdateWebhook":  func(ctx context.Context) error { w := hook; return s.UpdateWebhook(ctx, &w, 7) },
		"DeleteWebhook":  func(ctx context.Context) error { return s.DeleteWebhook(ctx, canary, id, 7) },
		"WebhookSecrets": func(ctx context.Context) error { return drop(s.WebhookSecrets(ctx, canary, id)) },
		"PutWebhookSecret": func(ctx context.Context) error {
			return s.PutWebhookSecret(ctx, &models.WebhookSecret{
				ContactCenterID: cc, WebhookID: id, Pointer: canary, Sealed: []byte(canary), KeyID: canary,
			})
		},
		"DeleteExpiredWebhookSecrets": func(ctx context.Context) error { return s.DeleteExpiredWebhookSecrets(ctx, at(1)) },
		"Deliveries": func(ctx context.Context) error {
			return drop(s.Deliveries(ctx, models.DeliveryFilter{ContactCenterID: cc, WebhookID: canary, Status: canary, Page: page}))
		},
		"Delivery": func(ctx context.Context) error { return drop(s.Delivery(ctx, cc, canary, canary+"x")) },
		"DueDeliveries": func(ctx context.Context) error {
			return drop(s.DueDeliveries(ctx, models.DueFilter{
				Now: at(9), ExceptWebhooks: []string{canary}, ExceptCenters: []string{canary}, Limit: 5,
			}))
		},
		"ClaimDelivery": func(ctx context.Context) error {
			return drop(s.ClaimDelivery(ctx, &models.WebhookDelivery{ContactCenterID: canary, ID: id}, at(1)))
		},
		"FinishAttempt": func(ctx context.Context) error {
			return s.FinishAttempt(ctx, &models.WebhookDelivery{ContactCenterID: cc, WebhookID: id, ID: id},
				models.WebhookAttempt{Status: canary, LastError: canary})
		},
		"RepeatDelivery": func(ctx context.Context) error {
			return drop(s.RepeatDelivery(ctx, cc, id, id, at(1), at(2)))
		},
		"DeleteDeliveries":  func(ctx context.Context) error { return drop(s.DeleteDeliveries(ctx, at(1), 1)) },
		"ReleaseDeliveries": func(ctx context.Context) error { return s.ReleaseDeliveries(ctx, at(1)) },
		"DeleteEvents":      func(ctx context.Context) error { return drop(s.DeleteEvents(ctx, at(1), 1)) },
		"Checks":            func(ctx context.Context) error { return drop(s.Checks(ctx, cc, id, page)) },
		"Idempotency":       func(ctx context.Context) error { return drop(s.Idempotency(ctx, cc, canary, canary+"x")) },
		"InsertIdempotency": func(ctx context.Context) error {
			return s.InsertIdempotency(ctx, &models.IdempotencyRecord{
				ContactCenterID: cc, Principal: canary, Key: canary, RequestMAC: []byte(canary), ExpiresAt: at(9),
			}, at(1))
		},
		"DeleteExpiredIdempotency": func(ctx context.Context) error { return s.DeleteExpiredIdempotency(ctx, at(1), 1) },
		"AuditHead":                func(ctx context.Context) error { return drop(s.AuditHead(ctx, canary)) },
		"AppendAudit": func(ctx context.Context) error {
			e := event(cc, 1)
			e.Sequence, e.MAC, e.Detail, e.Changes = 1, []byte(canary), canary, a.Properties
			return s.AppendAudit(ctx, &models.AuditHead{ContactCenterID: cc, Sequence: 1, MAC: e.MAC}, &e)
		},
		"WalkAudit": func(ctx context.Context) error { return s.WalkAudit(ctx, canary, nil) },
		"WalkAuditRange": func(ctx context.Context) error {
			return s.WalkAuditRange(ctx, canary, store.AuditRange{First: 1, Last: 2}, nil)
		},
		"AuditEvents": func(ctx context.Context) error {
			return drop(s.AuditEvents(ctx, models.AuditFilter{ContactCenterID: cc, Actor: canary, TargetID: canary, Page: page}))
		},
		"AuditHeads":   func(ctx context.Context) error { return drop(s.AuditHeads(ctx)) },
		"AuditEnds":    func(ctx context.Context) error { return drop(s.AuditEnds(ctx)) },
		"AwaitSealing": func(ctx context.Context) error { return s.AwaitSealing(ctx) },
		"BeginSealing": func(ctx context.Context) error {
			return s.Tx(ctx, func(tx *store.Store) error { return tx.BeginSealing(ctx) })
		},
		"RowCounts": func(ctx context.Context) error { return drop(s.RowCounts(ctx)) },
		"InUse":     func(ctx context.Context) error { return drop(s.InUse(ctx)) },
		"AuditEnd":  func(ctx context.Context) error { return drop(s.AuditEnd(ctx, canary)) },
		"WalkAuditEvents": func(ctx context.Context) error {
			f := models.AuditFilter{ContactCenterID: canary, Actor: canary, Outcome: canary, TargetType: canary}
			return s.WalkAuditEvents(ctx, f, 0, 9, nil)
		},
		"AuditEvent":       func(ctx context.Context) error { return drop(s.AuditEvent(ctx, canary, 1)) },
		"AuditSince":       func(ctx context.Context) error { return drop(s.AuditSince(ctx, canary, at(1))) },
		"AuditCheckpoints": func(ctx context.Context) error { return drop(s.AuditCheckpoints(ctx)) },
		"PruneAudit": func(ctx context.Context) error {
			return s.PruneAudit(ctx, &models.AuditCheckpoint{
				ContactCenterID: canary, Sequence: 1, HeadMAC: []byte(canary), At: at(1), MAC: []byte(canary),
			})
		},
	}
	maps.Copy(calls, everySSOMethod(s, cc, id))
	return calls
}
