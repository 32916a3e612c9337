//go:build long

package catalog

import "testing"

// further is how many more documents of each type are judged.
func further(*testing.T) int {
	if testing.Short() {
		return documents
	}
	return 10 * documents
}
