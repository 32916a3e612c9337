package handlers

import (
	"net/http"
	"strconv"
	"sync"

	"github.com/labstack/echo/v4"

	"admin-api/accounts"
	"admin-api/api"
	"admin-api/models"
)

const jsonType = "application/json"

// send writes a whole answer.
func (x *exchange) send(status int, mediaType string, b []byte) error {
	x.set(echo.HeaderContentType, mediaType)
	x.set(echo.HeaderContentLength, strconv.Itoa(len(b)))
	x.Response().WriteHeader(status)
	if x.isHead() {
		return nil
	}
	_, err := x.Response().Write(b)
	return err
}

// json answers v.
func (x *exchange) json(status int, v any) error {
	b, err := api.Encode(v)
	if err != nil {
		return err
	}
	return x.send(status, jsonType, b)
}

// buffers are for the answers that clients read most. What grew large is not
// kept.
type buffers struct{ pool sync.Pool }

const largestKept = 1 << 20

// with calls fill with an empty buffer and keeps what it returns for later.
func (p *buffers) with(fill func([]byte) ([]byte, error)) error {
	buf, ok := p.pool.Get().(*[]byte)
	if !ok {
		fresh := make([]byte, 0, 4096)
		buf = &fresh
	}
	b, err := fill((*buf)[:0])
	if cap(b) <= largestKept && b != nil {
		*buf = b
		p.pool.Put(buf)
	}
	return err
}

// account answers one account, with its entity tag.
func (x *exchange) account(status int, v *models.AccountView) error {
	return x.written(status, &accounts.Result{Account: v})
}

// written answers a change.
func (x *exchange) written(status int, r *accounts.Result) error {
	x.set("ETag", quoted(r.Account.ETag()))
	generated := map[string]string{}
	for pointer, text := range r.Generated {
		generated[pointer] = text.Reveal()
	}
	return x.server.buffers.with(func(b []byte) ([]byte, error) {
		b, err := api.AppendWritten(b, r.Account, generated, r.Warnings)
		if err != nil {
			return b, err
		}
		return b, x.send(status, jsonType, b)
	})
}

// report answers a verdict about a document that was not stored.
func (x *exchange) report(r *accounts.Report) error {
	return x.json(http.StatusOK, api.Report{
		Valid: r.Valid, Errors: api.NewViolations(r.Errors), Warnings: api.NewViolations(r.Warnings),
	})
}

// linkNext adds the address of the next page, with the filters of this one.
func (x *exchange) linkNext(cursor string) {
	if cursor == "" {
		return
	}
	next := *x.Request().URL
	query := next.Query()
	query.Set("cursor", cursor)
	x.set("Link", "<"+next.EscapedPath()+"?"+query.Encode()+`>; rel="next"`)
}
