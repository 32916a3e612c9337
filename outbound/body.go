package outbound

import (
	"context"
	"io"
)

// body is the body of an answer, kept within its limit. It gives typed errors
// and frees the exchange when closed.
type body struct {
	source io.ReadCloser
	to     string
	left   int64
	failed error
	cancel context.CancelFunc
}

// upgraded is the body of an answer that switches protocols (101): it can be
// written to.
type upgraded struct {
	*body
	io.Writer
}

func newBody(source io.ReadCloser, to string, limit int64, cancel context.CancelFunc) io.ReadCloser {
	b := &body{source: source, to: to, left: limit, cancel: cancel}
	if w, ok := source.(io.Writer); ok {
		return upgraded{body: b, Writer: w}
	}
	return b
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	if b.failed != nil {
		return 0, b.failed
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one more than permitted tells "too large" from "just fits"
	}
	n, err := b.source.Read(p)
	switch {
	case int64(n) > b.left:
		n = int(b.left)
		b.failed = &Error{Phase: PhaseRead, Kind: TooLarge, Addr: b.to}
	case err == io.EOF: // the bare value is the end; wrapped, it is a broken answer
		b.failed = io.EOF
	case err != nil:
		b.failed = classify(PhaseRead, b.to, err)
	}
	b.left -= int64(n)
	return n, b.failed
}

// Close implements [io.Closer].
func (b *body) Close() error {
	err := b.source.Close()
	b.cancel()
	if err != nil {
		return classify(PhaseRead, b.to, err)
	}
	return nil
}

// ReadAll reads r, the body of an answer, to its end. A body that an HTTP
// client of this package returned has its limit already; anything else, such
// as what a caller decompresses itself, is limited to the client's bytes. Its
// errors are *[Error]; it does not close r.
func (c *Client) ReadAll(r io.Reader) ([]byte, error) {
	switch r.(type) {
	case *body, upgraded:
	default:
		r = newBody(io.NopCloser(r), "", c.maxBytes, func() {})
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, classify(PhaseRead, "", err)
	}
	return data, nil
}
