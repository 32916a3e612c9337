package integrations

import "net/http"

// What any probe can end with, whatever its type.
var (
	credentialsRejected = Diagnosis{
		Cause: CauseCredentials, Code: "credentials_rejected",
		Detail: "The remote system did not accept the credentials.",
		Hint:   "Check the credentials; enter them again or create new ones.",
	}
	permissionDenied = Diagnosis{
		Cause: CausePermission, Code: "permission_denied",
		Detail: "The remote system knows the caller but does not permit the request.",
		Hint:   "Check the rights of the user or key there, and restrictions by IP address.",
	}
	notFound = Diagnosis{
		Cause: CauseConfig, Code: "not_found",
		Detail: "The remote system has nothing at the address.", Hint: "Check the address and the names in it.",
	}
	redirected = Diagnosis{
		Cause: CauseConfig, Code: "redirected",
		Detail: "The remote system sends callers to another address.",
		Hint:   "Enter the final address of the interface itself.",
	}
	rateLimited = Diagnosis{
		Cause: CauseRateLimited, Code: "rate_limited", Retryable: true,
		Detail: "The remote system has had too many requests.", Hint: "Try again later.",
	}
	remoteError = Diagnosis{
		Cause: CauseRemote, Code: "remote_error", Retryable: true,
		Detail: "The remote system reports an error of its own.", Hint: "Try again later; look at the system's status page.",
	}
	unexpectedStatus = Diagnosis{
		Cause: CauseRemote, Code: "unexpected_status",
		Detail: "The remote system answered with a status that was not expected.",
		Hint:   "Check that the address leads to the right system.",
	}
	unexpectedAnswer = Diagnosis{
		Cause: CauseRemote, Code: "unexpected_answer",
		Detail: "The answer is not the JSON that was expected.",
		Hint:   "Check that the address leads to the interface itself, not to a web page, a proxy or another product.",
	}
	unexpectedEnd = Diagnosis{
		Cause: CauseRemote, Code: "unexpected", Retryable: true,
		Detail: "The step ended in an unexpected way.",
		Hint:   "Try again; if it stays, check that the address leads to the right system.",
	}
	noAnswer = Diagnosis{
		Cause: CauseNetwork, Code: "timeout", Retryable: true,
		Detail: "The remote system did not answer in time.",
		Hint:   "Try again; the system may be slow, or a firewall may swallow the connection.",
	}
	invalidAddress = Diagnosis{
		Cause: CauseConfig, Code: "invalid_address",
		Detail: "The address cannot be asked.", Hint: "Check the address for typing errors.",
	}
	invalidHeader = Diagnosis{
		Cause: CauseConfig, Code: "invalid_header",
		Detail: "A value that is sent in a header field holds a line break.", Hint: "Enter the value again, in one line.",
	}
)

// Diagnoses returns the failures that the probe of any type can have, besides
// those of the connection, which the transport knows. The caller owns the list.
func Diagnoses() []Diagnosis {
	return []Diagnosis{
		invalidAddress, invalidHeader, notFound, redirected, credentialsRejected, permissionDenied, noAnswer,
		rateLimited, remoteError, unexpectedStatus, unexpectedAnswer, unexpectedEnd,
	}
}

// diagnosisOf tells what a status other than 2xx means.
func diagnosisOf(status int) Diagnosis {
	switch {
	case status == http.StatusUnauthorized:
		return credentialsRejected
	case status == http.StatusForbidden:
		return permissionDenied
	case status == http.StatusNotFound, status == http.StatusGone:
		return notFound
	case status == http.StatusTooManyRequests:
		return rateLimited
	case status >= 300 && status < 400:
		return redirected
	case status >= 500:
		return remoteError
	}
	return unexpectedStatus
}
