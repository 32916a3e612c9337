package scim

import (
	"cmp"
	"strconv"
	"strings"

	"admin-api/access"
	"admin-api/models"
	"admin-api/secret"
)

// Types of telephone numbers.
const (
	phoneWork      = "work"
	phoneMobile    = "mobile"
	phoneExtension = "extension"
)

// userTag is the entity tag of a user: its version, and behind "-" that of the
// team, whose name is shown.
func userTag(u *models.User, team *models.Team) string {
	tag := strconv.FormatInt(u.Version, 10)
	if team != nil {
		tag += "-" + strconv.FormatInt(team.Version, 10)
	}
	return tag
}

// userResource is a user as it is answered.
func userResource(base string, u *models.User, team *models.Team) object {
	o := profileObject(access.ProfileOf(u))
	o["schemas"], o["id"] = []any{userSchema}, u.ID
	o["displayName"] = displayName(u)
	o["groups"] = []any{}
	if team != nil {
		o["groups"] = []any{object{
			"value": team.ID, "display": team.Name, "type": "direct", "$ref": base + groups.endpoint + "/" + team.ID,
		}}
	}
	o["meta"] = metadata(users, base+users.endpoint+"/"+u.ID, userTag(u, team), u.CreatedAt, u.UpdatedAt)
	return o
}

// displayName is what the identity provider calls a person, else the name, or the
// user name where none is known.
func displayName(u *models.User) string {
	if u.DisplayName != "" {
		return u.DisplayName
	}
	if name := strings.TrimSpace(u.FirstName + " " + u.LastName); name != "" {
		return name
	}
	return u.Username
}

// profileObject is what clients may change of a user, but for what is made of
// other attributes and the password. What has no value is missing.
func profileObject(p access.Profile) object {
	o := object{"userName": p.Username, "active": !p.Disabled}
	name := object{}
	for _, part := range []struct{ name, value string }{
		{"givenName", p.FirstName},
		{"familyName", p.LastName},
		{"formatted", strings.TrimSpace(p.FirstName + " " + p.LastName)},
	} {
		if part.value != "" {
			name[part.name] = part.value
		}
	}
	if len(name) > 0 {
		o["name"] = name
	}
	if p.DisplayName != "" {
		o["displayName"] = p.DisplayName
	}
	if p.ExternalID != "" {
		o["externalId"] = p.ExternalID
	}
	if p.Email != "" {
		o["emails"] = []any{object{"value": p.Email, "type": "work", "primary": true}}
	}
	var phones []any
	for _, phone := range []struct{ typ, value string }{
		{phoneWork, p.WorkPhone}, {phoneMobile, p.MobilePhone}, {phoneExtension, p.Extension},
	} {
		if phone.value != "" {
			phones = append(phones, object{"value": phone.value, "type": phone.typ})
		}
	}
	if len(phones) > 0 {
		o["phoneNumbers"] = phones
	}
	if len(p.Roles) > 0 {
		roles := make([]any, len(p.Roles))
		for i, role := range p.Roles {
			roles[i] = object{"value": role, "display": role}
		}
		if len(roles) == 1 { // then "the primary role" means something
			roles[0].(object)["primary"] = true
		}
		o["roles"] = roles
	}
	return o
}

// lay puts a resource over what is known of a user. What it does not hold has no
// value any more, but for what identity providers leave out without meaning it:
// externalId, active, roles, the extension and the password stay.
func lay(o object, p *access.Profile) error {
	if v, given := o["userName"]; given {
		p.Username = asText(v)
	}
	if v, given := o["externalId"]; given {
		p.ExternalID = asText(v)
	}
	if active, given := o["active"].(bool); given {
		p.Disabled = !active
	}
	if password := asText(o["password"]); password != "" {
		p.Password = secret.New(password)
	}
	layNames(o, p)
	p.Email = address(values(o["emails"]))
	layPhones(values(o["phoneNumbers"]), p)
	return layRoles(o, p)
}

// layNames keeps the display name as the first name where no other is known, so
// that people see one.
func layNames(o object, p *access.Profile) {
	name, _ := o["name"].(object)
	was, shown := p.DisplayName, asText(o["displayName"])
	p.FirstName, p.LastName, p.DisplayName = asText(name["givenName"]), asText(name["familyName"]), shown
	if p.LastName == "" && (p.FirstName == "" || p.FirstName == was) {
		p.FirstName = cmp.Or(shown, p.FirstName, asText(name["formatted"]))
	}
}

// address returns the e-mail address that is kept: the primary one, else that of
// the type work, else the first.
func address(list []any) string {
	best, rank := "", -1
	for _, v := range list {
		o, _ := v.(object)
		value, r := asText(o["value"]), 0
		switch {
		case o["primary"] == true:
			r = 2
		case strings.EqualFold(asText(o["type"]), "work"):
			r = 1
		}
		if value != "" && r > rank {
			best, rank = value, r
		}
	}
	return best
}

// layPhones keeps the first number of each type; one without a type is that of
// work.
func layPhones(list []any, p *access.Profile) {
	found := map[string]string{}
	for _, v := range list {
		o, _ := v.(object)
		typ := strings.ToLower(asText(o["type"]))
		if typ == "" {
			typ = phoneWork
		}
		if value := asText(o["value"]); found[typ] == "" {
			found[typ] = value
		}
	}
	p.WorkPhone, p.MobilePhone = found[phoneWork], found[phoneMobile]
	if found[phoneExtension] != "" {
		p.Extension = found[phoneExtension]
	}
}

func layRoles(o object, p *access.Profile) error {
	list, given := o["roles"].([]any)
	if !given {
		return nil
	}
	p.Roles = make([]string, 0, len(list))
	for _, v := range list {
		role, _ := v.(object)
		name := asText(role["value"])
		if name == "" {
			name = asText(role["display"])
		}
		if name == "" {
			return refuse(TypeInvalidValue, "Each of roles must have the name of a role as its value.")
		}
		p.Roles = append(p.Roles, name)
	}
	return nil
}
