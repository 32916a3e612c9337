package catalog

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/validation"
)

// families reads the documented ones, in their order, from where they are
// declared.
func families(t *testing.T) []integrations.Family {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../families.go", nil, 0)
	require.NoError(t, err)
	var all []integrations.Family
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			all = append(all, integrations.Family(name))
		}
		return true
	})
	require.Contains(t, all, integrations.Zendesk)
	return all
}

func TestOrder(t *testing.T) {
	all, families := All(), families(t)
	require.True(t, slices.IsSortedFunc(all, func(a, b integrations.Definition) int {
		return slices.Index(families, a.Family) - slices.Index(families, b.Family)
	}))
	seen := map[string]bool{}
	for _, d := range all {
		require.Contains(t, families, d.Family, d.Type)
		require.False(t, seen[d.Type], d.Type)
		seen[d.Type] = true
	}
}

func TestDefinitions(t *testing.T) {
	all := All()
	for i := range all {
		d := &all[i]
		t.Run(d.Type, func(t *testing.T) {
			require.NoError(t, d.Check())
			require.NotEmpty(t, d.DocumentationURL)
			c := &validation.Context{Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Domain: "acme.example"}
			d.Decode(json.RawMessage(d.Example), nil, c)
			require.NoError(t, c.Err(), "the example is valid")
			found, ok := all.Definition(d.Type)
			require.True(t, ok)
			require.Equal(t, d.Label, found.Label)
		})
	}
}

func TestAllIsACopy(t *testing.T) {
	All()[0].Type = "changed"
	require.NotEqual(t, "changed", All()[0].Type)
}
