package azure

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/validation"
)

// Speech is a Speech resource, known by its region or by the endpoint that is its
// own.
type Speech struct {
	Region, Endpoint string
	Key              secret.Text
}

// domain returns where the part of Azure answers that a region belongs to
// (https://learn.microsoft.com/azure/ai-services/speech-service/sovereign-clouds).
func domain(region string) string {
	switch {
	case strings.HasPrefix(region, "usgov"):
		return "api.cognitive.microsoft.us"
	case strings.HasPrefix(region, "china"):
		return "api.cognitive.azure.cn"
	}
	return "api.cognitive.microsoft.com"
}

// tokenURL returns where the key is exchanged for a token
// (https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech#authentication).
func (s Speech) tokenURL() string {
	const path = "/sts/v1.0/issueToken"
	if s.Endpoint != "" {
		return s.Endpoint + path
	}
	return "https://" + s.Region + "." + domain(s.Region) + path
}

// tokenForm is what tokens look like (RFC 7519).
var tokenForm = regexp.MustCompile(`^\s*[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\s*$`)

// Authenticate exchanges the key, as a step of its own, for a token that is good
// for ten minutes, and drops it. It is the one call that is short and takes
// nothing but the key: lists of voices have hundreds of entries.
func (s Speech) Authenticate(ctx context.Context, session *integrations.Session) error {
	err := session.Step("authenticate", func() error {
		answer, err := session.Exchange(ctx, integrations.Request{
			Method: http.MethodPost, URL: s.tokenURL(), Header: http.Header{
				"Ocp-Apim-Subscription-Key": {s.Key.Reveal()},
				"Content-Type":              {"application/x-www-form-urlencoded"},
				"Accept":                    {"*/*"},
			},
		})
		if err != nil {
			return err
		}
		if f := Failure(answer); f != nil {
			return f
		}
		if !tokenForm.Match(answer.Body) {
			return unexpected(answer)
		}
		return nil
	})
	return advise(err)
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
