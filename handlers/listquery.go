package handlers

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"admin-api/accounts"
	"admin-api/models"
	"admin-api/paging"
)

// listParams are the filters of the list of accounts.
func listParams() params {
	p := single("enabled", "name", "q", "expiringWithin", "updatedSince", "deleted", "sort", "pageSize", "cursor")
	p.labels = true
	for _, name := range []string{"type", "family", "health"} {
		p.names[name] = true
	}
	return p
}

// longestText bounds the filters that are free text.
const longestText = 256

// filters reads query parameters and keeps the first error.
type filters struct {
	query url.Values
	err   error
}

// get returns a parameter that stands at most once. An empty value is refused,
// because it is mostly a variable that was not filled in.
func (f *filters) get(name string) (string, bool) {
	values, ok := f.query[name]
	if !ok {
		return "", false
	}
	if values[0] == "" {
		f.refuse(name, "must not be empty")
		return "", false
	}
	return values[0], true
}

func (f *filters) refuse(name, why string) {
	if f.err == nil {
		f.err = badParam(name, why)
	}
}

// word returns what must be equal to something stored; empty where absent.
func (f *filters) word(name string) string {
	f.get(name)
	return f.text(name)
}

// text returns free text, which may be empty.
func (f *filters) text(name string) string {
	value := f.query.Get(name)
	if len(value) > longestText {
		f.refuse(name, "may have at most "+strconv.Itoa(longestText)+" bytes")
	}
	return value
}

// cursor returns where the page starts. An empty one is mostly a variable that
// was not filled in: from the start again, a script would never end.
func (f *filters) cursor() string {
	value := f.query.Get("cursor")
	if value == "" && f.query.Has("cursor") && f.err == nil {
		f.err = models.ErrBadCursor
	}
	return value
}

// oneOf returns one of the words, or fallback.
func (f *filters) oneOf(name, fallback string, words ...string) string {
	value, ok := f.get(name)
	if !ok {
		return fallback
	}
	if !slices.Contains(words, value) {
		f.refuse(name, "must be one of "+strings.Join(words, ", "))
	}
	return value
}

// someOf returns the values of a parameter that may stand more than once.
func (f *filters) someOf(name string, words []string) []string {
	values := f.query[name]
	for _, value := range values {
		if !slices.Contains(words, value) {
			f.refuse(name, "must be one of "+strings.Join(words, ", "))
		}
	}
	return values
}

// flag returns true or false; nil where the parameter is absent.
func (f *filters) flag(name string) *bool {
	switch f.oneOf(name, "", "true", "false") {
	case "true":
		return new(true)
	case "false":
		return new(false)
	default:
		return nil
	}
}

// size returns how many elements a page has.
func (f *filters) size() int {
	value, ok := f.get("pageSize")
	if !ok {
		return paging.DefaultSize
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > paging.MaxSize || strconv.Itoa(n) != value {
		f.refuse("pageSize", "must be a number from 1 to "+strconv.Itoa(paging.MaxSize))
	}
	return n
}

// since returns a time.
func (f *filters) since(name string) models.Time {
	value, ok := f.get(name)
	if !ok {
		return models.Time{}
	}
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		f.refuse(name, "must be a time such as 2026-03-01T12:30:00Z (in an address, + is written %2B)")
	}
	return models.NewTime(at)
}

var spanForm = regexp.MustCompile(`^([1-9][0-9]{0,5})([smhdw])$`)

// span returns a length of time.
func (f *filters) span(name string) time.Duration {
	value, ok := f.get(name)
	if !ok {
		return 0
	}
	parts := spanForm.FindStringSubmatch(value)
	if parts == nil {
		f.refuse(name, "must be a number and one of s, m, h, d, w, such as 30d")
		return 0
	}
	n, err := strconv.Atoi(parts[1])
	unit := map[string]time.Duration{
		"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
	}[parts[2]]
	const longest = 100 * 366 * 24 * time.Hour
	if err != nil || time.Duration(n) > longest/unit {
		f.refuse(name, "must be at most 100 years")
		return 0
	}
	return time.Duration(n) * unit
}

// mostLabels bounds how many labels one list is filtered by.
const mostLabels = 16

// labels returns the filters label.KEY=VALUE.
func (f *filters) labels() map[string]string {
	var labels map[string]string
	for name, values := range f.query {
		key, ok := strings.CutPrefix(name, labelPrefix)
		if !ok {
			continue
		}
		if labels == nil {
			labels = map[string]string{}
		}
		if len(key) > longestText || len(values[0]) > longestText {
			f.refuse(name, "may have at most "+strconv.Itoa(longestText)+" bytes")
		}
		labels[key] = values[0]
	}
	if len(labels) > mostLabels {
		f.refuse(labelPrefix+"KEY", "may stand for at most "+strconv.Itoa(mostLabels)+" labels")
	}
	return labels
}

// listQuery reads the filters of the list of accounts.
func (s *Server) listQuery(query url.Values) (accounts.ListQuery, error) {
	f := &filters{query: query}
	name, _ := f.get("name")
	order := f.oneOf("sort", models.SortByCreatedAt, sortWords()...)
	q := accounts.ListQuery{
		Name: name, Q: f.text("q"), ExpiringWithin: f.span("expiringWithin"), Cursor: f.cursor(),
		Filter: models.AccountFilter{
			Types:    f.someOf("type", s.catalog.types),
			Families: f.someOf("family", s.catalog.families),
			Health: f.someOf("health", []string{
				models.HealthOK, models.HealthFailing, models.HealthDegraded, models.HealthUnknown, models.HealthUnsupported,
			}),
			Enabled:      f.flag("enabled"),
			Labels:       f.labels(),
			UpdatedSince: f.since("updatedSince"),
			Deleted: f.oneOf("deleted", models.DeletedExclude,
				models.DeletedExclude, models.DeletedInclude, models.DeletedOnly),
			Sort:       strings.TrimPrefix(order, "-"),
			Descending: strings.HasPrefix(order, "-"),
			Limit:      f.size(),
		},
	}
	return q, f.err
}

func sortWords() []string {
	words := []string{models.SortByName, models.SortByType, models.SortByCreatedAt, models.SortByUpdatedAt}
	for _, word := range words {
		words = append(words, "-"+word)
	}
	return words
}

// pageQuery reads which part of a history is asked for.
func pageQuery(query url.Values) (paging.Query, error) {
	f := &filters{query: query}
	q := paging.Query{Size: f.size(), Cursor: f.cursor()}
	return q, f.err
}
