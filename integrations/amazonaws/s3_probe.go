package amazonaws

import (
	"context"
	"encoding/xml"
	"errors"
	"net/url"

	"admin-api/integrations"
	"admin-api/integrations/platform/aws"
)

// The steps of a probe.
const (
	stepAuthenticate = "authenticate"
	stepBucket       = "bucket"
)

// listing is the part of ListBucketResult that counts.
type listing struct {
	XMLName xml.Name `xml:"ListBucketResult"`
	Name    string   `xml:"Name"`
}

// Probe implements integrations.Prober. It lists no object of the bucket, which
// takes the right to list it: one request tells whether the key, the region and
// the bucket are right.
func (p *S3Properties) Probe(ctx context.Context, s *integrations.Session) error {
	var refused error
	err := s.Step(stepAuthenticate, func() error {
		answer, err := p.list(ctx, s)
		if err != nil {
			return err
		}
		f, recognized := p.refusal(answer)
		switch {
		case f == nil:
			return p.checkListing(answer)
		case !recognized:
			return f
		}
		refused = f
		return nil
	})
	if err != nil {
		s.Skip(stepBucket)
		return p.advise(err)
	}
	s.SetIdentity("access key " + p.AccessKeyID)
	return s.Step(stepBucket, func() error { return refused })
}

// advise says of a private store that its authority can be entered here.
func (p *S3Properties) advise(err error) error {
	var f *integrations.Failure
	if p.UsePrivateS3Storage && errors.As(err, &f) && f.Code == "tls_untrusted" {
		f.Hint = "Enter the certificate of the store's own authority as CA certificate."
	}
	return err
}

// list asks for none of the bucket's objects
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
func (p *S3Properties) list(ctx context.Context, s *integrations.Session) (*integrations.Answer, error) {
	request, err := p.signed().Sign(ctx, s.Now())
	if err != nil {
		return nil, s3RequestNotPossible.Failure()
	}
	request.Header.Set("Accept", "application/xml")
	if p.UsePrivateS3Storage && p.CACertificatePEM != "" {
		request.ExtraCA = []byte(p.CACertificatePEM)
	}
	return s.Exchange(ctx, request)
}

// signed is the request to sign.
func (p *S3Properties) signed() aws.Call {
	return aws.Call{
		Key: aws.Key{ID: p.AccessKeyID, Secret: p.SecretKey}, Service: "s3", Region: p.Region, URL: p.listURL(),
	}
}

// listURL returns the address of the request. A key prefix is part of it because
// a policy may let the key list that folder only.
func (p *S3Properties) listURL() string {
	query := url.Values{"list-type": {"2"}, "max-keys": {"0"}}
	if p.KeyPrefix != "" {
		query.Set("prefix", p.KeyPrefix)
	}
	u := p.endpoint()
	if p.AddressingStyle == styleVirtual && !p.dotted() {
		u.Host = p.S3Bucket + "." + u.Host
		u.Path = "/"
	} else {
		u.Path = "/" + p.S3Bucket
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// endpoint returns the address of the store. An address that cannot be read is
// none: then no request comes about.
func (p *S3Properties) endpoint() *url.URL {
	if !p.UsePrivateS3Storage {
		return &url.URL{Scheme: "https", Host: aws.Host("s3", p.Region)}
	}
	u, err := url.Parse(p.URL)
	if err != nil {
		return &url.URL{Scheme: "https"}
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}
}

// checkListing wants what S3 answers, about the bucket that was asked for.
func (p *S3Properties) checkListing(answer *integrations.Answer) error {
	var result listing
	if xml.Unmarshal(answer.Body, &result) == nil && result.Name == p.S3Bucket {
		return nil
	}
	f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The answer is not the listing of the bucket that S3 documents.", "Check that the Url leads to an S3 store.")
	if !p.UsePrivateS3Storage {
		f.Hint = "Try again later; if it stays so, look for a proxy between this server and AWS."
	} else if p.AddressingStyle == styleVirtual {
		f.Hint = "Many stores find the bucket only in the path; set the addressing style to path."
	}
	f.HTTPStatus = answer.Status
	return f
}
