package speechtotext

import (
	"context"
	"net/http"

	"admin-api/integrations"
	"admin-api/integrations/platform/aws"
	"admin-api/secret"
	"admin-api/validation"
)

// Transcribe lists the type aws_transcribe in the catalogue.
var Transcribe = integrations.Definition{ //nolint:gosec // The key is the example of AWS's documentation.
	Type:             "aws_transcribe",
	Family:           integrations.SpeechToText,
	Label:            "Amazon Transcribe",
	Description:      "Transcribes calls with Amazon Transcribe.",
	DocumentationURL: "https://docs.aws.amazon.com/transcribe/latest/APIReference/API_ListTranscriptionJobs.html",
	Shape:            integrations.Proposed,
	Notes: []string{
		"No public documentation of the contact center describes this type; its properties follow Amazon's.",
		"Temporary keys are accepted with their session token, but stop working within hours.",
	},
	ProbeDoes: "Asks AWS whose key it is, which needs no permission, and then for a list of at most one " +
		"transcription job. Nothing is transcribed.",
	Privileges: "transcribe:ListTranscriptionJobs for the test; transcribe:StartStreamTranscription for live calls, " +
		"transcribe:StartTranscriptionJob and transcribe:GetTranscriptionJob for recordings.",
	Diagnoses: aws.Diagnoses(),
	New:       func() integrations.Properties { return &TranscribeProperties{LanguageCode: "en-US"} },
	Example: `{
	"region": "eu-west-1",
	"accessKeyId": "AKIAIOSFODNN7EXAMPLE",
	"secretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	"languageCode": "en-GB"
}`,
}

// TranscribeProperties configure Amazon Transcribe in one region.
type TranscribeProperties struct {
	Region string `json:"region" validate:"required,aws_region_name" label:"Region" help:"Code of the region where calls are transcribed." example:"eu-west-1" dest:"true"`

	AccessKeyID string `json:"accessKeyId" validate:"required" label:"Access key" help:"Id of an access key, best of an IAM user." example:"AKIAIOSFODNN7EXAMPLE" pattern:"^A[KS]IA[A-Z0-9]{16}$" hint:"AKIA, or ASIA for a temporary key, and 16 more capital letters and digits"`

	SecretAccessKey secret.Text `json:"secretAccessKey" validate:"required" label:"Secret key" help:"The secret half of the access key; AWS shows it once, when the key is created." pattern:"^[A-Za-z0-9/+]{40}$" hint:"the 40 characters that IAM shows when an access key is created"`

	SessionToken secret.Text `json:"sessionToken" label:"Session token" help:"Only for temporary keys, which begin with ASIA." pattern:"^[!-~]*$" hint:"printable characters without spaces" max:"4096"`

	LanguageCode string `json:"languageCode" label:"Language" help:"Language that callers speak." example:"en-US" pattern:"^[a-z]{2,3}-[A-Z]{2}$" hint:"a language and a country such as en-US"`
}

// Normalize implements integrations.Normalizer. A stored session token does not
// outlive the temporary key that it belongs to.
func (p *TranscribeProperties) Normalize() {
	p.Region = aws.RegionCode(p.Region)
	p.SecretAccessKey, p.SessionToken = p.SecretAccessKey.TrimSpace(), p.SessionToken.TrimSpace()
	if p.SessionToken.IsKept() && !aws.IsTemporary(p.AccessKeyID) {
		p.SessionToken = secret.Text{}
	}
}

// Validate implements integrations.Properties.
func (p *TranscribeProperties) Validate(c *validation.Context) {
	aws.CheckRegion(c, "/region", p.Region)
	aws.CheckSession(c, "/accessKeyId", p.AccessKeyID, "/sessionToken", p.SessionToken)
}

// transcribeStep is the step in which Transcribe itself is asked.
const transcribeStep = "authorize"

// Probe implements integrations.Prober. It asks whose key it is and for the
// latest job at most.
func (p *TranscribeProperties) Probe(ctx context.Context, s *integrations.Session) error {
	key := aws.Key{ID: p.AccessKeyID, Secret: p.SecretAccessKey, Session: p.SessionToken}
	if _, err := aws.Authenticate(ctx, s, key, p.Region); err != nil {
		s.Skip(transcribeStep)
		return err
	}
	return aws.Step(s, transcribeStep, func() error {
		answer, err := aws.Exchange(ctx, s, aws.Call{
			Key: key, Service: "transcribe", Region: p.Region,
			Method: http.MethodPost, URL: "https://" + p.transcribeHost() + "/",
			Header: http.Header{
				"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {"Transcribe.ListTranscriptionJobs"},
			},
			Body: []byte(`{"MaxResults":1}`),
		})
		if err != nil {
			return err
		}
		if f := aws.Failure(answer); f != nil {
			if f.Code == "permission_denied" {
				f.Hint = "Permit transcribe:ListTranscriptionJobs, and transcribe:StartStreamTranscription for live calls, " +
					"in a policy of the key's user."
			}
			return f
		}
		return answer.JSON(new(struct{}))
	})
}

// transcribeHost returns where Transcribe answers; its names in China begin
// differently (https://docs.aws.amazon.com/general/latest/gr/transcribe.html).
func (p *TranscribeProperties) transcribeHost() string {
	if aws.InChina(p.Region) {
		return aws.Host("cn.transcribe", p.Region)
	}
	return aws.Host("transcribe", p.Region)
}
