package access

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"admin-api/input"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/validation"
)

// Bounds of what a contact center is made from.
const (
	longestDomain = 253
	longestLabel  = 63
	longestName   = 255
)

// centerDocument is what may be written of a contact center.
type centerDocument struct {
	Domain    string   `json:"domain" validate:"required"`
	Name      string   `json:"name"`
	Features  []string `json:"features"`
	Suspended bool     `json:"suspended"`
}

// setByServer are members of answers that a request may send back.
func setByServer() []string {
	return []string{"id", "etag", "version", "createdAt", "updatedAt", "administrator", "generatedPassword"}
}

// UpdateContactCenter applies a merge patch to the contact center with the
// domain: name, domain, features, suspended. Errors are models.ErrNotFound,
// models.ErrVersionMismatch, models.ErrExists for a domain that is taken,
// models.ErrLockOut where the actor would lock itself out, *strict.SyntaxError and
// validation.Errors.
func (s *Service) UpdateContactCenter(
	ctx context.Context, actor *Principal, domain string, match Match, body []byte,
) (*models.ContactCenter, error) {
	return s.changeCenter(ctx, actor, domain, match, func(center *models.ContactCenter, c *validation.Context) error {
		doc := centerDocument{
			Domain: center.Domain, Name: center.Name, Features: center.Features, Suspended: center.Suspended,
		}
		if _, err := input.Patch(body, &doc, c, setByServer()...); err != nil {
			return err
		}
		doc.apply(center, c)
		return nil
	})
}

// SetFeatures switches on the features that body, {"features": […]}, lists, and
// off all others. Errors are those of UpdateContactCenter.
func (s *Service) SetFeatures(
	ctx context.Context, actor *Principal, domain string, match Match, body []byte,
) (*models.ContactCenter, error) {
	var doc struct {
		Features []string `json:"features" validate:"required"`
	}
	c := &validation.Context{}
	if err := input.Decode(body, &doc, c, "available", "etag", "version"); err != nil {
		return nil, err
	}
	features := knownFeatures(doc.Features, c)
	if err := c.Err(); err != nil {
		return nil, err
	}
	return s.changeCenter(ctx, actor, domain, match, func(center *models.ContactCenter, _ *validation.Context) error {
		center.Features = features
		return nil
	})
}

// apply judges the document and lays it over the contact center.
func (d *centerDocument) apply(center *models.ContactCenter, c *validation.Context) {
	center.Domain = strings.ToLower(strings.TrimSpace(d.Domain))
	center.Name, center.Suspended = strings.TrimSpace(d.Name), d.Suspended
	center.Features = knownFeatures(d.Features, c)
	checkDomain(center.Domain, c)
	checkLine("/name", center.Name, c)
	if center.Name == "" {
		center.Name = center.Domain
	}
}

// checkDomain judges the domain of a contact center: a host name, in the form in
// which browsers send it.
func checkDomain(domain string, c *validation.Context) {
	if !c.Broken("/domain") && !hostName(domain) {
		c.Violate("/domain", "domain", "The domain must be a host name such as mycompany.example, without a port; letters "+
			"beyond ASCII in the form xn--….")
	}
}

// hostName reports whether text is a host name. What ends in a number is an
// address to browsers, or nothing.
func hostName(text string) bool {
	labels := strings.Split(text, ".")
	long := func(label string) bool { return len(label) > longestLabel }
	number := strings.Trim(labels[len(labels)-1], "0123456789") == ""
	return len(text) <= longestDomain && domainForm.MatchString(text) && !number && !slices.ContainsFunc(labels, long)
}

// checkLine judges a text of one line.
func checkLine(pointer, text string, c *validation.Context) {
	if utf8.RuneCountInString(text) > longestName {
		c.Add(validation.Violation{
			Pointer: pointer, Code: "max", Params: map[string]any{"max": longestName},
			Detail: "The text may have at most " + strconv.Itoa(longestName) + " characters.",
		})
	}
	control := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
	if strings.ContainsFunc(text, control) {
		c.Violate(pointer, "control_character", "The text must not hold control characters.")
	}
}

// knownFeatures returns the features in the order of models.AllFeatures, each
// once; those that do not exist are violations.
func knownFeatures(given []string, c *validation.Context) models.Strings {
	all := models.AllFeatures()
	for i, feature := range given {
		if !slices.Contains(all, feature) {
			c.Add(validation.Violation{
				Pointer: "/features/" + strconv.Itoa(i), Code: "unknown_feature", Params: map[string]any{"values": all},
				Detail: "There is no such feature; the features are " + strings.Join(all, ", ") + ".",
			})
		}
	}
	on := slices.DeleteFunc(models.AllFeatures(), func(f string) bool { return !slices.Contains(given, f) })
	if len(on) == 0 {
		return nil
	}
	return on
}

// newAdministrator is the first user of a contact center.
type newAdministrator struct {
	Username string `json:"username" validate:"required"`
	// Password is nil where one is to be made.
	Password  *secret.Text `json:"password"`
	Email     string       `json:"email" validate:"omitempty,email"`
	FirstName string       `json:"firstName"`
	LastName  string       `json:"lastName"`
}

func (a *newAdministrator) check(c *validation.Context) {
	a.Username = strings.TrimSpace(a.Username)
	if a.Username == "" && !c.Broken("/administrator/username") {
		c.Violate("/administrator/username", "required", "Give the administrator a user name.")
	} else {
		judgeName("/administrator/username", a.Username, c)
	}
	checkLine("/administrator/firstName", a.FirstName, c)
	checkLine("/administrator/lastName", a.LastName, c)
	if a.Password == nil || c.Broken("/administrator/password") {
		return
	}
	CheckPassword("/administrator/password", a.Password.Reveal(), a.Username, c)
}
