package aws

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"admin-api/integrations"
	"admin-api/secret"
)

// Key is an access key. Session is the token that temporary keys come with,
// unset for those of an IAM user.
type Key struct {
	ID              string
	Secret, Session secret.Text
}

// Call is one request to a service.
type Call struct {
	Key Key
	// Service and Region are those that the signature is for.
	Service, Region string
	Method          string // GET when empty
	URL             string
	Header          http.Header // signed too; may be nil
	Body            []byte
}

// Sign returns the request with Signature Version 4 of the time
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html). Header
// fields that the caller adds to it are not signed, which AWS permits for all
// but X-Amz-….
func (c Call) Sign(ctx context.Context, at time.Time) (integrations.Request, error) {
	req, err := http.NewRequestWithContext(ctx, c.Method, c.URL, bytes.NewReader(c.Body))
	if err != nil {
		return integrations.Request{}, err
	}
	maps.Copy(req.Header, c.Header)
	sum := sha256.Sum256(c.Body)
	hash := hex.EncodeToString(sum[:])
	req.Header.Set("X-Amz-Content-Sha256", hash)
	credentials := sdk.Credentials{
		AccessKeyID: c.Key.ID, SecretAccessKey: c.Key.Secret.Reveal(), SessionToken: c.Key.Session.Reveal(),
	}
	// S3 is the one service that takes paths as they are.
	asItIs := func(o *v4.SignerOptions) { o.DisableURIPathEscaping = c.Service == "s3" }
	if err := v4.NewSigner().SignHTTP(ctx, credentials, req, hash, c.Service, c.Region, at, asItIs); err != nil {
		return integrations.Request{}, err
	}
	return integrations.Request{Method: req.Method, URL: req.URL.String(), Header: req.Header, Body: c.Body}, nil
}

// Exchange signs the call and sends it. The error is a *integrations.Failure
// where no request can be made of it, else the transport's.
func Exchange(ctx context.Context, s *integrations.Session, c Call) (*integrations.Answer, error) {
	request, err := c.Sign(ctx, s.Now())
	if err != nil {
		return nil, integrations.NewFailure(integrations.CauseConfig, "invalid_address",
			"No request can be made to the region.", "Check the region.")
	}
	return s.Exchange(ctx, request)
}
