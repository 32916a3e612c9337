package azure

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"admin-api/secret"
	"admin-api/validation"
)

// Speech is a Speech resource, known by its region or by the endpoint that is its
// own.
type Speech struct {
	Region, Endpoint string
	Key              secret.Text
}

// cloud is the part of Azure that a region belongs to
// (https://learn.microsoft.com/azure/ai-services/speech-service/sovereign-clouds).
type cloud struct{ api, synthesis string }

var (
	public     = cloud{api: ".api.cognitive.microsoft.com", synthesis: ".tts.speech.microsoft.com"}
	government = cloud{api: ".api.cognitive.microsoft.us", synthesis: ".tts.speech.azure.us"}
	china      = cloud{api: ".api.cognitive.azure.cn", synthesis: ".tts.speech.azure.cn"}
)

func (s Speech) cloud() cloud {
	switch {
	case strings.HasPrefix(s.Region, "usgov"):
		return government
	case strings.HasPrefix(s.Region, "china"):
		return china
	}
	return public
}

// TokenURL returns where the key is exchanged for a token that is good for ten minutes
// (https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech#authentication).
func (s Speech) TokenURL() string {
	const path = "/sts/v1.0/issueToken"
	if s.Endpoint != "" {
		return s.Endpoint + path
	}
	return "https://" + s.Region + s.cloud().api + path
}

// VoicesURL returns where the voices are listed. Endpoints of resources have
// another path than those of regions
// (https://learn.microsoft.com/azure/ai-services/speech-service/speech-services-private-link).
func (s Speech) VoicesURL() string {
	const path = "/cognitiveservices/voices/list"
	if s.Endpoint != "" {
		return s.Endpoint + "/tts" + path
	}
	return "https://" + s.Region + s.cloud().synthesis + path
}

// Header returns a header with the key.
func (s Speech) Header() http.Header {
	return http.Header{"Ocp-Apim-Subscription-Key": {s.Key.Reveal()}}
}

// geography is what the portal puts before the name of a region.
var geography = regexp.MustCompile(`^\([^)]*\)\s*`)

// RegionCode returns the code of the region that the portal calls text: "(US)
// East US 2" is eastus2.
func RegionCode(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(geography.ReplaceAllString(text, "")), ""))
}

// Origin drops from a pasted endpoint what the portal shows with it. What cannot
// be read, or carries something else, stays as it is.
func Origin(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return text
	}
	switch strings.ToLower(strings.Trim(u.Path, "/")) {
	case "", "sts/v1.0/issuetoken":
		return strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	}
	return text
}

var (
	resourceHost = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.cognitiveservices\.azure\.(?:com|us|cn)$`)
	regionalHost = regexp.MustCompile(
		`^([a-z0-9]{3,40})\.(?:api\.cognitive|stt\.speech|tts\.speech)\.(?:microsoft\.(?:com|us)|azure\.(?:us|cn))$`)
)

// CheckEndpoint wants the endpoint of a resource: anywhere else the key has no
// business.
func CheckEndpoint(c *validation.Context, pointer, endpoint string) {
	if endpoint == "" || c.Broken(pointer) {
		return
	}
	host := strings.TrimPrefix(endpoint, "https://")
	if resourceHost.MatchString(host) {
		return
	}
	if region := regionalHost.FindStringSubmatch(host); region != nil {
		c.Violate(pointer, "azure_endpoint",
			"Is the address of a whole region; leave it out, and enter "+region[1]+" as the region.")
		return
	}
	c.Violate(pointer, "azure_endpoint",
		"Must be https://NAME.cognitiveservices.azure.com, as the Azure portal shows it under Keys and Endpoint.")
}

// Trim drops white space around a key that was pasted.
func Trim(key *secret.Text) {
	if key.IsSet() && !key.IsKept() {
		*key = secret.New(strings.TrimSpace(key.Reveal()))
	}
}
