package amazonaws

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"admin-api/integrations"
	"admin-api/secret"
)

// emptyHash is the SHA-256 of no body.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// signature is what a request is signed with.
type signature struct {
	keyID           string
	key             secret.Text
	service, region string
	at              time.Time
}

// signedGet returns a GET of address, signed with Signature Version 4
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
func signedGet(ctx context.Context, address string, by signature) (integrations.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return integrations.Request{}, err
	}
	req.Header.Set("X-Amz-Content-Sha256", emptyHash)
	credentials := aws.Credentials{AccessKeyID: by.keyID, SecretAccessKey: by.key.Reveal()}
	// S3 is the one service that takes paths as they are.
	asItIs := func(o *v4.SignerOptions) { o.DisableURIPathEscaping = by.service == "s3" }
	err = v4.NewSigner().SignHTTP(ctx, credentials, req, emptyHash, by.service, by.region, by.at, asItIs)
	if err != nil {
		return integrations.Request{}, err
	}
	// The signature covers neither of these two.
	req.Header.Set("Accept", "application/xml")
	return integrations.Request{URL: req.URL.String(), Header: req.Header}, nil
}
