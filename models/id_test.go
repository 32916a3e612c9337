package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
)

// A bound in the past sorts between earlier and later ids, and leaves the order of new
// ones as it is.
func TestFirstID(t *testing.T) {
	now := time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)
	before, first := models.NewID(now.Add(-time.Minute-time.Millisecond)), models.NewID(now)
	bound := models.FirstID(now.Add(-time.Minute))
	second := models.NewID(now)
	require.True(t, models.ValidID(bound), bound)
	require.Less(t, before, bound)
	require.Less(t, bound, models.NewID(now.Add(-time.Minute)))
	require.Less(t, first, second)
}
