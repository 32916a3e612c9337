package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"admin-api/api"
)

// maxBody is how large a request document may be; maxSCIMBody is for groups with
// tens of thousands of members, which some identity providers send as a whole.
const (
	maxBody     = 1 << 20
	maxSCIMBody = 4 << 20
)

// firstRead is for how much of a body memory is given at once.
const firstRead = 16 << 10

// mostDrained is how much of a body that is too large is still read, so that
// clients that send everything before they listen get the answer.
const mostDrained = 8 << 20

// bodyKind says what document a route reads.
type bodyKind int

const (
	noBody bodyKind = iota
	jsonBody
	optionalBody // JSON, or nothing at all
	patchBody    // JSON merge patch (RFC 7396)
	formBody     // what HTML forms send
	scimBody     // SCIM, which may call itself plain JSON
)

const (
	patchType = "application/merge-patch+json"
	formType  = "application/x-www-form-urlencoded"
)

// mediaType is what the body must be sent as.
func (k bodyKind) mediaType() string {
	switch k {
	case patchBody:
		return patchType
	case formBody:
		return formType
	case scimBody:
		return api.SCIMMediaType
	default:
		return jsonType
	}
}

// longest is how large the body may be.
func (k bodyKind) longest() int64 {
	if k == scimBody {
		return maxSCIMBody
	}
	return maxBody
}

// readBody reads the document of the request, within bounds.
func (x *exchange) readBody(kind bodyKind) error {
	r := x.Request()
	if kind == noBody {
		return nil
	}
	fields := r.Header[echo.HeaderContentType]
	if r.ContentLength == 0 && len(fields) == 0 {
		return nil // no document is no JSON either; whoever needs one says so
	}
	if err := x.checkMedia(kind.mediaType(), fields); err != nil {
		return err
	}
	longest := kind.longest()
	if r.ContentLength > longest {
		return x.tooLarge(longest)
	}
	// Memory is given for what has come, not for what is announced.
	buf := bytes.NewBuffer(make([]byte, 0, min(max(r.ContentLength, 0), firstRead)+bytes.MinRead))
	if _, err := buf.ReadFrom(io.LimitReader(r.Body, longest+1)); err != nil {
		return x.cutOff(err)
	}
	if int64(buf.Len()) > longest {
		return x.tooLarge(longest)
	}
	x.body = buf.Bytes()
	return nil
}

// checkMedia refuses a body that is not sent as want, in UTF-8 and plain.
func (x *exchange) checkMedia(want string, fields []string) error {
	detail := ""
	coding := x.Request().Header.Get(echo.HeaderContentEncoding)
	switch {
	case len(fields) != 1:
		detail = "Send the body with one Content-Type: " + want + "."
	case coding != "" && !strings.EqualFold(coding, "identity"):
		detail = "Send the body without a content coding."
	case want == api.SCIMMediaType && isMedia(fields[0], jsonType):
		return nil
	case !isMedia(fields[0], want):
		detail = "Send the body as " + want + " in UTF-8."
	default:
		return nil
	}
	if want == patchType {
		x.set("Accept-Patch", patchType)
	} else {
		x.set(echo.HeaderAccept, want)
	}
	return &api.RequestError{Code: api.CodeUnsupportedMediaType, Detail: detail}
}

// isMedia reports whether a Content-Type is the media type, in UTF-8.
func isMedia(field, want string) bool {
	have, parameters, err := mime.ParseMediaType(field)
	if err != nil || have != want {
		return false
	}
	charset, ok := parameters["charset"]
	return !ok || strings.EqualFold(charset, "utf-8")
}

// tooLarge refuses the body, reading on for a while.
func (x *exchange) tooLarge(longest int64) error {
	r := x.Request()
	if r.Header.Get("Expect") == "" { // else the client waits for our word
		_, _ = io.CopyN(io.Discard, r.Body, mostDrained)
	}
	return &api.RequestError{
		Code: api.CodeBodyTooLarge, Detail: "The body may have at most " + strconv.FormatInt(longest, 10) + " bytes.",
	}
}

// cutOff is the error of a body that ended early.
func (x *exchange) cutOff(err error) error {
	// net/http cancels the context as well, but this is about the body.
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &api.RequestError{Code: api.CodeMalformedJSON, Detail: "The body ended before it was complete."}
	}
	if ctxErr := x.Request().Context().Err(); ctxErr != nil {
		return fmt.Errorf("read body: %w", ctxErr)
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok { // a server around us has a smaller bound
		return &api.RequestError{Code: api.CodeBodyTooLarge}
	}
	return &api.RequestError{Code: api.CodeMalformedJSON, Detail: "The body could not be read to its end."}
}

// params says which query parameters a route knows.
type params struct {
	// names maps each to whether it may stand more than once.
	names map[string]bool
	// labels: label.KEY is known too.
	labels bool
	// any: the route reads none and judges none.
	any bool
}

var anyParams = params{any: true}

// single names parameters that stand once at most.
func single(names ...string) params {
	p := params{names: map[string]bool{}}
	for _, name := range names {
		p.names[name] = false
	}
	return p
}

// labelPrefix begins the parameters that filter by a label.
const labelPrefix = "label."

// readQuery parses the query and refuses what the route does not know: a
// misspelt filter that is ignored would answer with too much.
func (x *exchange) readQuery(known params) error {
	raw := x.Request().URL.RawQuery
	if raw == "" || known.any {
		return nil
	}
	query, err := url.ParseQuery(raw)
	if err != nil {
		return &api.RequestError{
			Code: api.CodeInvalidParameter, Detail: "The query is not percent-encoded as it should be.",
		}
	}
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names) // the same request is refused for the same reason
	for _, name := range names {
		if err := known.check(name, len(query[name])); err != nil {
			return err
		}
		if slices.ContainsFunc(query[name], noText) {
			return badParam(name, "is no UTF-8 text, or holds a NUL character")
		}
	}
	x.query = query
	return nil
}

// noText reports whether nothing that is stored can have the value.
func noText(value string) bool {
	return !utf8.ValidString(value) || strings.ContainsRune(value, 0)
}

func (p params) check(name string, times int) error {
	many, ok := p.names[name]
	if p.labels && strings.HasPrefix(name, labelPrefix) && name != labelPrefix {
		ok = true
	}
	if !ok {
		return badParam(name, "is not known here; "+p.list())
	}
	if times > 1 && !many {
		return badParam(name, "may stand only once")
	}
	return nil
}

// list names what is known, for people.
func (p params) list() string {
	names := make([]string, 0, len(p.names)+1)
	for name := range p.names {
		names = append(names, name)
	}
	slices.Sort(names)
	if p.labels {
		names = append(names, labelPrefix+"KEY")
	}
	if len(names) == 0 {
		return "this operation has no query parameters"
	}
	return "known are " + strings.Join(names, ", ")
}

// badParam refuses a query parameter.
func badParam(name, why string) error {
	const longest = 64 // the name may be anything
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "") + "…"
	}
	return &api.RequestError{
		Code: api.CodeInvalidParameter, Detail: "The query parameter " + name + " " + why + ".",
		Extra: map[string]any{"parameter": name},
	}
}

// badHeader refuses a header field.
func badHeader(name, rule string) error {
	return &api.RequestError{
		Code: api.CodeInvalidParameter, Detail: "The header field " + name + " " + rule + ".",
		Extra: map[string]any{"header": name},
	}
}
