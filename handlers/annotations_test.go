package handlers_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/handlers"
)

// The reference is made from the annotations of the handlers, what is served
// from the table of routes. Neither may know an operation that the other does
// not, or name another scope.
func TestAnnotationsMatchRoutes(t *testing.T) {
	annotated := map[string]string{} // method and path → doc comment
	router := regexp.MustCompile(`@Router\s+(\S+) \[(\w+)\]`)
	for _, doc := range handlerComments(t) {
		for _, match := range router.FindAllStringSubmatch(doc, -1) {
			annotated[strings.ToUpper(match[2])+" "+match[1]] = doc
		}
	}
	ids, tags := map[string]bool{}, declaredTags(t)
	id := regexp.MustCompile(`@ID\s+(\S+)`)
	for _, r := range handlers.Routes() {
		if strings.HasPrefix(r.Name, "docs.") {
			continue
		}
		path := strings.TrimPrefix(r.Path, "/api/v1")
		doc, ok := annotated[r.Method+" "+path]
		require.True(t, ok, "%s %s has no annotation", r.Method, path)
		delete(annotated, r.Method+" "+path)

		found := id.FindStringSubmatch(doc)
		require.NotNil(t, found, path)
		require.False(t, ids[found[1]], "the id %s stands twice", found[1])
		ids[found[1]] = true
		tag := regexp.MustCompile(`@Tags\s+(.+)`).FindStringSubmatch(doc)
		require.NotNil(t, tag, path)
		require.Contains(t, tags, tag[1], "doc.go has no line on the tag of %s", path)
		if r.Scope == "" {
			require.NotContains(t, doc, "@Security")
			continue
		}
		require.Contains(t, doc, "@Security")
		require.Equal(t, handlers.NeedsToken(r), strings.Contains(doc, "Needs a token:"), path)
		require.Equal(t, handlers.NeedsSession(r), strings.Contains(doc, "Needs a session"), path)
		if r.Scope == handlers.SignedIn {
			require.Regexp(t, `Needs a (credential|session)[.,]`, doc)
		} else {
			require.Contains(t, doc, "scope "+r.Scope)
		}
		for name := range strings.SplitSeq(path, "/") {
			if strings.HasPrefix(name, "{") {
				require.Regexp(t, `@Param\s+`+strings.Trim(name, "{}")+`\s+path`, doc)
			}
		}
	}
	require.Empty(t, annotated, "annotations without a route")
}

// handlerComments returns the doc comments of all functions of the package.
func handlerComments(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var comments []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Doc != nil {
				comments = append(comments, fn.Doc.Text())
			}
		}
	}
	return comments
}

// declaredTags are those that doc.go explains; the reference shows them in its
// order, and others without a word behind them.
func declaredTags(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	var tags []string
	for _, match := range regexp.MustCompile(`@tag\.name\s+(.+)\n//\s+@tag\.description\s+\S`).FindAllStringSubmatch(string(text), -1) {
		tags = append(tags, match[1])
	}
	return tags
}
