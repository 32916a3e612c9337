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
	"admin-api/integrations/bot"
	"admin-api/integrations/cobrowsing"
	"admin-api/integrations/datagroup"
	"admin-api/integrations/dynamics"
	"admin-api/integrations/knowledgebase"
	"admin-api/integrations/loxysoft"
	"admin-api/integrations/messenger"
	"admin-api/integrations/naturallanguage"
	"admin-api/integrations/nextcaller"
	"admin-api/integrations/nice"
	"admin-api/integrations/remoteassistance"
	"admin-api/integrations/rightnow"
	"admin-api/integrations/salesforce"
	"admin-api/integrations/scimaccount"
	"admin-api/integrations/servicenow"
	"admin-api/integrations/singlesignon"
	"admin-api/integrations/speechtotext"
	"admin-api/integrations/statistics"
	"admin-api/integrations/teleopti"
	"admin-api/integrations/texttospeech"
	"admin-api/integrations/wfm"
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
		cobrowsing.Definition,
		knowledgebase.Definition,
		loxysoft.Definition,
		messenger.Facebook,
		messenger.Line,
		messenger.Nexmo,
		messenger.Telegram,
		messenger.Twitter,
		messenger.Viber,
		messenger.WeChat,
		messenger.WhatsApp,
		dynamics.Definition,
		naturallanguage.Watson,
		nextcaller.Definition,
		nice.Definition,
		remoteassistance.Definition,
		rightnow.Definition,
		salesforce.Definition,
		scimaccount.Definition,
		servicenow.Definition,
		singlesignon.Definition,
		speechtotext.Transcribe,
		speechtotext.Azure,
		speechtotext.GoogleStreaming,
		speechtotext.Google,
		speechtotext.GoVivace,
		speechtotext.Watson,
		statistics.Definition,
		teleopti.Definition,
		texttospeech.Polly,
		texttospeech.Azure,
		texttospeech.Google,
		texttospeech.Watson,
		datagroup.Definition,
		wfm.Aspect,
		wfm.Calabrio,
		wfm.Verint,
		zapier.Definition,
		zendesk.Definition,
	}
}
