package reference

import (
	"slices"

	"admin-api/integrations"
)

var shapes = map[integrations.Shape]string{
	integrations.Documented: "Documented: the vendor of the contact center documents these properties.",
	integrations.Proposed: "Proposed: the vendor of the contact center does not document these properties, or not all " +
		"of them. What is missing there was inferred from the remote system's own documentation.",
}

var limits = map[integrations.Limit]string{
	integrations.Unlimited:    "Any number of accounts.",
	integrations.OnePerType:   "One account of this type in a contact center.",
	integrations.OnePerFamily: "One account of this family in a contact center, whichever its type.",
}

var defaults = map[bool]string{
	true: "One account of the family may be the default: what names no account uses it.",
}

// Cause is a class of failures.
type Cause struct {
	// Key is the value of the member cause of a check.
	Key string
	// Name is what people call it, Text what it means.
	Name, Text string
	Diagnoses  []Diagnosis
}

// causes are in the order in which somebody looks for a mistake.
var causes = []integrations.Cause{
	integrations.CauseConfig, integrations.CauseCredentials, integrations.CausePermission, integrations.CauseNetwork,
	integrations.CauseTLS, integrations.CauseBlocked, integrations.CauseRateLimited, integrations.CauseRemote,
}

var causeWords = map[integrations.Cause]struct{ name, text string }{
	integrations.CauseConfig:      {"Configuration", "A property of the account has the wrong value."},
	integrations.CauseCredentials: {"Credentials", "The remote system does not know the credentials."},
	integrations.CausePermission: {
		"Permission", "The remote system knows who calls and does not let them do what the account needs.",
	},
	integrations.CauseNetwork: {"Network", "The remote system could not be reached."},
	integrations.CauseTLS:     {"TLS", "The connection could not be secured."},
	integrations.CauseBlocked: {"Blocked", "The server may not connect to the address; nothing was sent."},
	integrations.CauseRateLimited: {
		"Rate limit", "The remote system asks for fewer requests.",
	},
	integrations.CauseRemote: {"Remote system", "The remote system answered with something that was not expected of it."},
}

func causesOf(general []integrations.Diagnosis) []Cause {
	var out []Cause
	for _, key := range causes {
		var list []integrations.Diagnosis
		for _, d := range general {
			if d.Cause == key {
				list = append(list, d)
			}
		}
		if list != nil {
			words := causeWords[key]
			out = append(out, Cause{Key: string(key), Name: words.name, Text: words.text, Diagnoses: diagnosesOf(list)})
		}
	}
	return out
}

// sentence ends a text with a full stop, unless it has its end.
func sentence(text string) string {
	if text == "" || slices.Contains([]byte(".!?:"), text[len(text)-1]) {
		return text
	}
	return text + "."
}
