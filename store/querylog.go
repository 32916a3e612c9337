package store

import (
	"context"
	"log/slog"
	"time"

	gormlogger "gorm.io/gorm/logger"
)

// queryLog is GORM's logger. It warns of slow statements and never shows what
// was bound to them: a value may be a sealed secret or a person's name. Errors
// are not logged, because every one is returned.
type queryLog struct {
	logger *slog.Logger
	slow   time.Duration
}

// LogMode implements logger.Interface; the level is that of the slog handler.
func (l queryLog) LogMode(gormlogger.LogLevel) gormlogger.Interface { return l }

// Info implements logger.Interface and drops the text, which may hold values.
func (queryLog) Info(context.Context, string, ...any) {}

// Warn implements logger.Interface and drops the text, which may hold values.
func (queryLog) Warn(context.Context, string, ...any) {}

// Error implements logger.Interface and drops the text, which may hold values.
func (queryLog) Error(context.Context, string, ...any) {}

// ParamsFilter implements gorm.ParamsFilter: statements keep their placeholders.
func (queryLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

// Trace implements logger.Interface.
func (l queryLog) Trace(ctx context.Context, begin time.Time, fc func() (string, int64), _ error) {
	if took := time.Since(begin); took >= l.slow {
		statement, rows := fc()
		l.warn(ctx, statement, rows, took)
	}
}

// hot reports a statement that went past GORM.
func (l queryLog) hot(ctx context.Context, begin time.Time, statement string, rows int) {
	if took := time.Since(begin); took >= l.slow {
		l.warn(ctx, statement, int64(rows), took)
	}
}

func (l queryLog) warn(ctx context.Context, statement string, rows int64, took time.Duration) {
	l.logger.LogAttrs(ctx, slog.LevelWarn, "slow query",
		slog.String("statement", statement), slog.Int64("rows", rows), slog.Duration("took", took))
}
