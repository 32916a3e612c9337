package integrations

// Family is an entry of the documented list of integration accounts.
type Family string

// The documented families, in the order of the documentation.
const (
	AmazonAWS              Family = "Amazon AWS"
	Bot                    Family = "Bot / Chat suggestions engine"
	CoBrowsing             Family = "Co-browsing"
	ExternalKnowledgeBase  Family = "External Knowledge Base"
	LoxysoftWFM            Family = "Loxysoft WFM"
	Messenger              Family = "Messenger"
	MicrosoftDynamics365   Family = "Microsoft Dynamics 365"
	NaturalLanguage        Family = "Natural Language Understanding"
	NextCaller             Family = "Next Caller"
	NICE                   Family = "NICE"
	RemoteAssistance       Family = "Remote Assistance"
	RightNow               Family = "RightNow"
	Salesforce             Family = "Salesforce.com"
	SCIM                   Family = "SCIM"
	ServiceNow             Family = "ServiceNow"
	SingleSignOn           Family = "Single Sign-On"
	SpeechToText           Family = "Speech To Text"
	StatisticsDataReceiver Family = "Statistics Data Receiver"
	TeleoptiWFM            Family = "Teleopti WFM"
	TextToSpeech           Family = "Text To Speech"
	TheDataGroup           Family = "The Data Group (TDG)"
	WFM                    Family = "WFM"
	Zapier                 Family = "Zapier"
	Zendesk                Family = "Zendesk"
)
