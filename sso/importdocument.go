package sso

import (
	"admin-api/input"
	"admin-api/models"
	"admin-api/validation"
)

// ImportInput says which metadata are to be looked at: the document or where it is.
type ImportInput struct {
	XML     string `json:"xml"`
	URL     string `json:"url" validate:"omitempty,https_url"`
	Section string `json:"section" validate:"omitempty,oneof=agentDesktop admin"`
}

// ReadImport reads the request document of an import. Without a section it is that
// of Agent Desktop. Errors are those of input.Members, or validation.Errors.
func ReadImport(body []byte) (*ImportInput, error) {
	in := &ImportInput{}
	c := &validation.Context{}
	if err := input.Decode(body, in, c); err != nil {
		return nil, err
	}
	if (in.XML == "") == (in.URL == "") && len(c.Errors()) == 0 {
		c.Violate("", "one_of", "Give either xml, the document itself, or url, the address of it.")
	}
	if in.Section == "" {
		in.Section = models.SectionAgentDesktop
	}
	return in, c.Err()
}
