package messenger

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"admin-api/integrations"
	"admin-api/secret"
)

// The steps of probes; each type has some of them.
const (
	stepAuthenticate = "authenticate"
	stepAuthorize    = "authorize"
	stepWebhook      = "webhook"
	stepPage         = "page"
	stepToken        = "token"
	stepNumber       = "number"
	stepKey          = "key"
)

// taken returns the failure that the answer would be with another status, for
// vendors that say in the body what others say by the status.
func taken(answer *integrations.Answer, status int) *integrations.Failure {
	meant := *answer
	meant.Status = status
	f := meant.Failure()
	if f != nil {
		f.HTTPStatus = answer.Status
	}
	return f
}

// unlike is the failure of an answer that is JSON but not the vendor's.
func unlike(host string) *integrations.Failure {
	return integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The answer is JSON, but not what the vendor documents.",
		"Try again later; if it stays so, look for a proxy between this server and "+host+".")
}

// hinting returns the failure with a better hint where its cause is the given
// one.
func hinting(f *integrations.Failure, cause integrations.Cause, hint string) *integrations.Failure {
	if f.Cause == cause {
		f.Hint = hint
	}
	return f
}

// plausible returns a name that a vendor sent if it can be shown to people, else
// the empty string.
func plausible(name string) string {
	const most = 80
	name = strings.TrimSpace(name)
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > most {
		return ""
	}
	for _, r := range name {
		if !unicode.IsPrint(r) || r == '<' || r == '>' {
			return ""
		}
	}
	return name
}

// named joins a name and an id, of which either may be missing.
func named(name, id string) string {
	switch name, id = plausible(name), plausible(id); {
	case name == "":
		return id
	case id == "":
		return name
	}
	return name + " (" + id + ")"
}

// trim drops the white space around pasted secrets.
func trim(secrets ...*secret.Text) {
	for _, s := range secrets {
		*s = s.TrimSpace()
	}
}

// given reports whether the request sets the secret, so that its form can be
// looked at.
func given(s secret.Text) bool { return s.IsSet() && !s.IsKept() }
