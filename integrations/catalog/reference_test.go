package catalog

import (
	"net/url"
	"regexp"
	"testing"

	"admin-api/integrations"
)

// sentences are one or more, each with its beginning and its end. A name that is
// spelled in lower case may begin one.
var sentences = regexp.MustCompile(`^\S.*[.!?]$`)

// TestReference demands of every type what its page tells people. What is missing
// is listed whole.
func TestReference(t *testing.T) {
	all := All()
	for i := range all {
		t.Run(all[i].Type, func(t *testing.T) {
			for _, text := range incomplete(&all[i]) {
				t.Error(text)
			}
		})
	}
}

// incomplete lists what the definition lacks for its page.
func incomplete(d *integrations.Definition) []string {
	var missing []string
	demand := func(ok bool, text string) {
		if !ok {
			missing = append(missing, text)
		}
	}
	u, err := url.Parse(d.DocumentationURL)
	demand(err == nil && u.Scheme == "https" && u.Host != "", "DocumentationURL is no https address")
	demand(sentences.MatchString(d.Description), "Description is no sentence")
	demand(d.Shape != integrations.Proposed || len(d.Notes) > 0, "no note says what is proposed")
	for _, note := range d.Notes {
		demand(sentences.MatchString(note), "a note is no sentence: "+note)
	}
	if d.NoProbe != "" {
		demand(sentences.MatchString(d.NoProbe), "NoProbe is no sentence")
		demand(d.ProbeDoes == "" && d.Diagnoses == nil, "ProbeDoes or Diagnoses without a probe")
		return missing
	}
	demand(sentences.MatchString(d.ProbeDoes), "ProbeDoes is no sentence")
	demand(sentences.MatchString(d.Privileges), "Privileges is no sentence")
	codes := map[string]bool{}
	for _, diagnosis := range d.Diagnoses {
		code := diagnosis.Code
		demand(regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(code), "code "+code+" is not snake_case")
		demand(!codes[code], "code "+code+" stands twice")
		codes[code] = true
		demand(diagnosis.Cause != "", code+" has no cause")
		demand(sentences.MatchString(diagnosis.Detail), "Detail of "+code+" is no sentence: "+diagnosis.Detail)
		demand(sentences.MatchString(diagnosis.Hint), "Hint of "+code+" is no sentence: "+diagnosis.Hint)
	}
	return missing
}
