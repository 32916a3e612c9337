package audit_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// lines is a log that tests wait for.
type lines struct {
	mu     sync.Mutex
	grown  *sync.Cond
	buffer bytes.Buffer
}

func (l *lines) logger() *slog.Logger {
	l.grown = sync.NewCond(&l.mu)
	return slog.New(slog.NewJSONHandler(l, nil))
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.grown.Broadcast()
	return l.buffer.Write(p)
}

// wait returns when the text was logged; a text that never comes ends the test
// by its time-out.
func (l *lines) wait(t *testing.T, text string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for !strings.Contains(l.buffer.String(), text) {
		l.grown.Wait()
	}
}

func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buffer.String(), text)
}
