package contracttest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// template is a path of the contract.
type template struct {
	text     string
	segments []string
	item     *v3.PathItem
	// pages: the template stands for the files of the reference.
	pages bool
}

func newTemplate(text string, item *v3.PathItem) template {
	return template{text: text, segments: strings.Split(text, "/"), item: item}
}

// matches reports whether a path is one of the template, and how many of its
// segments are literal.
func (p *template) matches(segments []string) (literal int, ok bool) {
	if len(segments) != len(p.segments) {
		return 0, false
	}
	for i, want := range p.segments {
		switch {
		case segments[i] == want:
			literal++
		case !strings.HasPrefix(want, "{") || segments[i] == "":
			return 0, false
		}
	}
	return literal, true
}

// pages is where the files of the reference stand, which the contract does not
// list one by one.
const pages = "/docs/"

// find returns the template of a path, nil for none; of several, the one with
// the most literal segments.
func (v *Validator) find(path string) *template {
	segments := strings.Split(path, "/")
	var best *template
	most := -1
	for i := range v.paths {
		if literal, ok := v.paths[i].matches(segments); ok && literal > most {
			best, most = &v.paths[i], literal
		}
	}
	if best == nil && strings.HasPrefix(path, pages) {
		read := new(v3.Operation)
		return &template{text: pages, item: &v3.PathItem{Get: read, Head: read}, pages: true}
	}
	return best
}

// methods returns the methods of the path, those that follow from them
// included.
func (p *template) methods() []string {
	list := []string{http.MethodOptions}
	for method := range p.item.GetOperations().KeysFromOldest() {
		list = append(list, strings.ToUpper(method))
	}
	slices.Sort(list)
	return list
}

func (p *template) checkAllow(resp *http.Response) []string {
	allowed := strings.Split(resp.Header.Get("Allow"), ", ")
	slices.Sort(allowed)
	if want := p.methods(); !slices.Equal(allowed, want) {
		return []string{fmt.Sprintf("Allow is %q, want %s in any order", resp.Header.Get("Allow"), strings.Join(want, ", "))}
	}
	return nil
}

func (p *template) checkOptions(resp *http.Response, body []byte) []string {
	problems := p.checkAllow(resp)
	if resp.StatusCode != http.StatusNoContent || len(body) > 0 {
		problems = append(problems, "OPTIONS is answered 204, without a body")
	}
	return problems
}

// checkPage allows a page all that a file server does, but no data.
func checkPage(resp *http.Response) []string {
	switch resp.StatusCode {
	case http.StatusOK, http.StatusNotModified, http.StatusFound, http.StatusNotFound:
	default:
		return []string{"pages are not answered so"}
	}
	if media := resp.Header.Get("Content-Type"); resp.StatusCode == http.StatusOK && strings.Contains(media, "json") {
		return []string{"a page is no " + media}
	}
	return nil
}

// operationOf returns the operation of a method, nil for none. Methods are told
// apart by case.
func operationOf(item *v3.PathItem, method string) *v3.Operation {
	if method != strings.ToUpper(method) {
		return nil
	}
	return item.GetOperations().GetOrZero(strings.ToLower(method))
}

// responseOf returns what the operation documents for a status, nil for none.
func responseOf(op *v3.Operation, status int) *v3.Response {
	if op.Responses == nil || op.Responses.Codes == nil {
		return nil
	}
	return op.Responses.Codes.GetOrZero(fmt.Sprint(status))
}

// Operation is what the contract says of one operation.
type Operation struct {
	// Method is in capitals; Path has its parameters in braces.
	Method, Path string
	ID           string
	// Scope is x-scope; Roles are those of the security requirement.
	Scope string
	Roles []string
	// Statuses are those documented, in order; Body reports whether there is a
	// request body.
	Statuses []string
	Body     bool
}

func newOperation(method, path string, op *v3.Operation) Operation {
	o := Operation{Method: strings.ToUpper(method), Path: path, ID: op.OperationId, Body: op.RequestBody != nil}
	if node := op.Extensions.GetOrZero("x-scope"); node != nil {
		o.Scope = node.Value
	}
	for _, requirement := range op.Security {
		for _, roles := range requirement.Requirements.FromOldest() {
			o.Roles = append(o.Roles, roles...)
		}
	}
	o.Statuses = slices.Sorted(maps.Keys(maps.Collect(op.Responses.Codes.FromOldest())))
	return o
}
