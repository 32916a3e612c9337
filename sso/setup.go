package sso

import (
	"context"
	"strings"

	"admin-api/access"
	"admin-api/integrations/singlesignon"
	"admin-api/models"
)

// Setup says how single sign-on of a contact center is set up.
type Setup struct{ Sections []SetupSection }

// SetupSection are the addresses of one application and what each provider is told.
type SetupSection struct {
	// Section is models.SectionAgentDesktop or models.SectionAdmin.
	Section string
	// EntityID is our name and the only audience that is accepted, ReplyURL the only
	// address that answers may go to.
	EntityID, ReplyURL string
	// SignOnURL is where a sign-in begins on our side, MetadataURL where a provider
	// reads all of this.
	SignOnURL, MetadataURL string
	Providers              []SetupProvider
}

// SetupProvider is what is to be done at one provider, in its own words.
type SetupProvider struct {
	// Provider is one of SetupProviders.
	Provider, Label string
	// Documentation is the page of the vendor that the labels are from.
	Documentation string
	// Where is the page or the menu of the provider that has the fields.
	Where string
	// Enter are the fields and what belongs there, letter by letter.
	Enter  []SetupField
	NameID SetupNameID
	// Claims are only needed where users are made just in time.
	Claims []SetupClaim
	// LeaveBlank are fields that must stay empty, or at what they are.
	LeaveBlank []string
	// Copy is where the values for the account are found.
	Copy  []SetupCopy
	Notes []string
}

// SetupField is a field at the provider and its value.
type SetupField struct{ Label, Value string }

// SetupNameID says how the provider is made to name people by their user name here.
type SetupNameID struct {
	// Label is the field for the value, Attribute what holds the user name there.
	Label, Attribute string
	// FormatLabel is the field for the format; empty where there is none.
	FormatLabel, Format string
}

// SetupClaim is an attribute that goes into the answer: the name that we look for, and
// what the provider takes it from.
type SetupClaim struct{ Name, Attribute string }

// SetupCopy is a value that the provider shows and the account needs.
type SetupCopy struct {
	// Property is the JSON pointer of the property in the account.
	Property string
	// Label is what the provider calls it, Form what it looks like.
	Label, Form string
}

// Setup returns the values of both applications for all providers. They are there
// without an account: the provider is set up first. Without the feature it returns
// models.ErrFeatureNotEnabled.
func (s *Service) Setup(_ context.Context, p *access.Principal) (*Setup, error) {
	center := &p.ContactCenter
	if err := needFeature(center); err != nil {
		return nil, err
	}
	out := new(Setup)
	for _, name := range []string{models.SectionAgentDesktop, models.SectionAdmin} {
		at := Place{Center: center, Section: name}
		section := SetupSection{
			Section: name, EntityID: singlesignon.EntityID(center.Domain), ReplyURL: s.ReplyURL(at), SignOnURL: s.SignOnURL(at),
			MetadataURL: s.MetadataURL(at),
		}
		section.Providers = section.providers()
		out.Sections = append(out.Sections, section)
	}
	return out, nil
}

// needFeature returns a *models.RefusalError of models.ErrFeatureNotEnabled for a
// contact center that may have no single sign-on.
func needFeature(center *models.ContactCenter) error {
	if center.HasFeature(singlesignon.Definition.Feature) {
		return nil
	}
	return featureNotEnabled(featureOff())
}

// featureNotEnabled is the refusal in the terms of the API.
func featureNotEnabled(e *Error) error {
	return &models.RefusalError{Err: models.ErrFeatureNotEnabled, Detail: e.Detail + " " + e.Cure}
}

// providers fills the addresses and the section's name into what is the same for all
// contact centers.
func (section *SetupSection) providers() []SetupProvider {
	fill := strings.NewReplacer(
		"{entityId}", section.EntityID, "{replyUrl}", section.ReplyURL, "{signOnUrl}", section.SignOnURL,
		"{metadataUrl}", section.MetadataURL, "{replyPattern}", pattern(section.ReplyURL), "{section}", section.Section,
	)
	list := setupProviders()
	for i := range list {
		p := &list[i]
		for j := range p.Enter {
			p.Enter[j].Value = fill.Replace(p.Enter[j].Value)
		}
		for j := range p.Copy {
			p.Copy[j].Property = fill.Replace(p.Copy[j].Property)
			p.Copy[j].Form = fill.Replace(p.Copy[j].Form)
		}
		for j := range p.Notes {
			p.Notes[j] = fill.Replace(p.Notes[j])
		}
	}
	return list
}
