//go:build full

package main

import (
	"testing"
)

// Replicas on PostgreSQL read and write while keys are rotated: no read fails,
// and no row stays on an older key.
func TestKeysRotateUnderLoadOnPostgres(t *testing.T) {
	r, settings := onPostgres(t)
	second := serve(t, r.data, append(settings, "--log-level", "error")...)
	ids := r.bots(t, 20)
	load := second.load(t, ids, r)
	for range 4 {
		rotate(t, r.data, settings)
	}
	load.end(t)
	r.requireOnOneKey(t, settings, 5)
	r.requireSealed(t, ids)
}

func TestKeysRotateKilledOnPostgres(t *testing.T) {
	r, settings := onPostgres(t)
	killed(t, r, settings)
}
