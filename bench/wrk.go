package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

const wrkThreads = 2

// findWrk returns the path of wrk (https://github.com/wg/wrk).
func findWrk() (string, error) {
	path, err := exec.LookPath("wrk")
	if err != nil {
		return "", errors.New("wrk is missing; with Debian: apt-get install wrk")
	}
	return path, nil
}

// load is what one run of wrk does.
type load struct {
	url, token  string
	connections int
	duration    time.Duration
}

// outcome is what wrk says about one run, and the processor time that it took
// itself.
type outcome struct {
	requests    int
	rate        float64 // requests per second
	median, p99 time.Duration
	cpu         time.Duration
}

// runWrk makes the load. An answer other than 2xx or 3xx, or a connection that
// broke, is an error: a fast refusal must not count as speed.
func runWrk(ctx context.Context, wrk string, l load) (outcome, error) {
	// The token is on the command line: it dies with the server in seconds.
	cmd := exec.CommandContext(ctx, wrk, //nolint:gosec // found by its name
		"--threads", strconv.Itoa(wrkThreads), "--connections", strconv.Itoa(l.connections),
		"--duration", strconv.Itoa(int(l.duration.Seconds()))+"s", "--latency",
		"--header", "Authorization: Bearer "+l.token, l.url)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return outcome{}, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	o, err := parseWrk(out)
	o.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return o, err
}

// parseWrk reads the output of wrk.
func parseWrk(out []byte) (outcome, error) {
	var o outcome
	var err error
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() && err == nil {
		words := strings.Fields(lines.Text())
		if len(words) < 2 {
			continue
		}
		switch {
		case words[0] == "50%":
			o.median, err = time.ParseDuration(words[1])
		case words[0] == "99%":
			o.p99, err = time.ParseDuration(words[1])
		case words[0] == "Requests/sec:":
			o.rate, err = strconv.ParseFloat(words[1], 64)
		case words[1] == "requests":
			o.requests, err = strconv.Atoi(words[0])
		case words[0] == "Socket", words[0] == "Non-2xx":
			err = errors.New(strings.TrimSpace(lines.Text()))
		}
	}
	if err == nil && (o.rate <= 0 || o.requests <= 0 || o.p99 <= 0) {
		err = errors.New("its output is not understood")
	}
	if err != nil {
		return o, fmt.Errorf("wrk: %w\n%s", err, out)
	}
	return o, nil
}
