package catalog

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
)

// Every documented family has a type.
func TestFamiliesAreComplete(t *testing.T) {
	present := map[integrations.Family]bool{}
	for _, d := range All() {
		present[d.Family] = true
	}
	var missing []integrations.Family
	for _, family := range families(t) {
		if !present[family] {
			missing = append(missing, family)
		}
	}
	require.Empty(t, missing, "families without a type")
}
