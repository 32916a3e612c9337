package bot

import (
	"context"
	"net/http"

	"admin-api/integrations"
	"admin-api/integrations/platform/aws"
)

// The steps of a probe of Lex, besides authenticate. In stepLex it is asked for
// the bot's alias; the last three are warnings.
const (
	stepAccount   = "account"
	stepLex       = "lex"
	stepAuthorize = "authorize"
	stepAlias     = "alias"
	stepLocale    = "locale"
)

var (
	otherAccount = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "other_account",
		Detail: "The key is good, but it belongs to another AWS account than the user ID says.",
		Hint:   "Correct the user ID, or enter a key of that account.",
	}
	lexV1Ended = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "lex_v1_ended",
		Detail: "The account is for Amazon Lex V1, which AWS ended on 15 September 2025.",
		Hint:   "Bring the bot to Amazon Lex V2, set the Lex version to it and enter the bot's ids.",
	}
	botNotFound = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "bot_not_found",
		Detail: "The region has no bot with this id, or the bot has no alias with this id.",
		Hint:   "Compare region, bot ID and bot alias ID with the console of Amazon Lex V2.",
	}
	botUnverified = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "bot_not_verifiable",
		Detail: "The key is good, but it may not describe the bot's alias, so that nothing more could be found out.",
		Hint:   "Permit lex:DescribeBotAlias to have it tested; chats need lex:RecognizeText and lex:StartConversation.",
	}
	aliasCreating = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "bot_alias_creating", Retryable: true,
		Detail: "AWS is still creating the bot's alias.",
		Hint:   "Wait until the console shows it as available, then test again.",
	}
	aliasUnavailable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "bot_alias_unavailable",
		Detail: "The bot's alias failed, or is being deleted.",
		Hint:   "Look at the alias in the console of Amazon Lex V2, or enter another one.",
	}
	otherAlias = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "other_bot_alias",
		Detail: "The alias with this id has another name than the bot alias entered.",
		Hint:   "Correct the bot alias or the bot alias ID, so that both name the same one.",
	}
	localeDisabled = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "locale_disabled",
		Detail: "The alias is not set up for the locale.",
		Hint:   "Enable the language for the alias in the console of Amazon Lex V2, or enter another locale ID.",
	}
)

// lexDiagnoses are what the probe knows by name besides what AWS says of keys.
var lexDiagnoses = []integrations.Diagnosis{
	otherAccount, lexV1Ended, botNotFound, botUnverified, aliasCreating, aliasUnavailable, otherAlias, localeDisabled,
}

// alias is the part of DescribeBotAlias's answer that counts.
type alias struct {
	BotID          string `json:"botId"`
	BotAliasID     string `json:"botAliasId"`
	BotAliasName   string `json:"botAliasName"`
	BotAliasStatus string `json:"botAliasStatus"`
	LocaleSettings map[string]struct {
		Enabled bool `json:"enabled"`
	} `json:"botAliasLocaleSettings"`
}

// Probe implements integrations.Prober. It asks whose key it is and reads the
// description of the bot's alias.
func (p *LexProperties) Probe(ctx context.Context, s *integrations.Session) error {
	key := aws.Key{ID: p.AccessKey, Secret: p.SecretKey}
	who, err := aws.Authenticate(ctx, s, key, p.Region)
	if err != nil {
		s.Skip(stepAccount, stepLex)
		return err
	}
	err = s.Step(stepAccount, func() error {
		if who.Account != p.UserID {
			return otherAccount.Failure()
		}
		return nil
	})
	if err != nil {
		s.Skip(stepLex)
		return err
	}
	if p.LexVersion == lexV1 {
		return s.Step(stepLex, func() error { return lexV1Ended.Failure() })
	}
	return p.describe(ctx, s, key)
}

// describe reads the alias; not being permitted to is a warning, because chats
// need another right.
func (p *LexProperties) describe(ctx context.Context, s *integrations.Session, key aws.Key) error {
	var found alias
	var denied *integrations.Failure
	err := aws.Step(s, stepLex, func() error {
		answer, err := aws.Exchange(ctx, s, aws.Call{
			Key: key, Service: "lex", Region: p.Region,
			URL: "https://" + aws.Host("models-v2-lex", p.Region) + "/bots/" + p.BotID + "/botaliases/" + p.BotAliasID + "/",
		})
		if err != nil {
			return err
		}
		f := aws.Failure(answer)
		code := aws.ReadRefusal(answer).Code
		switch {
		case f == nil:
			return p.judge(answer, &found)
		case f.Code == "permission_denied" && code != "":
			denied = botUnverified.From(answer)
			return nil
		case code == "ResourceNotFoundException" || answer.Status == http.StatusNotFound && code != "":
			return botNotFound.From(answer)
		}
		return f
	})
	switch {
	case err != nil:
		return err
	case denied != nil:
		s.Warn(stepAuthorize, denied)
		return nil
	}
	p.compare(s, found)
	return nil
}

// judge wants the alias that was asked for, ready for use.
func (p *LexProperties) judge(answer *integrations.Answer, found *alias) error {
	if err := answer.JSON(found); err != nil {
		return err
	}
	switch {
	case found.BotID != p.BotID || found.BotAliasID != p.BotAliasID:
		return aws.Unexpected(answer)
	case found.BotAliasStatus == "Creating":
		return aliasCreating.From(answer)
	case found.BotAliasStatus != "Available":
		return aliasUnavailable.From(answer)
	}
	return nil
}

// compare warns of what does not fit the alias.
func (p *LexProperties) compare(s *integrations.Session, found alias) {
	if p.BotAlias != "" && p.BotAlias != found.BotAliasName {
		s.Warn(stepAlias, otherAlias.Failure())
	}
	if !found.LocaleSettings[p.LocaleID].Enabled {
		s.Warn(stepLocale, localeDisabled.Failure())
	}
}
