package main

import (
	"fmt"
	"strconv"
	"time"
)

// sessionFlag is how long a session lives. When it was last used is known to the
// minute, so a few of them are the least that can be asked for.
type sessionFlag time.Duration

// Bounds of how long a session lives.
const (
	shortestSession = 5 * time.Minute
	longestSession  = 30 * 24 * time.Hour
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *sessionFlag) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d < shortestSession || d > longestSession {
		return fmt.Errorf("%q is no life of a session: write such as 30m or 12h, from 5m to 720h", text)
	}
	*f = sessionFlag(d)
	return nil
}

// countFlag is how many of something are kept.
type countFlag int

// Bounds of how many sign-ins are kept.
const (
	fewest = 10
	most   = 10_000
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *countFlag) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text))
	if err != nil || n < fewest || n > most {
		return fmt.Errorf("%q is no number from %d to %d", text, fewest, most)
	}
	*f = countFlag(n)
	return nil
}
