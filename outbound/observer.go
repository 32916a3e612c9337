package outbound

import (
	"context"
	"time"
)

// Observer hears how the making of a connection went: once each per
// connection, in this order, [PhaseResolve], [PhaseConnect] and, with TLS,
// [PhaseTLS]; after a failed phase none follows. err is nil or an *[Error].
// Calls come one after the other and before the call that opens the connection
// returns; an observer that several exchanges share must be safe for
// concurrent use.
type Observer interface {
	Phase(name string, started time.Time, took time.Duration, err error)
}

type observerKey struct{}

// Observe returns a context under which every connection reports to o, for
// [Client.Dial] and [Client.DialTLS]; for HTTP see [WithObserver].
func Observe(ctx context.Context, o Observer) context.Context {
	return context.WithValue(ctx, observerKey{}, o)
}

// phase runs one phase and reports it to the context's observer, if any.
func phase[T any](ctx context.Context, name string, run func() (T, *Error)) (T, error) {
	started := time.Now()
	result, failed := run()
	var err error
	if failed != nil {
		err = failed
	}
	if o, ok := ctx.Value(observerKey{}).(Observer); ok {
		o.Phase(name, started, time.Since(started), err)
	}
	return result, err
}
