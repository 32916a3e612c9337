package aws

import "admin-api/integrations"

// What services say about a caller, whatever they were asked
// (https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html).
var (
	// AccessKeyUnknown is about the id of the key.
	AccessKeyUnknown = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "access_key_unknown",
		Detail: "AWS does not know the access key id, or does not know it in this region.",
		Hint: "Create a new access key in IAM and enter both halves. " +
			"A region that is off by default must be enabled in the AWS account first; " +
			"China and GovCloud have keys of their own.",
	}
	// SecretKeyRejected is about the other half.
	SecretKeyRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "secret_key_rejected",
		Detail: "The secret key does not belong to the access key id.",
		Hint:   "Enter the secret key again; if it is lost, create a new access key in IAM and enter both halves.",
	}
	// SessionExpired is about temporary keys.
	SessionExpired = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "session_expired",
		Detail: "The access key is a temporary one whose session token is wrong or has expired.",
		Hint:   "Create an access key of an IAM user, which lasts; or enter new temporary keys with their token.",
	}
	// ClockSkewed is about the time in the signature.
	ClockSkewed = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "clock_skewed",
		Detail: "The clock of this server and the clock of AWS differ by more than AWS accepts.",
		Hint:   "Set this server's clock, best over NTP.",
	}
	// SignatureRefused is about its form.
	SignatureRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "signature_refused",
		Detail: "AWS does not accept the signature for this service and region.",
		Hint:   "Check the region; if it is right, look for a proxy that changes requests to AWS.",
	}
	// AccountProblem is about the account as a whole.
	AccountProblem = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "account_problem",
		Detail: "AWS has closed the account, or not opened it for the service.",
		Hint:   "Sign in to the AWS console and look for notices about the account.",
	}
	// RegionDisabled is about the region in the account.
	RegionDisabled = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "region_disabled",
		Detail: "The region is not enabled in the AWS account.",
		Hint:   "Enable the region in the account's settings, or choose another one.",
	}
)

// permissionDenied and throttled are failures that every probe can have.
var (
	permissionDenied = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "permission_denied",
		Detail: "AWS knows the key, but no policy permits the request.",
		Hint:   "Permit it in a policy of the key's user, and look for a policy that denies it.",
	}
	throttled = integrations.Diagnosis{
		Cause: integrations.CauseRateLimited, Code: "rate_limited", Retryable: true,
		Detail: "AWS has had too many requests of this account.", Hint: "Wait a minute, then test again.",
	}
)

// Diagnoses returns a new list of what Failure knows by name.
func Diagnoses() []integrations.Diagnosis {
	return []integrations.Diagnosis{
		AccessKeyUnknown, SecretKeyRejected, SessionExpired, ClockSkewed, SignatureRefused, AccountProblem, RegionDisabled,
	}
}

// diagnoses are what codes mean; the same thing has another one in each of AWS's
// protocols.
var diagnoses = map[string]integrations.Diagnosis{
	"InvalidClientTokenId":        AccessKeyUnknown,
	"UnrecognizedClientException": AccessKeyUnknown,
	"InvalidAccessKeyId":          AccessKeyUnknown,

	"SignatureDoesNotMatch":     SecretKeyRejected,
	"InvalidSignatureException": SecretKeyRejected,

	"ExpiredToken":          SessionExpired,
	"ExpiredTokenException": SessionExpired,
	"InvalidToken":          SessionExpired,

	"RequestExpired":       ClockSkewed,
	"RequestTimeTooSkewed": ClockSkewed,

	"IncompleteSignature":                    SignatureRefused,
	"IncompleteSignatureException":           SignatureRefused,
	"MissingAuthenticationToken":             SignatureRefused,
	"MissingAuthenticationTokenException":    SignatureRefused,
	"AuthorizationHeaderMalformed":           SignatureRefused,
	"AccessDenied":                           permissionDenied,
	"AccessDeniedException":                  permissionDenied,
	"NotAuthorized":                          permissionDenied,
	"UnauthorizedOperation":                  permissionDenied,
	"OptInRequired":                          AccountProblem,
	"SubscriptionRequiredException":          AccountProblem,
	"AccountProblem":                         AccountProblem,
	"RegionDisabledException":                RegionDisabled,
	"Throttling":                             throttled,
	"ThrottlingException":                    throttled,
	"RequestThrottled":                       throttled,
	"RequestLimitExceeded":                   throttled,
	"TooManyRequestsException":               throttled,
	"LimitExceededException":                 throttled,
	"ProvisionedThroughputExceededException": throttled,
}
