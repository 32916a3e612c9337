package integrations

import "context"

// LongestAnswer is the most, in bytes, that a request may ask to be read of its
// answer.
const LongestAnswer = 1 << 20

type maxBytesKey struct{}

// WithMaxBytes returns a context under which a transport reads up to n bytes of
// a body, at most LongestAnswer. Session.Exchange calls it for Request.MaxBytes.
func WithMaxBytes(ctx context.Context, n int64) context.Context {
	return context.WithValue(ctx, maxBytesKey{}, min(n, LongestAnswer))
}

// MaxBytes returns how much of the body the transport of a request may read; 0
// for as much as of any other. Every Transport honours it.
func MaxBytes(ctx context.Context) int64 {
	n, _ := ctx.Value(maxBytesKey{}).(int64)
	return n
}
