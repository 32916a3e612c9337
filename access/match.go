package access

import "slices"

// Match is what a change asks of the version that is stored; the zero Match asks
// for nothing.
type Match struct {
	// Given: there is a condition.
	Given bool
	// Any version will do.
	Any      bool
	Versions []int64
}

// Allows reports whether a change may be made from the version.
func (m Match) Allows(version int64) bool {
	return !m.Given || m.Any || slices.Contains(m.Versions, version)
}
