package main

import (
	"path"
	"reflect"
	"strings"

	"admin-api/api"
)

// document is what Go's own type says of a document and swag does not pass on:
// the order of its members, and which of them are always there.
type document struct {
	members  []string
	required []string
}

// documents returns those of package api, and what they hold, by the names that
// swag gives them ("api.Account").
func documents() map[string]document {
	out := map[string]document{}
	for _, root := range append(scimDocuments(), []any{
		api.Account{},
		api.AccountPage{},
		api.AccountCreate{},
		api.AccountReplace{},
		api.AccountPatch{},
		api.AccountDraft{},
		api.TestInput{},
		api.Check{},
		api.CheckPage{},
		api.Limits{},
		api.Authorization{},
		api.VersionPage{},
		api.RollbackInput{},
		api.ReferencePage{},
		api.ReferenceInput{},
		api.EventPage{},
		api.Webhook{},
		api.WebhookPage{},
		api.WebhookCreate{},
		api.WebhookPatch{},
		api.WebhookTest{},
		api.WebhookDelivery{},
		api.WebhookDeliveryPage{},
		api.Report{},
		api.AccountSet{},
		api.AccountSetApply{},
		api.Plan{},
		api.Applied{},
		api.ExportInput{},
		api.ExportedSet{},
		api.UserPage{},
		api.UserCreate{},
		api.UserPatch{},
		api.UserSecret{},
		api.TeamPage{},
		api.TeamCreate{},
		api.TeamPatch{},
		api.RolePage{},
		api.RoleCreate{},
		api.RolePatch{},
		api.ContactCenterPage{},
		api.ContactCenterCreate{},
		api.ContactCenterPatch{},
		api.Features{},
		api.FeaturesInput{},
		api.TokenPage{},
		api.TokenCreate{},
		api.TokenPatch{},
		api.TypePage{},
		api.AuditEventPage{},
		api.AuditVerifyInput{},
		api.AuditReport{},
		api.SignInInput{},
		api.SignedIn{},
		api.SessionList{},
		api.Me{},
		api.PasswordInput{},
		api.ClientToken{},
		api.ClientTokenInput{},
		api.OAuthError{},
		api.SSOReply{},
		api.SSOExchangeInput{},
		api.SSOTestInput{},
		api.SSOTestPage{},
		api.SSOTracePage{},
		api.SSOKeyList{},
		api.SSOSetup{},
		api.SSOImportInput{},
		api.SSOImport{},
		api.Problem{},
		api.Liveness{},
		api.Readiness{},
	}...) {
		describe(reflect.TypeOf(root), out)
	}
	return out
}

func describe(t reflect.Type, out map[string]document) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	name := path.Base(t.PkgPath()) + "." + t.Name()
	if _, known := out[name]; known || t.Kind() != reflect.Struct {
		return
	}
	var d document
	out[name] = d // a type may hold itself
	for field := range t.Fields() {
		member, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if !field.IsExported() || member == "" || member == "-" {
			continue
		}
		d.members = append(d.members, member)
		if !strings.Contains(options, "omit") {
			d.required = append(d.required, member)
		}
		describe(field.Type, out)
	}
	out[name] = d
}
