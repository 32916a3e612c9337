package texttospeech

import (
	"context"
	"net/url"

	"admin-api/integrations"
	"admin-api/integrations/platform/aws"
	"admin-api/secret"
	"admin-api/validation"
)

// Polly lists the type aws_polly in the catalogue.
var Polly = integrations.Definition{ //nolint:gosec // The key is the example of AWS's documentation.
	Type:             "aws_polly",
	Family:           integrations.TextToSpeech,
	Label:            "Amazon Polly",
	Description:      "Speaks prompts with a voice of Amazon Polly.",
	DocumentationURL: "https://docs.aws.amazon.com/polly/latest/dg/API_DescribeVoices.html",
	Shape:            integrations.Proposed,
	Notes: []string{
		"No public documentation of the contact center describes this type; its properties follow Amazon's.",
		"Temporary keys are accepted with their session token, but stop working within hours.",
	},
	ProbeDoes: "Asks AWS whose key it is, which needs no permission, and then looks for the voice among those " +
		"that the engine has in the region. Nothing is spoken.",
	Privileges: "polly:DescribeVoices for the test, polly:SynthesizeSpeech for prompts.",
	Diagnoses:  append(aws.Diagnoses(), pollyNoVoice, pollyNoEngine),
	New:        func() integrations.Properties { return &PollyProperties{Engine: "standard", Voice: "Joanna"} },
	Example: `{
	"region": "eu-west-1",
	"accessKeyId": "AKIAIOSFODNN7EXAMPLE",
	"secretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	"engine": "neural",
	"voice": "Amy"
}`,
}

// PollyProperties configure one voice in one region.
type PollyProperties struct {
	Region string `json:"region" validate:"required,aws_region_name" label:"Region" help:"Code of the region where prompts are spoken." example:"eu-west-1" dest:"true"`

	AccessKeyID string `json:"accessKeyId" validate:"required" label:"Access key" help:"Id of an access key, best of an IAM user." example:"AKIAIOSFODNN7EXAMPLE" pattern:"^A[KS]IA[A-Z0-9]{16}$" hint:"AKIA, or ASIA for a temporary key, and 16 more capital letters and digits"`

	SecretAccessKey secret.Text `json:"secretAccessKey" validate:"required" label:"Secret key" help:"The secret half of the access key; AWS shows it once, when the key is created." pattern:"^[A-Za-z0-9/+]{40}$" hint:"the 40 characters that IAM shows when an access key is created"`

	SessionToken secret.Text `json:"sessionToken" label:"Session token" help:"Only for temporary keys, which begin with ASIA." pattern:"^[!-~]*$" hint:"printable characters without spaces" max:"4096"`

	Engine string `json:"engine" label:"Engine" help:"How the voice is made; not every voice has every engine." enum:"standard,neural,long-form,generative" enumLabels:"Standard,Neural,Long-form,Generative"`

	Voice string `json:"voice" label:"Voice" help:"Id of the voice, as the console of Amazon Polly shows it." example:"Joanna" pattern:"^[A-Z][A-Za-z0-9]*$" hint:"a capital letter and more letters, such as Joanna" max:"64"`
}

// Normalize implements integrations.Normalizer. A stored session token does not
// outlive the temporary key that it belongs to.
func (p *PollyProperties) Normalize() {
	p.Region = aws.RegionCode(p.Region)
	p.SecretAccessKey, p.SessionToken = p.SecretAccessKey.TrimSpace(), p.SessionToken.TrimSpace()
	if p.SessionToken.IsKept() && !aws.IsTemporary(p.AccessKeyID) {
		p.SessionToken = secret.Text{}
	}
}

// Validate implements integrations.Properties.
func (p *PollyProperties) Validate(c *validation.Context) {
	aws.CheckRegion(c, "/region", p.Region)
	aws.CheckSession(c, "/accessKeyId", p.AccessKeyID, "/sessionToken", p.SessionToken)
}

var (
	pollyNoVoice = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "voice_not_found",
		Detail: "Amazon Polly has no voice of this name for the engine in the region.",
		Hint:   "Look the voice up in the console of Amazon Polly, and choose an engine and a region that have it.",
	}
	pollyNoEngine = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "engine_not_offered",
		Detail: "Amazon Polly does not offer the engine in the region.",
		Hint:   "Choose another engine or another region.",
	}
)

// pollyStep is the step in which Polly itself is asked.
const pollyStep = "voice"

// pollyPages bounds how far a list of voices is followed; one page holds them
// all at present.
const pollyPages = 5

// pollyVoices is one page of what DescribeVoices returns.
type pollyVoices struct {
	Voices *[]struct {
		ID string `json:"Id"`
	}
	NextToken string
}

// Probe implements integrations.Prober. It asks whose key it is and looks for
// the voice.
func (p *PollyProperties) Probe(ctx context.Context, s *integrations.Session) error {
	key := aws.Key{ID: p.AccessKeyID, Secret: p.SecretAccessKey, Session: p.SessionToken}
	if _, err := aws.Authenticate(ctx, s, key, p.Region); err != nil {
		s.Skip(pollyStep)
		return err
	}
	return aws.Step(s, pollyStep, func() error { return p.findVoice(ctx, s, key) })
}

func (p *PollyProperties) findVoice(ctx context.Context, s *integrations.Session, key aws.Key) error {
	var token string
	var offered bool
	for range pollyPages {
		page, err := p.describeVoices(ctx, s, key, token)
		if err != nil {
			return err
		}
		for _, v := range *page.Voices {
			if v.ID == p.Voice || p.Voice == "" {
				return nil
			}
			offered = true
		}
		if token = page.NextToken; token == "" {
			break
		}
	}
	if !offered {
		return pollyNoEngine.Failure()
	}
	return pollyNoVoice.Failure()
}

// describeVoices reads one page of the engine's voices.
func (p *PollyProperties) describeVoices(
	ctx context.Context, s *integrations.Session, key aws.Key, token string,
) (page pollyVoices, err error) {
	query := url.Values{}
	for name, value := range map[string]string{"Engine": p.Engine, "NextToken": token} {
		if value != "" {
			query.Set(name, value)
		}
	}
	answer, err := aws.Exchange(ctx, s, aws.Call{
		Key: key, Service: "polly", Region: p.Region,
		URL: "https://" + aws.Host("polly", p.Region) + "/v1/voices?" + query.Encode(),
	})
	if err != nil {
		return page, err
	}
	if f := aws.Failure(answer); f != nil {
		if aws.ReadRefusal(answer).Code == "EngineNotSupportedException" {
			return page, pollyNoEngine.From(answer)
		}
		if f.Code == "permission_denied" {
			f.Hint = "Permit polly:DescribeVoices, and polly:SynthesizeSpeech for prompts, in a policy of the key's user."
		}
		return page, f
	}
	if err := answer.JSON(&page); err != nil {
		return page, err
	}
	if page.Voices == nil {
		return page, aws.Unexpected(answer)
	}
	return page, nil
}
