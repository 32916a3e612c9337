package amazonaws

import (
	"crypto/x509"
	"encoding/pem"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"admin-api/integrations/platform/aws"
	"admin-api/validation"
)

// maxAuthorities bounds the certificates of one private store.
const maxAuthorities = 10

// What AWS's keys look like, permanent and temporary ones, and the regions of
// private stores.
var (
	keyForm    = regexp.MustCompile(`^A[KS]IA[A-Z0-9]{16}$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9/+]{40}$`)
	regionForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
)

// What the name of a bucket may not begin and end with
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
var (
	reservedPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	reservedSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

// Validate implements integrations.Properties.
func (p *S3Properties) Validate(c *validation.Context) {
	p.checkRegion(c)
	p.checkKeys(c)
	p.checkBucket(c)
	p.checkKeyPrefix(c)
	p.checkAuthorities(c)
}

func (p *S3Properties) checkRegion(c *validation.Context) {
	const pointer = "/region"
	if p.Region == "" || c.Broken(pointer) {
		return
	}
	switch {
	case !p.UsePrivateS3Storage:
		aws.CheckRegion(c, pointer, p.Region)
	case !regionForm.MatchString(p.Region):
		c.Violate(pointer, "region", "Must consist of letters, digits and hyphens.")
	}
}

func (p *S3Properties) checkKeys(c *validation.Context) {
	if p.UsePrivateS3Storage {
		return
	}
	if p.AccessKeyID != "" && !c.Broken("/accessKeyId") {
		if !keyForm.MatchString(p.AccessKeyID) {
			c.Violate("/accessKeyId", "aws_access_key_id",
				"Must be AKIA and 16 more capital letters and digits, as IAM shows it.")
		}
		aws.CheckPermanent(c, "/accessKeyId", p.AccessKeyID)
	}
	known := p.SecretKey.IsSet() && !p.SecretKey.IsKept()
	if known && !c.Broken("/secretKey") && !secretForm.MatchString(p.SecretKey.Reveal()) {
		c.Violate("/secretKey", "aws_secret_key",
			"Must be the 40 characters that IAM showed when the access key was created.")
	}
}

func (p *S3Properties) checkBucket(c *validation.Context) {
	const pointer = "/s3Bucket"
	if p.S3Bucket == "" || c.Broken(pointer) {
		return
	}
	_, notAddress := netip.ParseAddr(p.S3Bucket)
	reserved := slices.ContainsFunc(reservedPrefixes, func(s string) bool { return strings.HasPrefix(p.S3Bucket, s) }) ||
		slices.ContainsFunc(reservedSuffixes, func(s string) bool { return strings.HasSuffix(p.S3Bucket, s) })
	switch {
	case strings.Contains(p.S3Bucket, ".."):
		c.Violate(pointer, "s3_bucket", "Must not have two dots in a row.")
	case notAddress == nil:
		c.Violate(pointer, "s3_bucket", "Must not be an IP address.")
	case reserved:
		c.Violate(pointer, "s3_bucket", "Begins or ends as S3 reserves it for its own use.")
	case p.dotted() && p.AddressingStyle == styleVirtual:
		c.Warn("/addressingStyle", "path_style_used",
			"The bucket's name has a dot, which certificates do not cover as part of a host name; the path is used.")
	}
}

func (p *S3Properties) checkKeyPrefix(c *validation.Context) {
	const pointer = "/keyPrefix"
	switch {
	case c.Broken(pointer):
	case strings.HasPrefix(p.KeyPrefix, "/"):
		c.Violate(pointer, "key_prefix", "Must not begin with a slash.")
	case slices.Contains(strings.Split(p.KeyPrefix, "/"), ".."):
		c.Violate(pointer, "key_prefix", "Must not have .. as a folder.")
	}
}

// checkAuthorities wants one or more certificates and nothing else. Their dates
// and names are judged where they are used, when the store is connected to.
func (p *S3Properties) checkAuthorities(c *validation.Context) {
	const pointer = "/caCertificatePem"
	if p.CACertificatePEM == "" || c.Broken(pointer) {
		return
	}
	if strings.Contains(p.CACertificatePEM, "PRIVATE KEY-----") {
		c.Violate(pointer, "private_key_submitted",
			"Contains a private key, which must not leave its owner; enter certificates only.")
		return
	}
	rest, count := []byte(p.CACertificatePEM), 0
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		count++
		if block.Type != "CERTIFICATE" {
			c.Violate(pointer, "pem_certificate", "Holds something other than certificates; enter certificates only.")
			return
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			c.Violate(pointer, "pem_certificate", "Holds a certificate that cannot be read; copy it again, whole.")
			return
		}
		if c.CheckAuthority(pointer, certificate); c.Broken(pointer) {
			return
		}
	}
	switch {
	case count == 0 || strings.TrimSpace(string(rest)) != "":
		c.Violate(pointer, "pem_certificate", "Must be certificates in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE.")
	case count > maxAuthorities:
		c.Violate(pointer, "too_many_certificates", "Must not hold more than ten certificates.")
	}
}
