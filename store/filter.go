package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"admin-api/models"
)

// builder writes a statement; every value goes through bind.
type builder struct {
	dialect string
	text    strings.Builder
	args    []any
}

func (b *builder) write(text string) { b.text.WriteString(text) }

// bind writes a placeholder for value.
func (b *builder) bind(value any) {
	b.args = append(b.args, value)
	if b.dialect == SQLite {
		b.write("?")
		return
	}
	b.write("$" + strconv.Itoa(len(b.args)))
}

// and writes a condition around one bound value.
func (b *builder) and(before string, value any, after string) {
	b.write(" AND " + before)
	b.bind(value)
	b.write(after)
}

func (b *builder) list(columns string, f *models.AccountFilter, o order) error {
	b.write("SELECT " + columns + " FROM accounts")
	if o.index != "" && b.dialect == SQLite {
		b.write(" INDEXED BY " + o.index)
	}
	b.write(" WHERE contact_center_id = ")
	b.bind(f.ContactCenterID)
	b.conditions(f)
	b.search(f)
	return b.after(f, o)
}

// conditions writes the filters that look at the row itself.
func (b *builder) conditions(f *models.AccountFilter) {
	switch f.Deleted {
	case models.DeletedInclude:
	case models.DeletedOnly:
		b.write(" AND deleted_at IS NOT NULL")
	default:
		b.write(" AND deleted_at IS NULL")
	}
	if !f.DeletedSince.IsZero() {
		b.and("(deleted_at IS NULL OR deleted_at >= ", f.DeletedSince, ")")
	}
	b.oneOf("type", f.Types)
	b.oneOf("family", f.Families)
	b.oneOf("health_status", f.Health)
	if f.Enabled != nil {
		b.and("enabled = ", *f.Enabled, "")
	}
	if f.NameKey != "" {
		b.and("name_key = ", f.NameKey, "")
	}
	if !f.UpdatedSince.IsZero() {
		b.and("updated_at >= ", f.UpdatedSince, "")
	}
	if len(f.Labels) == 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(f.Labels)) {
		b.contains("',' || substr(labels, 2)", labelNeedle(key, f.Labels[key]))
	}
}

// oneOf writes one statement for any number of values.
func (b *builder) oneOf(column string, values []string) {
	switch {
	case len(values) == 0:
	case len(values) == 1:
		b.and(column+" = ", values[0], "")
	case b.dialect == Postgres:
		b.and(column+" = ANY(", values, ")")
	default:
		list, _ := json.Marshal(values) //nolint:errchkjson // strings can always be encoded
		b.and(column+" IN (SELECT value FROM json_each(", string(list), "))")
	}
}

// contains compares bytes, so that nothing in text needs escaping.
func (b *builder) contains(column, text string) {
	function := "instr("
	if b.dialect == Postgres {
		function = "strpos("
	}
	b.and(function+column+", ", text, ") > 0")
}

// search writes the filters that few accounts pass. On SQLite the ids are found
// in an index that holds all that is looked at, without reading the rows.
func (b *builder) search(f *models.AccountFilter) {
	if len(f.Query) > 0 {
		b.among("accounts_search", f.ContactCenterID, func() {
			for _, word := range f.Query {
				b.contains("search_text", " "+word)
			}
		})
	}
	if !f.ExpiresBefore.IsZero() {
		b.among("accounts_expires", f.ContactCenterID, func() { b.and("expires_at < ", f.ExpiresBefore, "") })
	}
}

func (b *builder) among(index, contactCenter string, conditions func()) {
	if b.dialect == Postgres {
		conditions()
		return
	}
	b.write(" AND id IN (SELECT id FROM accounts INDEXED BY " + index + " WHERE contact_center_id = ")
	b.bind(contactCenter)
	conditions()
	b.write(")")
}

// after starts the page behind a position.
func (b *builder) after(f *models.AccountFilter, o order) error {
	if f.After == nil {
		return nil
	}
	compare := " > "
	if f.Descending {
		compare = " < "
	}
	if o.column == "" {
		b.and("id"+compare, f.After.ID, "")
		return nil
	}
	var value any = f.After.Value
	if o.number {
		ms, err := strconv.ParseInt(f.After.Value, 10, 64)
		if err != nil {
			return fmt.Errorf("%w: the position is no time", models.ErrBadRequest)
		}
		value = ms
	}
	b.and("("+o.column+", id)"+compare+"(", value, ", ")
	b.bind(f.After.ID)
	b.write(")")
	return nil
}

// tail writes order and limit.
func (b *builder) tail(f *models.AccountFilter, o order) {
	direction := ""
	if f.Descending {
		direction = " DESC"
	}
	b.write(" ORDER BY ")
	if o.column != "" {
		b.write(o.column + direction + ", ")
	}
	b.write("id" + direction)
	if f.Limit > 0 {
		b.write(" LIMIT ")
		b.bind(f.Limit)
	}
}

// labelNeedle is how a label stands in the column: labels are stored as the JSON
// object that models.Labels writes, and the comma is put before the first one
// too. The comma and the quotes cannot stem from a key or a value, where quotes
// are escaped, so the text is found only where that very label is.
func labelNeedle(key, value string) string {
	// Both are written by the same encoder as the column.
	one, _ := json.Marshal(map[string]string{key: value}) //nolint:errchkjson // strings can always be encoded
	return "," + strings.TrimSuffix(string(one[1:]), "}")
}

// searchable reports whether every text of f can be stored; otherwise nothing
// that is stored can match, and PostgreSQL would refuse to be asked.
func searchable(f *models.AccountFilter) bool {
	for _, list := range [][]string{f.Types, f.Families, f.Health, f.Query} {
		if slices.ContainsFunc(list, func(text string) bool { return !storable(text) }) {
			return false
		}
	}
	if f.After != nil && !(storable(f.After.Value) && storable(f.After.ID)) {
		return false
	}
	return storable(f.NameKey) && storable(f.ContactCenterID)
}

// storable reports whether both databases can hold text.
func storable(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }
