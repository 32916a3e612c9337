//go:build full

package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// block is one fenced block of a document. A word behind its language keeps it
// from being executed or compared: "terminal=NAME" is for another terminal,
// "example" is to be read only.
type block struct{ language, terminal, text string }

// blocksOf returns the fenced blocks but for the examples.
func blocksOf(markdown string) []block {
	var blocks []block
	for _, m := range regexp.MustCompile("(?ms)^```(\\w+)(?: terminal=(\\w+))?\n(.*?)^```$").FindAllStringSubmatch(markdown, -1) {
		blocks = append(blocks, block{m[1], m[2], m[3]})
	}
	return blocks
}

// step is a block of commands and what the document says that it prints.
type step struct{ commands, want string }

// steps are the commands in their order. Of a block for another terminal, what
// stands for it in instead is executed, if anything.
func steps(t *testing.T, blocks []block, instead map[string]string) []step {
	t.Helper()
	var all []step
	for _, b := range blocks {
		switch {
		case b.language == "sh" && b.terminal == "":
			all = append(all, step{commands: b.text})
		case b.language == "sh":
			if commands := instead[b.terminal]; commands != "" {
				all = append(all, step{commands: commands})
			}
		case b.language == "text", b.language == "json":
			require.NotEmpty(t, all, "nothing prints %s", b.text)
			last := &all[len(all)-1]
			require.Empty(t, last.want, "a second block for what one prints; mark examples: %s", b.text)
			last.want = b.text
		}
	}
	return all
}

// reader is somebody who enters the commands of a document in one terminal.
type reader struct {
	// dir is where, env what is set beyond the environment of the test.
	dir string
	env []string
	// instead is what is done for blocks that are for people, by their terminal.
	instead map[string]string
	// meanwhile, when set, is what happens elsewhere.
	meanwhile func(t *testing.T)
}

const endOfBlock = "=== end of block"

// follow executes the commands and compares what each block prints; a block
// behind which nothing is shown has to be silent.
func (r reader) follow(t *testing.T, blocks []block) {
	t.Helper()
	all := steps(t, blocks, r.instead)
	script := "set -euo pipefail\n"
	for _, s := range all {
		script += fmt.Sprintf("%secho '%s'\n", strings.TrimSuffix(s.commands, "\n")+"\n", endOfBlock)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	// curl would look for a server of ours at the proxy of the environment.
	cmd.Dir, cmd.Env = r.dir, append(os.Environ(), "no_proxy=127.0.0.1,localhost,"+os.Getenv("no_proxy"))
	cmd.Env = append(cmd.Env, r.env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Start())
	if r.meanwhile != nil {
		r.meanwhile(t)
	}
	require.NoError(t, cmd.Wait(), "%s%s", &out, &errs)
	got := strings.Split(out.String(), endOfBlock+"\n")
	for i, s := range all {
		if !shows(s.want, got[i]) {
			require.Equal(t, s.want, got[i], "behind: %s\nerrors: %s", s.commands, errs.String())
		}
	}
}

// shows reports whether what a document shows is what came. "…" stands for what
// is left out, alone in a line for whole lines; keys and times differ each time.
func shows(want, got string) bool {
	pattern := regexp.QuoteMeta(masked(want))
	pattern = regexp.MustCompile(`(?m)^ *…\n`).ReplaceAllString(pattern, `(?:.*\n)*`)
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(masked(got))
}

// masked hides ids of keys, fingerprints, and times to the minute.
func masked(text string) string {
	text = regexp.MustCompile(`\b[0-9a-f]{8}\b`).ReplaceAllString(text, "KEY")
	return regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\dZ`).ReplaceAllString(text, "TIME")
}
