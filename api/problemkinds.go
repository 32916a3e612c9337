package api

import (
	"context"
	"net/http"
	"time"

	"admin-api/models"
)

func requestKinds() []ProblemKind {
	return []ProblemKind{
		{
			Code: CodeMalformedJSON, Title: "Malformed JSON", Status: http.StatusBadRequest,
			Detail: "The body is not one JSON document.",
			Meaning: "The body cannot be read as JSON: a syntax error, text behind the document, bytes " +
				"that are not UTF-8, more than 32 levels of nesting, or no body at all.",
			Remedy: "Send exactly one JSON document in UTF-8. The detail says where reading stopped; it " +
				"never repeats what was sent.",
		},
		{
			Code: CodeInvalidParameter, Title: "Invalid parameter", Status: http.StatusBadRequest,
			Detail: "A parameter or header field cannot be understood.",
			Meaning: "A query parameter is not known here, stands twice, or has a value that it cannot " +
				"have; or a header field such as If-Match or Idempotency-Key is malformed. Unknown " +
				"parameters are refused, because a misspelt filter that is ignored would answer with too " +
				"much.",
			Remedy: "Compare the request with the reference. The member parameter or header names the " +
				"culprit.",
			Members: []ProblemMember{
				{Name: "parameter", Description: "the query parameter that was refused"},
				{Name: "header", Description: "the header field that was refused"},
			},
			Extra: map[string]any{"parameter": "pageSize"}, Instance: "/api/v1/integration-accounts",
			errs: []error{models.ErrBadRequest},
		},
		{
			Code: CodeInvalidCursor, Title: "Invalid cursor", Status: http.StatusBadRequest,
			Detail: "The cursor does not belong to this list with these filters.",
			Meaning: "The cursor was altered, or it was made for another list, other filters or another " +
				"order.",
			Remedy: "Use a cursor only as it was answered, with the same filters and order; start " +
				"again without a cursor where they change.",
			errs:     []error{models.ErrBadCursor},
			Instance: "/api/v1/integration-accounts",
		},
	}
}

func rightsKinds() []ProblemKind {
	return []ProblemKind{
		{
			Code: CodeForbidden, Title: "Not allowed", Status: http.StatusForbidden,
			Detail: "The credential lacks the right to do this.",
			Meaning: "The credential is valid but does not carry the scope that the operation needs; or a privilege " +
				"would be given or taken, or the sign-in of somebody changed who has it, and you may not grant it. " +
				"The refusal is on the audit record.",
			Remedy: "Use a credential with the scope that the member scope names, or have somebody do it who may grant it. " +
				"No scope implies another. Without that member the operation needs a session: sign in with " +
				"POST /api/v1/session.",
			Members: []ProblemMember{{Name: "scope", Description: "the scope that is needed"}},
			Extra:   map[string]any{"scope": models.ScopeAccountsWrite},
			errs:    []error{models.ErrForbidden},
		},
		{
			Code: CodeFeatureNotEnabled, Title: "Feature not enabled", Status: http.StatusForbidden,
			Detail: "The service provider has not switched on the feature that this type needs.",
			Meaning: "Some types of accounts need a feature that the service provider switches on for " +
				"each contact center.",
			Remedy: "Ask the service provider for the feature that the member feature names. Accounts " +
				"that exist can still be read, disabled and deleted.",
			Members: []ProblemMember{{Name: "feature", Description: "the feature that is needed"}},
			Extra:   map[string]any{"feature": models.FeatureSingleSignOn}, Instance: "/api/v1/integration-accounts",
			errs: []error{models.ErrFeatureNotEnabled},
		},
		{
			Code: CodeNotFound, Title: "Not found", Status: http.StatusNotFound,
			Detail: "There is nothing at this address.",
			Meaning: "The path does not exist, or the record does not exist in the contact center of the " +
				"credential. A record of another contact center answers the same. Or there is no contact center that " +
				"the header field Contact-Center names or, for signing in, the host name.",
			Remedy: "Check the path and the id. A deleted account is shown with ?deleted=include until " +
				"its retention time is over. Sign in at the domain of the contact center.",
			errs: []error{models.ErrNotFound},
		},
		{
			Code: CodeMethodNotAllowed, Title: "Method not allowed", Status: http.StatusMethodNotAllowed,
			Detail:  "This address does not know the method; the header field Allow lists those it knows.",
			Meaning: "The path exists but has no such method.",
			Remedy:  "Use one of the methods that the header field Allow lists.",
		},
	}
}

func conflictKinds() []ProblemKind {
	return []ProblemKind{
		{
			Code: CodeNameTaken, Title: "Name already in use", Status: http.StatusConflict,
			Detail: "Another record of the contact center has this name; choose another.",
			Meaning: "The names of accounts, of users, of teams and of roles are each unique within a contact center. " +
				"Upper and lower case and the ways to compose an accented letter make no difference; deleted " +
				"accounts do not count. The names of built-in roles are taken everywhere.",
			Remedy:  "Choose another name, or rename the record that has it.",
			Members: []ProblemMember{{Name: "existingId", Description: "the record that has the name"}},
			Extra:   map[string]any{"existingId": "0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"},
			errs:    []error{models.ErrNameTaken}, Instance: "/api/v1/integration-accounts",
		},
		{
			Code: CodeLimitReached, Title: "No more of these", Status: http.StatusConflict,
			Detail: "The contact center has the one account of this kind that it may have.",
			Meaning: "Of some types or families a contact center has one account at most; and webhooks, and the " +
				"references to an account, are bounded in number, which the detail says.",
			Remedy:  "Change what exists, or delete some of it first.",
			Members: []ProblemMember{{Name: "existingId", Description: "the account that exists, where it can be only one"}},
			Extra:   map[string]any{"existingId": "0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"},
			errs:    []error{models.ErrLimitReached}, Instance: "/api/v1/integration-accounts",
		},
		{
			Code: CodeDefaultTaken, Title: "Another account became the default", Status: http.StatusConflict,
			Detail: "Another account of the family became its default at the same moment; repeat the request.",
			Meaning: "Two requests made different accounts the default of one family at the same moment, " +
				"and the other one came first.",
			Remedy: "Read the accounts of the family and decide again.",
			errs:   []error{models.ErrDefaultTaken},
		},
		{
			Code: CodeInUse, Title: "In use", Status: http.StatusConflict,
			Detail: "Something uses this record; change that first.",
			Meaning: "Scenarios, reports or services have registered that they use the account; or the user or team is " +
				"named by an account, for example as the template or the team of new users; or users are in the team " +
				"or have the role. It would break them to delete it, and for users and teams to disable it.",
			Remedy: "Look at the member references, for an account at GET …/references for all, and change those " +
				"first. An account in use can still be disabled.",
			Members: []ProblemMember{
				{Name: "references", Description: "the first of those who use it: key, kind, name"},
				{Name: "accounts", Description: "for a set: the account that would have been deleted"},
			},
			Extra: map[string]any{
				"references": []map[string]string{{"key": "scenario-12", "kind": "scenario", "name": "Main IVR"}},
				"accounts": []map[string]string{{
					"id": "0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a", "name": "Support EU", "pointer": "", "reason": "in_use",
				}},
			},
			errs: []error{models.ErrInUse},
		},
		{
			Code: CodeWouldLockOut, Title: "Would lock you out", Status: http.StatusConflict,
			Detail: "After this change nobody could undo it.",
			Meaning: "The change would make the credential that asks for it worthless, such as suspending the contact " +
				"center that the credential belongs to. Or administrators could sign in only through an identity provider " +
				"that nobody has proved to work: Admin single sign-on would be on, while no enabled user with a password " +
				"has the privileges sso:bypass and accounts:write, and no test sign-in with these values, by somebody with " +
				"accounts:write, succeeded within the last 24 hours. Or a key pair was to be retired that the provider may " +
				"still encrypt for, while nobody could get in otherwise. The refusal is on the audit record.",
			Remedy: "Make the change with a credential that it does not touch. For single sign-on, first give somebody who " +
				"has a password a role with the privileges sso:bypass and accounts:write, or run a test sign-in to Admin " +
				"as somebody with accounts:write.",
			Instance: "/api/v1/contact-centers/mycompany.example",
			errs:     []error{models.ErrLockOut},
		},
		{
			Code: CodeAlreadyExists, Title: "Already exists", Status: http.StatusConflict,
			Detail: "A record with the same key exists.",
			Meaning: "Another contact center has the domain, another user has the extension, or a record with the same " +
				"key was made at the same moment.",
			Remedy: "Read what exists; then change it or choose another key. A user without an extension gets a free one.",
			errs:   []error{models.ErrExists},
		},
	}
}

func staleKinds() []ProblemKind {
	return []ProblemKind{
		{
			Code: CodeIdempotencyKeyInFlight, Title: "Idempotency key in flight", Status: http.StatusConflict,
			Detail:  "A request with this Idempotency-Key is being worked on; repeat this one in a moment.",
			Meaning: "An earlier request with the same Idempotency-Key has not been answered yet.",
			Remedy: "Wait for the seconds of the header field Retry-After and repeat the request " +
				"unchanged.",
			RetryAfter: time.Second,
			errs:       []error{models.ErrIdempotencyConflict}, Instance: "/api/v1/integration-accounts",
		},
		{
			Code: CodeVersionMismatch, Title: "Changed by someone else", Status: http.StatusPreconditionFailed,
			Detail: "The record was changed since you read it; read it again and repeat your change.",
			Meaning: "The entity tag in If-Match is not that of the stored record: someone changed it " +
				"since you read it. Or an account that a set concerns changed, appeared or vanished since the set " +
				"was planned; then nothing was applied. The refusal is on the audit record.",
			Remedy: "Read the record again, look at what changed, repeat your change on top and send " +
				"it with the new tag. The header field ETag holds the current one. A set is planned again.",
			Members: []ProblemMember{
				{Name: "accounts", Description: "for a set: the accounts that moved: id, name, pointer into the set, reason"},
			},
			errs: []error{models.ErrVersionMismatch},
		},
	}
}

func documentKinds() []ProblemKind {
	return []ProblemKind{
		{
			Code: CodeBodyTooLarge, Title: "Body too large", Status: http.StatusRequestEntityTooLarge,
			Detail:  "The body may have at most 1048576 bytes.",
			Meaning: "The body is larger than 1 MiB. No account comes near that.",
			Remedy:  "Send a smaller document.",
		},
		{
			Code: CodeUnsupportedMediaType, Title: "Unsupported media type", Status: http.StatusUnsupportedMediaType,
			Detail: "The body has a media type that this operation does not read.",
			Meaning: "POST and PUT read application/json, PATCH reads application/merge-patch+json; both " +
				"in UTF-8 and without a content coding.",
			Remedy: "Set Content-Type to what the header field Accept, or Accept-Patch, of the answer names.",
		},
		{
			Code: CodeValidationFailed, Title: "Invalid document", Status: http.StatusUnprocessableEntity,
			Detail: "The request breaks rules; all of them stand in errors.",
			Meaning: "The body is JSON but not a valid document: an unknown or repeated member, a value " +
				"of the wrong type, a rule of the type, or a rule that protects secrets. All broken " +
				"rules are reported at once.",
			Remedy: "Correct what the member errors lists. Each entry has a pointer into the document, " +
				"a stable code and a sentence.",
			Instance: "/api/v1/integration-accounts",
		},
		{
			Code: CodeIdempotencyKeyReused, Title: "Idempotency key reused", Status: http.StatusUnprocessableEntity,
			Detail: "This Idempotency-Key was used for another request; make a new key.",
			Meaning: "The same Idempotency-Key came with another body. A key stands for one request, for " +
				"24 hours.",
			Remedy: "Make a fresh key for each new request; keep it only to repeat that request.",
			errs:   []error{models.ErrIdempotencyReused}, Instance: "/api/v1/integration-accounts",
		},
		{
			Code: CodePreconditionRequired, Title: "Precondition required", Status: http.StatusPreconditionRequired,
			Detail:  "Send If-Match with the ETag of the account you read, so that nobody's change is lost.",
			Meaning: "A change without If-Match could overwrite someone else's change unseen.",
			Remedy: "Read the account and send its ETag in If-Match. If-Match: * overwrites whatever is " +
				"stored, and is on the audit record as such.",
			errs: []error{models.ErrPreconditionRequired},
		},
	}
}

func serverKinds() []ProblemKind {
	return []ProblemKind{
		{
			Code: CodeRateLimited, Title: "Too many requests", Status: http.StatusTooManyRequests,
			Detail: "Too many requests; wait for the seconds of the header field Retry-After.",
			Meaning: "The credential, or without a valid one the address, made more requests than it " +
				"may; an account was probed too often; or sign-ins under a user name failed too often.",
			Remedy: "Wait for the seconds of the header field Retry-After. RateLimit-Policy and " +
				"RateLimit tell the quota and what is left of it.",
			RetryAfter: time.Second,
			errs:       []error{models.ErrRateLimited, models.ErrTooManyAttempts},
		},
		{
			Code: CodeProbeRunning, Title: "A probe is running", Status: http.StatusTooManyRequests,
			Detail:  "The account is being probed already; look at its checks, or try again in a moment.",
			Meaning: "An account is probed once at a time.",
			Remedy: "Wait for the probe to end, at most 10 seconds; its result is the first entry of " +
				"GET …/checks.",
			RetryAfter: time.Second,
			errs:       []error{models.ErrProbeRunning},
			Instance:   "/api/v1/integration-accounts/0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a/test",
		},
		{
			Code: CodeUnavailable, Title: "Temporarily unavailable", Status: http.StatusServiceUnavailable,
			Detail:  "The request cannot be served now; try again in a moment.",
			Meaning: "The database or a key that the request needs is not at hand, or the server is stopping.",
			Remedy: "Repeat the request after the seconds of the header field Retry-After. Where it " +
				"lasts, tell the operator the requestId.",
			RetryAfter: 2 * time.Second,
			errs:       []error{models.ErrUnavailable, context.Canceled},
		},
		{
			Code: CodeTimeout, Title: "Took too long", Status: http.StatusServiceUnavailable,
			Detail: "The request took too long and was given up; try again in a moment.",
			Meaning: "The server gives a request 30 seconds. A change may or may not have been stored " +
				"when time was up.",
			Remedy: "Read the record before you repeat a change; repeat a create with the same " +
				"Idempotency-Key.",
			RetryAfter: 5 * time.Second,
			errs:       []error{context.DeadlineExceeded},
		},
		{
			Code: CodeInternalError, Title: "Internal error", Status: http.StatusInternalServerError,
			Detail: "Something went wrong on our side. Tell the operator the requestId.",
			Meaning: "The server met an error that it did not expect. The reason stands in its log, " +
				"under the requestId.",
			Remedy: "Tell the operator the requestId. Repeating the request is unlikely to help.",
		},
	}
}
