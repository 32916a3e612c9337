package amazonaws

import (
	"net/url"
	"strings"

	"admin-api/integrations"
	"admin-api/integrations/platform/aws"
	"admin-api/secret"
)

// S3 lists the type aws_s3 in the catalogue.
var S3 = integrations.Definition{ //nolint:gosec // The key is the example of AWS's documentation.
	Type:             "aws_s3",
	Family:           integrations.AmazonAWS,
	Label:            "AWS S3",
	Description:      "Stores recordings in a bucket of yours, on Amazon S3 or a store that speaks its protocol.",
	DocumentationURL: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html",
	Shape:            integrations.Proposed,
	Feature:          "aws",
	Notes: []string{
		"The labels are documented; addressing style, key prefix and CA certificate are our addition, and so are the rules.",
		"Temporary access keys are refused: recordings are stored long after such a key has expired.",
		"A private store must accept Signature Version 4; stores other than Amazon's may word refusals differently.",
	},
	ProbeDoes: "Asks for the listing of the bucket, limited to no entries at all, with a signed request. " +
		"Nothing is written, so that the right to store files is not proved.",
	Privileges: "s3:ListBucket on the bucket for the test; " +
		"on its objects s3:PutObject for storing and s3:GetObject for playback.",
	Diagnoses: s3Diagnoses,
	New:       func() integrations.Properties { return new(S3Properties) },
	Example: `{
	"region": "eu-west-1",
	"accessKeyId": "AKIAIOSFODNN7EXAMPLE",
	"secretKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	"s3Bucket": "acme-recordings"
}`,
}

// How a bucket is addressed: as part of the host name or of the path.
const (
	styleVirtual = "virtual"
	stylePath    = "path"
)

// privateRegion is what stores that have no regions sign for.
const privateRegion = "us-east-1"

// S3Properties configure one bucket. The bucket and the access key id are no
// destinations: a signature says who asks for what, but gives the key to nobody.
type S3Properties struct {
	UsePrivateS3Storage bool `json:"usePrivateS3Storage" label:"Use private S3 storage" help:"For a store of your own that speaks the S3 protocol, in place of AWS." dest:"true"`

	URL string `json:"url" validate:"required_if=UsePrivateS3Storage true,omitempty,https_origin" label:"Url" help:"Address of the private store." example:"https://s3.acme.com" format:"url" dest:"true" when:"usePrivateS3Storage=true"`

	Region string `json:"region" validate:"required_if=UsePrivateS3Storage false" label:"Region" help:"Code of the region where the bucket lives." example:"eu-west-1" max:"64" dest:"true"`

	AccessKeyID string `json:"accessKeyId" validate:"required" label:"Access Key ID" help:"Of an IAM user's access key; temporary keys do not work." example:"AKIAIOSFODNN7EXAMPLE" pattern:"^[!-~]*$" hint:"printable characters without spaces" min:"3" max:"128"`

	SecretKey secret.Text `json:"secretKey" validate:"required" label:"Secret Key" help:"The secret half of the access key; AWS shows it once, when the key is created." pattern:"^[!-~]*$" hint:"printable characters without spaces" min:"8" max:"128"`

	S3Bucket string `json:"s3Bucket" validate:"required" label:"S3 bucket" help:"Name of the bucket that keeps the files." example:"acme-recordings" pattern:"^[a-z0-9][a-z0-9.-]*[a-z0-9]$" hint:"lower-case letters, digits, dots and hyphens, with a letter or digit at both ends" min:"3" max:"63"`

	AddressingStyle string `json:"addressingStyle" label:"Addressing style" help:"Whether the bucket is part of the host name or of the path. Left out: virtual for AWS, path for a private store." enum:"virtual,path" enumLabels:"Virtual host,Path" dest:"true"`

	KeyPrefix string `json:"keyPrefix" label:"Key prefix" help:"Folder inside the bucket." example:"recordings/" max:"512"`

	CACertificatePEM string `json:"caCertificatePem" label:"CA certificate" help:"Of the private store, if no public authority vouches for it." format:"certificate" dest:"true" when:"usePrivateS3Storage=true"`
}

// Normalize implements integrations.Normalizer. It sets what depends on the kind
// of store and on the name of the bucket: wildcard certificates cover no bucket
// with a dot in its name.
func (p *S3Properties) Normalize() {
	p.URL = normalizeOrigin(p.URL)
	p.SecretKey = p.SecretKey.TrimSpace()
	switch {
	case !p.UsePrivateS3Storage:
		p.Region = aws.RegionCode(p.Region)
	case p.Region == "":
		p.Region = privateRegion
	}
	if p.AddressingStyle == "" {
		p.AddressingStyle = styleVirtual
		if p.UsePrivateS3Storage || p.dotted() {
			p.AddressingStyle = stylePath
		}
	}
}

// dotted reports whether the bucket's name has a dot.
func (p *S3Properties) dotted() bool { return strings.Contains(p.S3Bucket, ".") }

// normalizeOrigin drops what a pasted address has too much. What cannot be read,
// or carries more than an origin, stays as it is.
func normalizeOrigin(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" ||
		strings.Trim(u.Path, "/") != "" {
		return s
	}
	return strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}
