package messenger

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamesFromOutside(t *testing.T) {
	tests := []struct{ name, id, want string }{
		{"Acme", "7", "Acme (7)"},
		{" Acme サポート ", "", "Acme サポート"},
		{"", "7", "7"},
		{"<b>Acme</b>", "7", "7"},
		{"Ac\nme", "7", "7"},
		{"Ac\u202eme", "7", "7"},
		{"\xff", "7", "7"},
		{strings.Repeat("a", 81), "7", "7"},
		{"<", ">", ""},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, named(tt.name, tt.id), tt.name)
	}
}
