package main

import (
	"context"
	"io"
	"log/slog"
	"os"
)

// logSettings say how to log.
type logSettings struct {
	LogLevel  string `env:"ADMIN_API_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"Least severe messages to log: debug, info, warn or error."`
	LogFormat string `env:"ADMIN_API_LOG_FORMAT" default:"auto" enum:"auto,text,json" help:"auto, text or json; auto is text on a terminal, else json."`
}

// logger returns the program's logger, which writes to w.
func (s *logSettings) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // the words were checked by the parser
	options := &slog.HandlerOptions{Level: min(level, slog.LevelInfo)}
	format := s.LogFormat
	if format == "auto" {
		format = "json"
		if f, ok := w.(*os.File); ok && isTerminal(f) {
			format = "text"
		}
	}
	var all slog.Handler = slog.NewJSONHandler(w, options)
	if format == "text" {
		all = slog.NewTextHandler(w, options)
	}
	return slog.New(threshold{Handler: all, level: level})
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// threshold holds back what is below its level. The handler inside takes
// everything from info on.
type threshold struct {
	slog.Handler
	level slog.Level
}

// Enabled implements slog.Handler.
func (t threshold) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= t.level && t.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (t threshold) WithAttrs(attrs []slog.Attr) slog.Handler {
	return threshold{t.Handler.WithAttrs(attrs), t.level}
}

// WithGroup implements slog.Handler.
func (t threshold) WithGroup(name string) slog.Handler {
	return threshold{t.Handler.WithGroup(name), t.level}
}

// evidence returns a logger beside log whose lines are written from info on,
// whatever the level of log: those that somebody may have to rely on.
func evidence(log *slog.Logger) *slog.Logger {
	if t, ok := log.Handler().(threshold); ok {
		return slog.New(t.Handler)
	}
	return log
}
