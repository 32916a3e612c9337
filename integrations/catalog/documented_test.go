package catalog

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
)

// documented is what people and accounts that exist rely on.
type documented struct {
	typ          string
	family       integrations.Family
	shape        integrations.Shape
	feature      string
	limit        integrations.Limit
	hasDefault   bool
	probes       bool
	destinations string // separated by blanks
}

var types = []documented{
	{
		typ: "aws_lambda", family: integrations.AmazonAWS, shape: "proposed", feature: "aws", probes: true,
		destinations: "/region",
	},
	{
		typ: "aws_s3", family: integrations.AmazonAWS, shape: "proposed", feature: "aws", probes: true,
		destinations: "/usePrivateS3Storage /url /region /addressingStyle /caCertificatePem",
	},
	{
		typ: "aws_lex", family: integrations.Bot, shape: "proposed", probes: true,
		destinations: "/region",
	},
	{
		typ: "dialogflow", family: integrations.Bot, shape: "proposed", probes: true,
		destinations: "/edition /location",
	},
	{
		typ: "watson_assistant", family: integrations.Bot, shape: "proposed", probes: true,
		destinations: "/url /authenticationMethod",
	},
	{
		typ: "surfly", family: integrations.CoBrowsing, shape: "proposed", probes: true,
		destinations: "/url",
	},
	{
		typ: "external_knowledge_base", family: integrations.ExternalKnowledgeBase, shape: "proposed", probes: true,
		destinations: "/url /searchUrlTemplate /articleUrlTemplate /authenticationMethod /apiKeyHeader /tokenUrl",
	},
	{
		typ: "loxysoft_wfm", family: integrations.LoxysoftWFM, shape: "proposed", limit: "family", probes: true,
		destinations: "/url",
	},
	{typ: "facebook_messenger", family: integrations.Messenger, shape: "documented", feature: "facebook", probes: true},
	{typ: "line", family: integrations.Messenger, shape: "documented", probes: true},
	{typ: "nexmo", family: integrations.Messenger, shape: "proposed", probes: true},
	{typ: "telegram", family: integrations.Messenger, shape: "proposed", probes: true},
	{typ: "twitter", family: integrations.Messenger, shape: "proposed", probes: true},
	{typ: "viber", family: integrations.Messenger, shape: "proposed", probes: true},
	{typ: "wechat", family: integrations.Messenger, shape: "proposed", probes: true},
	{
		typ: "whatsapp", family: integrations.Messenger, shape: "proposed", probes: true,
		destinations: "/provider /infobip/baseUrl",
	},
	{
		typ: "dynamics365", family: integrations.MicrosoftDynamics365, shape: "documented", hasDefault: true, probes: true,
		destinations: "/authorizationUrl /tokenUrl /apiUrl",
	},
	{
		typ: "watson_nlu", family: integrations.NaturalLanguage, shape: "proposed", probes: true,
		destinations: "/url /authenticationMethod",
	},
	{
		typ: "next_caller", family: integrations.NextCaller, shape: "documented", probes: true,
		destinations: "/sandboxMode",
	},
	{
		typ: "nice", family: integrations.NICE, shape: "proposed", probes: true,
		destinations: "/authMode /region /url",
	},
	{
		typ: "logmein", family: integrations.RemoteAssistance, shape: "proposed", feature: "logmein_rescue", probes: true,
		destinations: "/dataCenter",
	},
	{
		typ: "rightnow", family: integrations.RightNow, shape: "documented", hasDefault: true, probes: true,
		destinations: "/url",
	},
	{
		typ: "salesforce", family: integrations.Salesforce, shape: "proposed", hasDefault: true, probes: true,
		destinations: "/url /sandboxEnvironment",
	},
	{typ: "scim", family: integrations.SCIM, shape: "documented", limit: "type"},
	{
		typ: "servicenow", family: integrations.ServiceNow, shape: "proposed", hasDefault: true, probes: true,
		destinations: "/url /authMode",
	},
	{typ: "sso", family: integrations.SingleSignOn, shape: "documented", feature: "single_sign_on", limit: "type", probes: true},
	{
		typ: "aws_transcribe", family: integrations.SpeechToText, shape: "proposed", probes: true,
		destinations: "/region",
	},
	{
		typ: "azure_stt", family: integrations.SpeechToText, shape: "proposed", probes: true,
		destinations: "/region /endpoint",
	},
	{
		typ: "google_streaming_stt", family: integrations.SpeechToText, shape: "proposed", probes: true,
		destinations: "/url",
	},
	{
		typ: "google_stt", family: integrations.SpeechToText, shape: "documented", probes: true,
		destinations: "/url",
	},
	{
		typ: "govivace_stt", family: integrations.SpeechToText, shape: "proposed", probes: true,
		destinations: "/url",
	},
	{
		typ: "watson_stt", family: integrations.SpeechToText, shape: "proposed", probes: true,
		destinations: "/authMethod /url",
	},
	{
		typ: "statistics_data_receiver", family: integrations.StatisticsDataReceiver, shape: "proposed", probes: true,
		destinations: "/url /authMethod /headerName",
	},
	{
		typ: "teleopti_wfm", family: integrations.TeleoptiWFM, shape: "proposed", probes: true,
		destinations: "/url /protocol",
	},
	{
		typ: "aws_polly", family: integrations.TextToSpeech, shape: "proposed", probes: true,
		destinations: "/region",
	},
	{
		typ: "azure_tts", family: integrations.TextToSpeech, shape: "proposed", probes: true,
		destinations: "/region /endpoint",
	},
	{
		typ: "google_tts", family: integrations.TextToSpeech, shape: "proposed", probes: true,
		destinations: "/url",
	},
	{
		typ: "watson_tts", family: integrations.TextToSpeech, shape: "proposed", probes: true,
		destinations: "/authMethod /url",
	},
	{
		typ: "the_data_group", family: integrations.TheDataGroup, shape: "documented", probes: true,
		destinations: "/baseUrl",
	},
	{
		typ: "aspect_wfm", family: integrations.WFM, shape: "proposed", feature: "wfm_reports", limit: "family", probes: true,
		destinations: "/protocol /host /port /url /authMethod /headerName",
	},
	{
		typ: "calabrio_wfm", family: integrations.WFM, shape: "proposed", feature: "wfm_reports", limit: "family", probes: true,
		destinations: "/historicalFeed/delivery/protocol /historicalFeed/delivery/host" +
			" /historicalFeed/delivery/port /historicalFeed/delivery/tlsMode" +
			" /historicalFeed/delivery/hostKeyFingerprint /historicalFeed/delivery/hostKey" +
			" /historicalFeed/delivery/caCertificatePem /realTimeFeed/host /realTimeFeed/port",
	},
	{
		typ: "verint_wfm", family: integrations.WFM, shape: "proposed", feature: "wfm_reports", limit: "family", probes: true,
		destinations: "/protocol /url /host /port /historicalFeed/delivery/protocol" +
			" /historicalFeed/delivery/host /historicalFeed/delivery/port" +
			" /historicalFeed/delivery/tlsMode /historicalFeed/delivery/hostKeyFingerprint" +
			" /historicalFeed/delivery/hostKey /historicalFeed/delivery/caCertificatePem",
	},
	{typ: "zapier", family: integrations.Zapier, shape: "documented"},
	{
		typ: "zendesk", family: integrations.Zendesk, shape: "proposed", hasDefault: true, probes: true,
		destinations: "/url /authorizationType",
	},
}

// TestDocumentedTypes: no type, feature, limit, default, probe or destination
// comes or goes by mistake.
func TestDocumentedTypes(t *testing.T) {
	all := All()
	declared := make([]documented, len(all))
	for i := range all {
		d := &all[i]
		_, probes := d.New().(integrations.Prober)
		declared[i] = documented{
			d.Type, d.Family, d.Shape, d.Feature, d.Limit, d.HasDefault, probes, strings.Join(d.Destinations(), " "),
		}
	}
	require.Equal(t, types, declared)
}
