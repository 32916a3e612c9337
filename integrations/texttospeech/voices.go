package texttospeech

import "admin-api/integrations"

// stepVoices is the step in which a vendor's voices are listed.
const stepVoices = "voices"

var voiceNotFound = integrations.Diagnosis{
	Cause: integrations.CauseConfig, Code: "voice_not_found",
	Detail: "The vendor accepts the credentials, but has no such voice for the account.",
	Hint:   "Enter the name of a voice that the vendor lists; mind capitals, and that voices are withdrawn at times.",
}
