// Package catalog is the list of all types of integration accounts, in the
// order in which people see them: the documented order of families, types of
// one family in alphabetical order.
//
// It holds nothing else. Only commands import it; services receive the list as
// a value.
package catalog

import (
	"admin-api/integrations"
	"admin-api/integrations/amazonaws"
	"admin-api/integrations/datagroup"
	"admin-api/integrations/dynamics"
	"admin-api/integrations/bot"
	"admin-api/integrations/knowledgebase"
	"admin-api/integrations/cobrowsing"
	"admin-api/integrations/messenger"
	"admin-api/integrations/nextcaller"
	"admin-api/integrations/nice"
	"admin-api/integrations/naturallanguage"
	"admin-api/integrations/remoteassistance"
	"admin-api/integrations/rightnow"
	"admin-api/integrations/salesforce"
	"admin-api/integrations/scimaccount"
	"admin-api/integrations/servicenow"
	"admin-api/integrations/singlesignon"
	"admin-api/integrations/speechtotext"
	"admin-api/integrations/texttospeech"
	"admin-api/integrations/statistics"
	"admin-api/integrations/zapier"
	"admin-api/integrations/zendesk"
)

// All returns the definitions of all types. Each call returns a list of its
// own.
func All() integrations.Catalog {
	return integrations.Catalog{
		amazonaws.Lambda,
		amazonaws.S3,
		bot.Lex,
		bot.Dialogflow,
		bot.WatsonAssistant,
		knowledgebase.Definition,
		cobrowsing.Definition,
		messenger.Facebook,
		messenger.Line,
		messenger.Nexmo,
		messenger.Telegram,
		dynamics.Definition,
		nextcaller.Definition,
		nice.Definition,
		naturallanguage.Watson,
		messenger.Twitter,
		messenger.Viber,
		messenger.WeChat,
		messenger.WhatsApp,
		remoteassistance.Definition,
		rightnow.Definition,
		salesforce.Definition,
		scimaccount.Definition,
		servicenow.Definition,
		singlesignon.Definition,
		datagroup.Definition,
		speechtotext.Transcribe,
		speechtotext.Azure,
		texttospeech.Polly,
		texttospeech.Azure,
		speechtotext.GoogleStreaming,
		speechtotext.Google,
		speechtotext.Watson,
		texttospeech.Google,
		texttospeech.Watson,
		speechtotext.GoVivace,
		statistics.Definition,
		zapier.Definition,
		zendesk.Definition,
	}
}
