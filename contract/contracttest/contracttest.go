// Package contracttest checks the answers of a server against the contract in
// OpenAPI: that the status is one the operation has, the header fields are
// those it lists, and the body is what its schema says and holds nothing else.
// What only a request may carry (writeOnly) fails the test.
//
// It checks no requests: what a server refuses is its own tests' matter.
package contracttest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/responses"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"
)

// Validator knows one contract. It is safe for concurrent use and meant to be
// shared: what it compiles, it keeps.
type Validator struct {
	paths      []template
	responses  responses.ResponseBodyValidator
	components *v3.Components
	events     *events
}

// unlisted are header fields that answers may have without the contract saying
// so: HTTP's own, and those that tell browsers what a page may do.
var unlisted = []string{
	"connection", "content-length", "content-type", "date", "transfer-encoding", "vary",
	"content-security-policy", "cross-origin-resource-policy", "referrer-policy", "strict-transport-security",
	"x-accel-buffering", "x-content-type-options",
}

// New reads a contract.
func New(t testing.TB, spec []byte) *Validator {
	t.Helper()
	spec, err := prepare(spec)
	if err != nil {
		t.Fatalf("contract: %v", err)
	}
	doc, err := libopenapi.NewDocument(spec)
	if err != nil {
		t.Fatalf("contract: %v", err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		t.Fatalf("contract: %v", err)
	}
	v := &Validator{components: model.Model.Components}
	options := []config.Option{
		config.WithFormatAssertions(), config.WithStrictMode(), config.WithStrictRejectWriteOnly(),
		config.WithStrictIgnoredHeaders(unlisted...),
	}
	v.responses = responses.NewResponseBodyValidator(&model.Model, options...)
	v.events = newEvents(v.components, options)
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		item.Head = item.Get // what answers GET answers HEAD
		for op := range item.GetOperations().ValuesFromOldest() {
			listHeaders(op)
		}
		v.paths = append(v.paths, newTemplate(path, item))
	}
	return v
}

// listHeaders makes the strict mode look at header fields where the contract
// lists none.
func listHeaders(op *v3.Operation) {
	for answer := range op.Responses.Codes.ValuesFromOldest() {
		if answer.Headers == nil {
			answer.Headers = orderedmap.New[string, *v3.Header]()
		}
	}
}

// Operations returns method, path and scope of every operation, in the order of
// the contract.
func (v *Validator) Operations() []Operation {
	var list []Operation
	for _, path := range v.paths {
		for method, op := range path.item.GetOperations().FromOldest() {
			if method != "head" {
				list = append(list, newOperation(method, path.text, op))
			}
		}
	}
	return list
}

// Check fails the test where the answer to a request is not one that the
// contract allows. The body was read before; that of resp is not touched.
func (v *Validator) Check(t testing.TB, req *http.Request, resp *http.Response, body []byte) {
	t.Helper()
	for _, problem := range v.Problems(req, resp, body) {
		t.Errorf("%s %s answered %d against the contract: %s", req.Method, req.URL.Path, resp.StatusCode, problem)
	}
}

// Problems returns what is wrong with an answer, nothing where it is right.
func (v *Validator) Problems(req *http.Request, resp *http.Response, body []byte) []string {
	path := v.find(req.URL.EscapedPath())
	switch {
	case path == nil:
		return v.checkRefusal(http.StatusNotFound, req, resp, body)
	case req.Method == http.MethodOptions:
		return path.checkOptions(resp, body)
	case operationOf(path.item, req.Method) == nil:
		return append(v.checkRefusal(http.StatusMethodNotAllowed, req, resp, body), path.checkAllow(resp)...)
	case path.pages:
		return checkPage(resp)
	}
	return v.check(path, req, resp, body)
}

// check judges the answer of an operation.
func (v *Validator) check(path *template, req *http.Request, resp *http.Response, body []byte) []string {
	path = path.narrow(req.Method, resp.StatusCode, body)
	documented := responseOf(operationOf(path.item, req.Method), resp.StatusCode)
	media, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if media == linesMedia && documented != nil && documented.Content.GetOrZero(linesMedia) != nil {
		return v.events.lines(body) // which the validator would take for one document
	}
	answer := *resp
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if req.Method == http.MethodHead {
		answer.Body = http.NoBody
	}
	_, errs := v.responses.ValidateResponseBodyWithPathItem(req, &answer, path.item, path.text)
	problems := explain(errs)
	if documented == nil {
		return problems // which say so
	}
	wanted := orderedmap.Len(documented.Content) > 0 && req.Method != http.MethodHead
	if wanted != (len(body) > 0) {
		problems = append(problems, fmt.Sprintf("there is a body of %d bytes", len(body)))
	}
	switch media {
	case "application/problem+json":
		problems = append(problems, checkKind(documented, resp.StatusCode, body)...)
	case "text/event-stream":
		problems = append(problems, v.events.check(body)...)
	}
	return problems
}

// checkRefusal judges an answer that belongs to no operation: the shared one of
// its status.
func (v *Validator) checkRefusal(status int, req *http.Request, resp *http.Response, body []byte) []string {
	if resp.StatusCode != status {
		return []string{fmt.Sprintf("the path has no such operation, so the status must be %d", status)}
	}
	name := strings.ReplaceAll(http.StatusText(status), " ", "")
	if media, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";"); media == "application/scim+json" {
		name = "SCIM" + name // in the form of RFC 7644
	}
	shared := v.components.Responses.GetOrZero(name)
	if shared == nil {
		return []string{fmt.Sprintf("there is no shared answer for %d", status)}
	}
	if req.Method != http.MethodHead { // which method it was makes no difference
		clone := *req
		clone.Method = http.MethodGet
		req = &clone
	}
	nowhere := newTemplate(req.URL.Path, nil)
	return v.check(nowhere.answering(status, shared), req, resp, body)
}

// checkKind tells whether a problem is one of the kinds that its status has;
// the examples of the answer name them all.
func checkKind(documented *v3.Response, status int, body []byte) []string {
	if len(body) == 0 {
		return nil // HEAD
	}
	media := documented.Content.GetOrZero("application/problem+json")
	if media == nil || orderedmap.Len(media.Examples) == 0 {
		return nil
	}
	code, said := codeAndStatus(body)
	var problems []string
	if said != status {
		problems = append(problems, fmt.Sprintf("the member status is %d", said))
	}
	if known := slices.Collect(maps.Keys(maps.Collect(media.Examples.FromOldest()))); !slices.Contains(known, code) {
		slices.Sort(known)
		problems = append(problems, fmt.Sprintf("its code %q is not among %s", code, strings.Join(known, ", ")))
	}
	return problems
}
