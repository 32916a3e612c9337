package contract_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/contract/goclient"
)

// Made up; no answer but that of the credentials may hold it.
const botToken = "123456789:notAtokenButOfTheFormOfOne-0123456789"

// A client generated from the contract is enough to look after an account from
// its first day to its last.
func TestGoClient(t *testing.T) {
	s := newStack(t)
	client, err := goclient.NewClientWithResponses(s.URL, goclient.WithHTTPClient(s.Client),
		goclient.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
			s.authorize(r)
			return nil
		}))
	require.NoError(t, err)
	c := &caretaker{t: t, client: client}

	made := c.create()
	require.Equal(t, "acme_support_bot", *made.Properties.BotUsername)
	require.True(t, made.Secrets["/token"].Set)
	require.Len(t, (*made.GeneratedSecrets)["/webhookSecretToken"], 26)
	made.GeneratedSecrets = nil // shown once
	require.Equal(t, made, c.read(made.Id))
	changed := c.change(made)
	c.replace(changed)
	c.list(changed.Id)
	c.reveal(changed.Id)
	c.report()
	c.remove(changed.Id)
}

type caretaker struct {
	t      *testing.T
	client *goclient.ClientWithResponses
}

func (c *caretaker) create() goclient.TelegramAccount {
	var body goclient.AccountCreate
	require.NoError(c.t, body.FromTelegramCreate(goclient.TelegramCreate{
		Name: "Support", Labels: &goclient.AccountLabels{"env": "prod"},
		Properties: goclient.TelegramCreate_Properties{Token: new(botToken), BotUsername: new("acme_support_bot")},
	}))
	r, err := c.client.CreateAccountWithResponse(c.t.Context(),
		&goclient.CreateAccountParams{IdempotencyKey: new("first-of-its-kind")}, body)
	require.NoError(c.t, err)
	require.NotNil(c.t, r.JSON201, "%s", r.Body)
	require.NotContains(c.t, string(r.Body), botToken)
	account, err := r.JSON201.AsTelegramAccount()
	require.NoError(c.t, err)
	require.Equal(c.t, goclient.TelegramAccountTypeTelegram, account.Type)
	require.Equal(c.t, "/api/v1/integration-accounts/"+account.Id.String(), r.HTTPResponse.Header.Get("Location"))
	return account
}

func (c *caretaker) read(id goclient.AccountID) goclient.TelegramAccount {
	r, err := c.client.GetAccountWithResponse(c.t.Context(), id, nil)
	require.NoError(c.t, err)
	require.NotNil(c.t, r.JSON200, "%s", r.Body)
	value, err := r.JSON200.ValueByDiscriminator()
	require.NoError(c.t, err)
	require.IsType(c.t, goclient.TelegramAccount{}, value)

	tag := r.HTTPResponse.Header.Get("ETag")
	again, err := c.client.GetAccountWithResponse(c.t.Context(), id, &goclient.GetAccountParams{IfNoneMatch: &tag})
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusNotModified, again.StatusCode())
	account, _ := value.(goclient.TelegramAccount)
	return account
}

func (c *caretaker) change(account goclient.TelegramAccount) goclient.TelegramAccount {
	patch := goclient.AccountPatch{
		Description: new("changed"), Properties: &map[string]any{"botUsername": "acme_other_bot"},
	}
	params := &goclient.PatchAccountParams{IfMatch: `"` + account.Etag + `"`}
	r, err := c.client.PatchAccountWithApplicationMergePatchPlusJSONBodyWithResponse(c.t.Context(), account.Id, params, patch)
	require.NoError(c.t, err)
	require.NotNil(c.t, r.JSON200, "%s", r.Body)
	either, err := r.JSON200.AsAccount()
	require.NoError(c.t, err)
	changed, err := either.AsTelegramAccount()
	require.NoError(c.t, err)
	require.Equal(c.t, "changed", changed.Description)
	require.Equal(c.t, "acme_other_bot", *changed.Properties.BotUsername)
	require.Equal(c.t, account.Version+1, changed.Version)

	// The tag that was read before is stale now.
	r, err = c.client.PatchAccountWithApplicationMergePatchPlusJSONBodyWithResponse(c.t.Context(), account.Id, params, patch)
	require.NoError(c.t, err)
	require.NotNil(c.t, r.ApplicationproblemJSON412, "%s", r.Body)
	require.Equal(c.t, goclient.ProblemCodeVersionMismatch, r.ApplicationproblemJSON412.Code)
	return changed
}

// replace sends back what was read: the secret, which no answer shows, stays.
func (c *caretaker) replace(account goclient.TelegramAccount) {
	var body goclient.AccountReplace
	require.NoError(c.t, body.FromTelegramReplace(goclient.TelegramReplace{
		Id: &account.Id, Version: &account.Version, Name: "Renamed", Etag: &account.Etag, Health: &account.Health,
		Secrets:    &account.Secrets,
		Properties: goclient.TelegramReplace_Properties{BotUsername: account.Properties.BotUsername},
	}))
	params := &goclient.ReplaceAccountParams{IfMatch: `"` + account.Etag + `"`, ValidateOnly: new(true)}
	r, err := c.client.ReplaceAccountWithResponse(c.t.Context(), account.Id, params, body)
	require.NoError(c.t, err)
	require.NotNil(c.t, r.JSON200, "%s", r.Body)
	report, err := r.JSON200.AsReport()
	require.NoError(c.t, err)
	require.True(c.t, report.Valid)

	params.ValidateOnly = nil
	r, err = c.client.ReplaceAccountWithResponse(c.t.Context(), account.Id, params, body)
	require.NoError(c.t, err)
	either, err := r.JSON200.AsAccount()
	require.NoError(c.t, err)
	replaced, err := either.AsTelegramAccount()
	require.NoError(c.t, err)
	require.Equal(c.t, "Renamed", replaced.Name)
	require.Equal(c.t, account.Secrets["/token"].Fingerprint, replaced.Secrets["/token"].Fingerprint)
}

func (c *caretaker) list(want goclient.AccountID) {
	page := func(label string) []goclient.Account {
		r, err := c.client.ListAccountsWithResponse(c.t.Context(), &goclient.ListAccountsParams{
			Type:   &[]goclient.ListAccountsParamsType{goclient.ListAccountsParamsTypeTelegram, goclient.ListAccountsParamsTypeZendesk},
			Labels: &map[string]string{"label.env": label}, PageSize: new(10),
		})
		require.NoError(c.t, err)
		require.NotNil(c.t, r.JSON200, "%s", r.Body)
		return r.JSON200.Items
	}
	require.Empty(c.t, page("test"))
	require.Empty(c.t, page("prod"), "the replace has left the label out")
	r, err := c.client.ListAccountsWithResponse(c.t.Context(), nil)
	require.NoError(c.t, err)
	require.Len(c.t, r.JSON200.Items, 1)
	only, err := r.JSON200.Items[0].AsTelegramAccount()
	require.NoError(c.t, err)
	require.Equal(c.t, want, only.Id)
}

func (c *caretaker) reveal(id goclient.AccountID) {
	r, err := c.client.GetCredentialsWithResponse(c.t.Context(), id, nil)
	require.NoError(c.t, err)
	require.NotNil(c.t, r.JSON200, "%d", r.StatusCode())
	account, err := r.JSON200.AsTelegramCredentials()
	require.NoError(c.t, err)
	require.True(c.t, account.Properties.Token == botToken, "the runtime gets the secret")
}

// report asks for all that is wrong with a draft.
func (c *caretaker) report() {
	r, err := c.client.ValidateAccountWithResponse(c.t.Context(), nil, goclient.AccountDraft{Type: new("telegram")})
	require.NoError(c.t, err)
	require.NotNil(c.t, r.JSON200, "%s", r.Body)
	require.False(c.t, r.JSON200.Valid)
	require.NotEmpty(c.t, r.JSON200.Errors)
}

func (c *caretaker) remove(id goclient.AccountID) {
	r, err := c.client.DeleteAccountWithResponse(c.t.Context(), id, &goclient.DeleteAccountParams{IfMatch: "*"})
	require.NoError(c.t, err)
	require.Equal(c.t, http.StatusNoContent, r.StatusCode(), "%s", r.Body)
	gone, err := c.client.GetAccountWithResponse(c.t.Context(), id, nil)
	require.NoError(c.t, err)
	require.NotNil(c.t, gone.ApplicationproblemJSON404, "%s", gone.Body)
}
