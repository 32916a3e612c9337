package amazonaws

import (
	"encoding/xml"

	"admin-api/integrations"
)

// s3Error is what S3 says in the body of a refusal
// (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
type s3Error struct {
	XMLName xml.Name `xml:"Error"`
	Code    string   `xml:"Code"`
	Region  string   `xml:"Region"`
}

// refusal says why the store refused, nil if it did not. recognized reports
// whether it knew the key and only has something against its use of the bucket.
func (p *S3Properties) refusal(answer *integrations.Answer) (f *integrations.Failure, recognized bool) {
	f = answer.Failure()
	if f == nil {
		return nil, true
	}
	var document s3Error
	_ = xml.Unmarshal(answer.Body, &document) // what is not S3's is judged by its status
	known := p.wrongRegion(answer, document)
	if known == nil {
		known = s3Refusal(document.Code)
	}
	if known == nil {
		return f, false
	}
	known.HTTPStatus = answer.Status
	return known, document.Code == "AccessDenied" || document.Code == "NoSuchBucket"
}

// wrongRegion recognizes the three ways in which S3 sends to another region. It
// names the region only if that is one of AWS's, in our own words.
func (p *S3Properties) wrongRegion(answer *integrations.Answer, document s3Error) *integrations.Failure {
	code := answer.Header.Get("X-Amz-Bucket-Region")
	if code == "" {
		code = document.Region
	}
	elsewhere := code != "" && code != p.Region
	switch document.Code {
	case "PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException":
	case "AuthorizationHeaderMalformed":
		if !elsewhere {
			return nil
		}
	default:
		if !elsewhere || answer.Status != 301 && answer.Status != 307 {
			return nil
		}
	}
	if !elsewhere || !isRegion(code) {
		return integrations.NewFailure(integrations.CauseConfig, "wrong_region",
			"The bucket is in another region than the one entered.", "Look up the region of the bucket and enter it.")
	}
	return integrations.NewFailure(integrations.CauseConfig, "wrong_region",
		"The bucket is in "+code+", not in the region entered.", "Set the region to "+code+".")
}

// s3Refusal says what a code of S3 means; nil for one it does not know.
func s3Refusal(code string) *integrations.Failure {
	switch code {
	case "InvalidAccessKeyId":
		return integrations.NewFailure(integrations.CauseCredentials, "access_key_unknown",
			"The store does not know the access key id.",
			"Create a new access key in IAM for the user that owns the bucket's rights, and enter both halves.")
	case "SignatureDoesNotMatch", "InvalidSecurity":
		return integrations.NewFailure(integrations.CauseCredentials, "secret_key_rejected",
			"The secret key does not belong to the access key id.",
			"Enter the secret key again; if it is lost, create a new access key in IAM and enter both halves.")
	case "ExpiredToken", "InvalidToken", "TokenRefreshRequired":
		return integrations.NewFailure(integrations.CauseCredentials, "credentials_rejected",
			"The store takes the access key for a temporary one that is no longer valid.",
			"Create a new access key in IAM for a user, beginning with AKIA, and enter both halves.")
	case "AccessDenied":
		return integrations.NewFailure(integrations.CausePermission, "permission_denied",
			"The key is good but may not list the bucket; some stores say so of a bucket that does not exist.",
			"Allow s3:ListBucket on the bucket in the user's policy, and s3:GetObject and s3:PutObject on its objects.")
	case "NoSuchBucket":
		return integrations.NewFailure(integrations.CauseConfig, "bucket_not_found",
			"There is no bucket of this name.", "Check the name of the bucket, or create it.")
	}
	return s3RefusalOfRequest(code)
}

// s3RefusalOfRequest is about neither the key nor the bucket.
func s3RefusalOfRequest(code string) *integrations.Failure {
	switch code {
	case "RequestTimeTooSkewed":
		return integrations.NewFailure(integrations.CauseConfig, "clock_skewed",
			"The clock of this server and the clock of the store differ by more than 15 minutes.",
			"Set this server's clock, best over NTP.")
	case "AuthorizationHeaderMalformed":
		return integrations.NewFailure(integrations.CauseConfig, "signature_refused",
			"The store refuses the form of the signature.",
			"Check the region; a private store may have a name of its own for it.")
	case "InvalidBucketName":
		return integrations.NewFailure(integrations.CauseConfig, "bucket_name_refused",
			"The store refuses the name of the bucket.", "Check the name of the bucket.")
	case "AllAccessDisabled", "AccountProblem", "NotSignedUp":
		return integrations.NewFailure(integrations.CausePermission, "account_problem",
			"AWS has closed the account, or not opened it for S3.",
			"Sign in to the AWS console and look for notices about the account.")
	case "SlowDown", "RequestLimitExceeded":
		f := integrations.NewFailure(integrations.CauseRateLimited, "rate_limited",
			"The store asks for fewer requests.", "Wait a minute, then test again.")
		f.Retryable = true
		return f
	}
	return nil
}
