package paging_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/paging"
	"admin-api/secret"
)

func TestPages(t *testing.T) {
	keys, err := secret.Create(filepath.Join(t.TempDir(), "keys.json"))
	require.NoError(t, err)
	bound := paging.Bind("letters", "acme", nil)
	rows := []string{"a", "b", "c"}
	page, err := paging.Start(keys, paging.Query{Size: 2}, bound)
	require.NoError(t, err)
	require.Equal(t, models.Page{Limit: 3}, page, "one more tells whether there is a next page")
	kept, next := paging.Cut(keys, rows, page, bound, func(s *string) string { return *s })
	require.Equal(t, []string{"a", "b"}, kept)
	page, err = paging.Start(keys, paging.Query{Size: 2, Cursor: next}, bound)
	require.NoError(t, err)
	require.Equal(t, "b", page.Before)
	kept, last := paging.Cut(keys, rows[2:], page, bound, func(s *string) string { return *s })
	require.Equal(t, []string{"c"}, kept)
	require.Empty(t, last)

	for name, other := range map[string][]byte{
		"of another list": paging.Bind("numbers", "acme", nil), "of another contact center": paging.Bind("letters", "b", nil),
		"with other filters": paging.Bind("letters", "acme", 1),
	} {
		_, err := paging.Start(keys, paging.Query{Size: 2, Cursor: next}, other)
		require.ErrorIs(t, err, models.ErrBadCursor, name)
	}
	first := "A"
	if next[0] == 'A' {
		first = "B"
	}
	for _, cursor := range []string{"x", next[:len(next)-2], first + next[1:], next + "AA"} {
		_, err := paging.Start(keys, paging.Query{Size: 2, Cursor: cursor}, bound)
		require.ErrorIs(t, err, models.ErrBadCursor, cursor)
	}
}
