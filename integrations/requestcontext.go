package integrations

import "context"

type extraCAKey struct{}

// WithExtraCA returns a context under which a transport trusts the certificates
// in pem besides all others. Session.Exchange calls it for Request.ExtraCA.
func WithExtraCA(ctx context.Context, pem []byte) context.Context {
	return context.WithValue(ctx, extraCAKey{}, pem)
}

// ExtraCA returns what the transport of a request must trust besides all
// others, as PEM; nil for nothing. Every Transport honours it.
func ExtraCA(ctx context.Context) []byte {
	pem, _ := ctx.Value(extraCAKey{}).([]byte)
	return pem
}

type maxBytesKey struct{}

// MaxBytes returns how many bytes the body of the answer to a request may have, 0 for
// the transport's own limit. Every Transport honours it.
func MaxBytes(ctx context.Context) int64 {
	most, _ := ctx.Value(maxBytesKey{}).(int64)
	return most
}
