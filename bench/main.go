// Command bench measures the program from outside and holds it against a floor:
// a bare Echo handler that checks a bearer token and answers the same bytes.
// Both run on this machine, in turns, so that the ratio of their speeds means
// something where the speeds themselves do not.
//
// It measures the program as a whole and knows none of its packages; parts are
// measured by the benchmarks beside them. Figures of earlier runs, and how to
// read them, are in docs/performance.md.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are those of the command line.
type options struct {
	rounds      int
	duration    time.Duration
	connections int
	accounts    int
	check, json bool
}

func run(ctx context.Context, args []string) error {
	if len(args) == 2 && args[0] == floorCommand {
		return serveFloor(ctx, args[1])
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	r, err := measure(ctx, o)
	if err != nil {
		return err
	}
	if err := r.print(os.Stdout, o.json); err != nil {
		return err
	}
	if missed := r.missed(); o.check && len(missed) > 0 {
		return fmt.Errorf("missed: %v", missed)
	}
	return nil
}

func parse(args []string) (options, error) {
	o := options{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.IntVar(&o.rounds, "rounds", 5, "how often each measurement is repeated")
	f.DurationVar(&o.duration, "duration", 3*time.Second, "how long one measurement takes, in whole seconds")
	f.IntVar(&o.connections, "connections", 16, "connections of the readers, and clients that write")
	f.IntVar(&o.accounts, "accounts", 200, "accounts that are there before anything is measured")
	f.BoolVar(&o.check, "check", false, "exit 1 where a figure misses its bound")
	f.BoolVar(&o.json, "json", false, "print JSON instead of tables")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.rounds < 1:
		return o, errors.New("-rounds: at least 1")
	case o.duration < time.Second || o.duration%time.Second != 0:
		return o, errors.New("-duration: whole seconds, at least 1s")
	case o.connections < wrkThreads:
		return o, fmt.Errorf("-connections: at least %d", wrkThreads)
	case o.accounts <= pageSize:
		return o, fmt.Errorf("-accounts: more than the page of %d that is read", pageSize)
	}
	return o, nil
}

// measure starts both sides in a temporary folder (TMPDIR says on which disk)
// and measures reads, then writes.
func measure(ctx context.Context, o options) (_ *report, err error) {
	wrk, err := findWrk()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "admin-api-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := startOurs(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	c := newClient(s.url, s.token, o.connections)
	id, err := seed(ctx, c, o.accounts)
	if err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	r := newReport(o)
	b := readBench{options: o, wrk: wrk, ours: s, client: c, dir: dir}
	if r.Reads, err = b.run(ctx, targets(id)); err != nil {
		return nil, fmt.Errorf("reads: %w", err)
	}
	w := writeBench{options: o, ours: s, client: c}
	if r.Writes, err = w.run(ctx); err != nil {
		return nil, fmt.Errorf("writes: %w", err)
	}
	return r, nil
}

// print writes the report for people, or for programs.
func (r *report) print(w io.Writer, asJSON bool) error {
	if !asJSON {
		return r.tables(w)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
