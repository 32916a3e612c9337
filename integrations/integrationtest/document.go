package integrationtest

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/strict"
)

// with returns the document with the value at the pointer replaced, objects
// above it made where they are missing; nil removes it. It returns no document
// where the pointer leads into a list that has no such element.
func with(t *testing.T, document, pointer string, value any) (string, bool) {
	t.Helper()
	var root any
	require.NoError(t, json.Unmarshal([]byte(document), &root))
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	at := root
	for i, part := range parts {
		part, last := unescape.Replace(part), i == len(parts)-1
		switch container := at.(type) {
		case map[string]any:
			switch {
			case last && value == nil:
				delete(container, part)
			case last:
				container[part] = value
			case container[part] == nil:
				container[part] = map[string]any{}
			}
			at = container[part]
		case []any:
			index, err := strconv.Atoi(part)
			if err != nil || index >= len(container) {
				return "", false
			}
			at = container[index]
		default:
			return "", false
		}
	}
	text, err := json.Marshal(root)
	require.NoError(t, err)
	return string(text), true
}

func merge(t *testing.T, document, patch string) string {
	t.Helper()
	merged, err := strict.MergePatch(json.RawMessage(document), json.RawMessage(patch))
	require.NoError(t, err)
	return string(merged)
}

// document is what a case sends.
func (c Case) document(t *testing.T, valid string) string {
	t.Helper()
	if c.Document != "" {
		return c.Document
	}
	return merge(t, valid, c.Patch)
}

func pointerTo(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	return "/" + name
}
