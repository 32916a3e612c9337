package amazonaws

import (
	"net/http"

	"admin-api/integrations"
	"admin-api/integrations/platform/aws"
)

// What a store says about the key
// (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
var (
	s3KeyUnknown = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "access_key_unknown",
		Detail: "The store does not know the access key id.",
		Hint:   "Create a new access key in IAM for the user that owns the bucket's rights, and enter both halves.",
	}
	s3SecretRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "secret_key_rejected",
		Detail: "The secret key does not belong to the access key id.",
		Hint:   "Enter the secret key again; if it is lost, create a new access key in IAM and enter both halves.",
	}
	s3KeyExpired = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "credentials_rejected",
		Detail: "The store takes the access key for a temporary one that is no longer valid.",
		Hint:   "Create a new access key in IAM for a user, beginning with AKIA, and enter both halves.",
	}
	s3AccountProblem = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "account_problem",
		Detail: "AWS has closed the account, or not opened it for S3.",
		Hint:   "Sign in to the AWS console and look for notices about the account.",
	}
)

// What it says about the bucket.
var (
	s3Denied = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "permission_denied",
		Detail: "The key is good but may not list the bucket; some stores say so of a bucket that does not exist.",
		Hint:   "Allow s3:ListBucket on the bucket in the user's policy, and s3:GetObject and s3:PutObject on its objects.",
	}
	s3BucketNotFound = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "bucket_not_found",
		Detail: "There is no bucket of this name.", Hint: "Check the name of the bucket, or create it.",
	}
	s3BucketNameRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "bucket_name_refused",
		Detail: "The store refuses the name of the bucket.", Hint: "Check the name of the bucket.",
	}
	s3WrongRegion = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "wrong_region",
		Detail: "The bucket is in another region than the one entered.",
		Hint:   "Look up the region of the bucket and enter it.",
	}
)

// What it says about neither.
var (
	s3ClockSkewed = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "clock_skewed",
		Detail: "The clock of this server and the clock of the store differ by more than 15 minutes.",
		Hint:   "Set this server's clock, best over NTP.",
	}
	s3SignatureRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "signature_refused",
		Detail: "The store refuses the form of the signature.",
		Hint:   "Check the region; a private store may have a name of its own for it.",
	}
	s3Throttled = integrations.Diagnosis{
		Cause: integrations.CauseRateLimited, Code: "rate_limited", Retryable: true,
		Detail: "The store asks for fewer requests.", Hint: "Wait a minute, then test again.",
	}
	s3RequestNotPossible = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "request_not_possible",
		Detail: "No request can be made from the address and the bucket.",
		Hint:   "Check the Url and the name of the bucket.",
	}
)

// s3Diagnoses are what the probe knows by name.
var s3Diagnoses = []integrations.Diagnosis{
	s3KeyUnknown, s3SecretRejected, s3AccountProblem, s3BucketNotFound, s3BucketNameRefused, s3WrongRegion,
	s3ClockSkewed, s3SignatureRefused, s3RequestNotPossible,
}

// s3Codes are what S3's codes mean.
var s3Codes = map[string]integrations.Diagnosis{
	"InvalidAccessKeyId":           s3KeyUnknown,
	"XAdminUserNotFound":           s3KeyUnknown, // as Versity S3 Gateway says it
	"SignatureDoesNotMatch":        s3SecretRejected,
	"InvalidSecurity":              s3SecretRejected,
	"ExpiredToken":                 s3KeyExpired,
	"InvalidToken":                 s3KeyExpired,
	"TokenRefreshRequired":         s3KeyExpired,
	"AccessDenied":                 s3Denied,
	"NoSuchBucket":                 s3BucketNotFound,
	"InvalidBucketName":            s3BucketNameRefused,
	"RequestTimeTooSkewed":         s3ClockSkewed,
	"AuthorizationHeaderMalformed": s3SignatureRefused,
	"AllAccessDisabled":            s3AccountProblem,
	"AccountProblem":               s3AccountProblem,
	"NotSignedUp":                  s3AccountProblem,
	"SlowDown":                     s3Throttled,
	"RequestLimitExceeded":         s3Throttled,
}

// refusal says why the store refused, nil if it did not. recognized reports
// whether it knew the key and only has something against its use of the bucket.
func (p *S3Properties) refusal(answer *integrations.Answer) (f *integrations.Failure, recognized bool) {
	f = answer.Failure()
	if f == nil {
		return nil, true
	}
	said := aws.ReadRefusal(answer) // what is not S3's is judged by its status
	if elsewhere := p.wrongRegion(answer, said); elsewhere != nil {
		return elsewhere, false
	}
	d, known := s3Codes[said.Code]
	if !known {
		return f, false
	}
	return d.From(answer), said.Code == "AccessDenied" || said.Code == "NoSuchBucket"
}

// wrongRegion recognizes the three ways in which S3 sends to another region. It
// names the region only if that is one of AWS's, in our own words.
func (p *S3Properties) wrongRegion(answer *integrations.Answer, said aws.Refusal) *integrations.Failure {
	code := answer.Header.Get("X-Amz-Bucket-Region")
	if code == "" {
		code = said.Region
	}
	elsewhere := code != "" && code != p.Region
	switch said.Code {
	case "PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException":
	case "AuthorizationHeaderMalformed":
		if !elsewhere {
			return nil
		}
	default:
		redirected := answer.Status == http.StatusMovedPermanently || answer.Status == http.StatusTemporaryRedirect
		if !elsewhere || !redirected {
			return nil
		}
	}
	f := s3WrongRegion.From(answer)
	if elsewhere && aws.IsRegion(code) {
		f.Detail = "The bucket is in " + code + ", not in the region entered."
		f.Hint = "Set the region to " + code + "."
	}
	return f
}
