//go:build long

package audit_test

import "testing"

func TestVerifyFindsTenThousandMutations(t *testing.T) {
	n := 2_500
	if testing.Short() {
		n = 100
	}
	mutateAll(t, 4, n)
}
