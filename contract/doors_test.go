package contract_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/handlers"
)

// door is a way in for properties: a route, with what is sent there.
type door struct {
	name, method, path, query, body string
}

// doors are all ways in. Those that only judge answer with a report.
func doors(id, whole, part, fresh string) []door {
	const one = accountsPath + "/{id}"
	// The account has version 2 where a door is tried.
	set := `{"accounts":[` + whole + `]`
	base := `,"base":{"accounts":{"` + id + `":2},"absent":[]}`
	return []door{
		{"put", http.MethodPut, one, "", whole},
		{"patch", http.MethodPatch, one, "", part},
		{"validate", http.MethodPost, accountsPath + "/validate", "", `{"id":"` + id + `",` + part[1:]},
		{"validate put", http.MethodPut, one, "?validateOnly=true", whole},
		{"validate patch", http.MethodPatch, one, "?validateOnly=true", part},
		{"test", http.MethodPost, one + "/test", "", part},
		{"rollback", http.MethodPost, one + "/rollback", "", `{"version":1,"secrets":` + fresh + `}`},
		{"plan", http.MethodPost, accountsPath + "/plan", "", set + "}"},
		{"apply", http.MethodPost, accountsPath + "/apply", "", set + base + "}"},
	}
}

// doorless are routes that change or ask something, but join no property with a
// secret that is kept.
func doorless() []string {
	const one = accountsPath + "/{id}"
	return []string{
		"POST " + accountsPath, "POST " + accountsPath + "/test", // nothing is stored yet
		"POST " + accountsPath + "/export",                                                    // asks only
		"DELETE " + one, "POST " + one + "/undelete", "POST " + one + "/salesforce/authorize", // no properties
		"PUT " + one + "/references/{key}", "DELETE " + one + "/references/{key}",
	}
}

// Each route below the accounts that can take a body is a door, or known not to
// be one.
func TestDoorsAreComplete(t *testing.T) {
	known := doorless()
	for _, d := range doors("", "{}", "{}", "{}") {
		known = append(known, d.method+" "+d.path)
	}
	var routes []string
	for _, r := range handlers.Routes() {
		if strings.HasPrefix(r.Path, accountsPath) && r.Method != http.MethodGet {
			routes = append(routes, r.Method+" "+r.Path)
		}
	}
	slices.Sort(known)
	require.ElementsMatch(t, slices.Compact(known), routes, "a new route goes to doors or doorless")
}
