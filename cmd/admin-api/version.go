package main

import (
	"cmp"
	"runtime"
	"runtime/debug"
)

// Set by the linker.
var (
	version string
	commit  string
)

// versionLine is what the program says of itself.
func versionLine() string {
	number, from := built()
	return "admin-api " + number + " (commit " + from + ", " + runtime.Version() + ")"
}

// built returns version and commit, from what a plain go build leaves in the
// binary where the linker set none.
func built() (number, from string) {
	number, from = version, commit
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "(devel)" {
			number = cmp.Or(number, info.Main.Version)
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				from = cmp.Or(from, s.Value[:min(12, len(s.Value))])
			}
		}
	}
	return cmp.Or(number, "dev"), cmp.Or(from, "unknown")
}
