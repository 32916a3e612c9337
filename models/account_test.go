package models

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSearchWords(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", ""},
		{"Support EU", " support eu"},
		{"Support-EU", " support-eu eu"},
		{"(EU) foo_bar-baz", " (eu) eu foo_bar-baz bar baz"},
		{"Ünï-CODE  100%", " ünï-code code 100%"},
		{"--", " --"},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) { require.Equal(t, tt.want, SearchWords(tt.text)) })
	}
	require.Equal(t, " a b", SearchWords("a", "B"))
}
