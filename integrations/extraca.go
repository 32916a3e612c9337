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
