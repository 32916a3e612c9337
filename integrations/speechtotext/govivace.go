package speechtotext

import (
	"net/url"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// What a test of GoVivace can find out beyond what every test can.
var (
	goVivaceNoWebSocket = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "no_websocket",
		Detail: "The server answers, but opens no WebSocket at this address.",
		Hint:   "Check host, port and path of the URL; GoVivace names them together with the API key.",
	}
	goVivaceUnproved = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "credentials_not_verifiable",
		Detail: "The server opened a session with the API key. Whether it accepts the key for audio shows only when " +
			"something is transcribed.",
		Hint: "Transcribe one call.",
	}
)

// GoVivace lists the type govivace_stt in the catalogue.
var GoVivace = integrations.Definition{
	Type:             "govivace_stt",
	Family:           integrations.SpeechToText,
	Label:            "GoVivace STT",
	Description:      "Transcribes calls and understands callers with GoVivace.",
	DocumentationURL: "https://www.govivace.com/documentation/speech-recognition-server-api-specification/",
	Shape:            integrations.Proposed,
	Notes: []string{
		"The URL and its secure WebSocket are documented; the API key is inferred from what GoVivace asks of callers.",
		"GoVivace takes the API key in the address of the connection only, so it may stand in the logs of its servers.",
		"No public source says what GoVivace answers to a wrong key, so a test cannot prove that the key is good.",
		"The documentation of later versions no longer names GoVivace.",
	},
	ProbeDoes: "It opens a WebSocket session with the API key, as a transcription does, and ends it at once. No audio " +
		"is sent and nothing is recognized.",
	Privileges: "An API key of GoVivace that is valid for the server in the URL.",
	Diagnoses:  []integrations.Diagnosis{goVivaceNoWebSocket, goVivaceUnproved},
	New: func() integrations.Properties {
		return &GoVivaceProperties{URL: "wss://services.govivace.com/telephony"}
	},
	Example: `{
	"url": "wss://services.govivace.com:49149/telephony",
	"apiKey": "exampleKeyOfGoVivace0123456789"
}`,
}

// GoVivaceProperties configure one recognizer of GoVivace.
type GoVivaceProperties struct {
	URL string `json:"url" validate:"required,wss_url" label:"URL" help:"Address of the recognizer, with the port if GoVivace named one; the key stands below, not here." example:"wss://services.govivace.com:49149/telephony" format:"url" dest:"true"`

	APIKey secret.Text `json:"apiKey" validate:"required" label:"API key" help:"Issued by GoVivace together with the URL." pattern:"^[!-~]+$" hint:"printable ASCII characters without spaces" min:"8" max:"256"`
}

// Validate implements integrations.Properties. Servers differ in what they take
// to separate parameters and whether capitals matter, so both are looked at.
func (p *GoVivaceProperties) Validate(c *validation.Context) {
	const pointer = "/url"
	u, err := url.Parse(p.URL)
	if p.URL == "" || err != nil || c.Broken(pointer) {
		return
	}
	for pair := range strings.FieldsFuncSeq(u.RawQuery, func(r rune) bool { return r == '&' || r == ';' }) {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil && strings.EqualFold(plain, goVivaceKey) {
			c.Violate(pointer, "key_in_url", "Must not hold the key; enter that as the API key, where it is kept secret.")
			return
		}
	}
}
