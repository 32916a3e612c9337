package scim

import (
	"time"

	"admin-api/models"
)

// narrow tells the database what the filter demands, and reports whether anybody
// can meet it.
func narrow(page *models.DirectoryFilter, condition filter) bool {
	demanded := map[string]string{}
	equalities(condition, demanded)
	for name, value := range demanded {
		key := models.NameKey(value)
		switch name {
		case "userName":
			page.UsernameKey = key
		case "externalId":
			page.ExternalKey = key
		case "emails":
			if !ascii(key) { // the database folds the case of ASCII letters only
				continue
			}
			page.Email = key
		case "id":
			if !models.ValidID(value) {
				return false
			}
			page.ID = value
			continue
		default:
			continue
		}
		if key == "" {
			return false
		}
	}
	narrowFurther(page, condition)
	return true
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] > 0x7e {
			return false
		}
	}
	return true
}

// narrowFurther tells the database of demands that no index helps with: it looks at
// everybody faster.
func narrowFurther(page *models.DirectoryFilter, f filter) {
	switch f := f.(type) {
	case both:
		narrowFurther(page, f.left)
		narrowFurther(page, f.right)
	case comparison:
		switch want := f.value.(type) {
		case bool:
			if f.at.sub == nil && f.at.attribute.Name == "active" {
				disabled := want != (f.operator == "eq")
				page.Disabled = &disabled
			}
		case time.Time:
			later := f.operator == "gt" || f.operator == "ge"
			if at := models.NewTime(want); later && f.leaf.Name == "lastModified" && page.UpdatedSince.Before(at.Time) {
				page.UpdatedSince = at
			}
		}
	}
}
