package events

import (
	"fmt"
	"slices"
	"strings"

	"admin-api/access"
	"admin-api/input"
	"admin-api/models"
	"admin-api/strict"
	"admin-api/validation"
)

// document is what people set of a webhook.
type document struct {
	URL         string   `json:"url" validate:"required,https_url"`
	Description string   `json:"description" validate:"max=1024"`
	EventTypes  []string `json:"eventTypes"`
	Enabled     bool     `json:"enabled"`
}

// ignored are members that answers carry and requests may send back.
var ignored = []string{
	"id", "etag", "version", "secret", "createdAt", "createdBy", "updatedAt", "updatedBy",
}

func (d *document) apply(w *models.Webhook) {
	w.URL, w.Description, w.EventTypes, w.Enabled = d.URL, d.Description, d.EventTypes, d.Enabled
	if len(w.EventTypes) == 0 {
		w.EventTypes = nil // as it will be read again: an empty list and none are no difference
	}
}

func (s *Service) readWebhook(p *access.Principal, body []byte) (*document, error) {
	d := &document{Enabled: true}
	c := s.newContext(p)
	if err := input.Decode(body, d, c, ignored...); err != nil {
		return nil, err
	}
	return d, d.judge(c)
}

func (s *Service) patchWebhook(p *access.Principal, w *models.Webhook, body []byte) (*document, error) {
	d := &document{
		URL: w.URL, Description: w.Description, EventTypes: slices.Clone(w.EventTypes), Enabled: w.Enabled,
	}
	c := s.newContext(p)
	if _, err := input.Patch(body, d, c, ignored...); err != nil {
		return nil, err
	}
	return d, d.judge(c)
}

func (s *Service) newContext(p *access.Principal) *validation.Context {
	return &validation.Context{Now: s.now(), Domain: p.ContactCenter.Domain}
}

// judge adds what tags cannot say.
func (d *document) judge(c *validation.Context) error {
	seen := map[string]bool{}
	for i, typ := range d.EventTypes {
		pointer := strict.Pointer("eventTypes", fmt.Sprint(i))
		switch {
		case !slices.Contains(models.AllEventTypes(), typ):
			c.Violate(pointer, "enum", "Must be one of: "+strings.Join(models.AllEventTypes(), ", ")+".")
		case seen[typ]:
			c.Violate(pointer, "unique", "Stands more than once; keep one.")
		}
		seen[typ] = true
	}
	return c.Err()
}
