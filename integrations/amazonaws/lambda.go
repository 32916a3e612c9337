package amazonaws

import (
	"context"

	"admin-api/integrations"
	"admin-api/integrations/platform/aws"
	"admin-api/secret"
	"admin-api/validation"
)

// Lambda lists the type aws_lambda in the catalogue.
var Lambda = integrations.Definition{ //nolint:gosec // The key is the example of AWS's documentation.
	Type:             "aws_lambda",
	Family:           integrations.AmazonAWS,
	Label:            "AWS Lambda",
	Description:      "Lets scenarios and workflows call functions of yours on AWS Lambda.",
	DocumentationURL: "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html",
	Shape:            integrations.Proposed,
	Feature:          "aws",
	Notes: []string{
		"Which function is called, and how, is chosen in the scenario: an account holds no function.",
		"Of the documented properties only name and region can be read in public; those of the key follow AWS S3.",
	},
	ProbeDoes: "Asks AWS whose key it is, which needs no permission, and then reads the limits of Lambda in the region. " +
		"No function is called.",
	Privileges: "lambda:InvokeFunction on the functions that scenarios call. The test can do without " +
		"lambda:GetAccountSettings, but then warns that it could not look at Lambda.",
	Diagnoses: append(aws.Diagnoses(), lambdaUnverified),
	New:       func() integrations.Properties { return new(LambdaProperties) },
	Example: `{
	"region": "eu-west-1",
	"accessKeyId": "AKIAIOSFODNN7EXAMPLE",
	"secretKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
}`,
}

// LambdaProperties configure the functions of one region.
type LambdaProperties struct {
	Region string `json:"region" validate:"required,aws_region_name" label:"Region" help:"Code of the region that hosts the functions." example:"eu-west-1" dest:"true"`

	AccessKeyID string `json:"accessKeyId" validate:"required" label:"Access Key ID" help:"Of an IAM user's access key; temporary keys do not work." example:"AKIAIOSFODNN7EXAMPLE" pattern:"^A[KS]IA[A-Z0-9]{16}$" hint:"AKIA and 16 more capital letters and digits"`

	SecretKey secret.Text `json:"secretKey" validate:"required" label:"Secret Key" help:"The secret half of the access key; AWS shows it once, when the key is created." pattern:"^[A-Za-z0-9/+]{40}$" hint:"the 40 characters that IAM shows when an access key is created"`
}

// Normalize implements integrations.Normalizer.
func (p *LambdaProperties) Normalize() {
	p.Region = aws.RegionCode(p.Region)
	p.SecretKey = p.SecretKey.TrimSpace()
}

// Validate implements integrations.Properties.
func (p *LambdaProperties) Validate(c *validation.Context) {
	aws.CheckRegion(c, "/region", p.Region)
	aws.CheckPermanent(c, "/accessKeyId", p.AccessKeyID)
}

// lambdaUnverified is a warning: what scenarios need is another right.
var lambdaUnverified = integrations.Diagnosis{
	Cause: integrations.CausePermission, Code: "lambda_not_verifiable",
	Detail: "The key is good, but it may not read Lambda's settings, so that nothing more could be found out.",
	Hint:   "Permit lambda:GetAccountSettings to have it tested; calling functions needs lambda:InvokeFunction.",
}

// stepLambda is the step in which Lambda itself is asked, stepAuthorize the
// warning where it knows the key but does not answer.
const (
	stepLambda    = "lambda"
	stepAuthorize = "authorize"
)

// Probe implements integrations.Prober. It asks whose key it is and reads the
// account's limits in the region
// (https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html).
func (p *LambdaProperties) Probe(ctx context.Context, s *integrations.Session) error {
	key := aws.Key{ID: p.AccessKeyID, Secret: p.SecretKey}
	if _, err := aws.Authenticate(ctx, s, key, p.Region); err != nil {
		s.Skip(stepLambda)
		return err
	}
	var denied *integrations.Failure
	err := aws.Step(s, stepLambda, func() error {
		answer, err := aws.Exchange(ctx, s, aws.Call{
			Key: key, Service: "lambda", Region: p.Region,
			URL: "https://" + aws.Host("lambda", p.Region) + "/2016-08-19/account-settings",
		})
		if err != nil {
			return err
		}
		f := aws.Failure(answer)
		if f != nil && f.Code == "permission_denied" && aws.ReadRefusal(answer).Code != "" {
			denied = lambdaUnverified.From(answer)
			return nil
		}
		if f != nil {
			return f
		}
		return checkLimits(answer)
	})
	if denied != nil {
		s.Warn(stepAuthorize, denied)
	}
	return err
}

// checkLimits wants what GetAccountSettings returns.
func checkLimits(answer *integrations.Answer) error {
	var settings struct {
		AccountLimit *struct{}
	}
	if err := answer.JSON(&settings); err != nil {
		return err
	}
	if settings.AccountLimit == nil {
		return aws.Unexpected(answer)
	}
	return nil
}
