package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/api"
	"admin-api/scim"
)

// weak is the entity tag of a resource of SCIM, as header fields carry it.
func weak(tag string) string { return "W/" + quoted(tag) }

// refuseSCIM answers an error in the form that RFC 7644, section 3.12, asks for.
func (s *Server) refuseSCIM(x *exchange, err error) {
	own, ok := errors.AsType[*scim.Error](err)
	if !ok {
		p := x.problem(err)
		s.logFailure(x, p, err)
		own = &scim.Error{Status: p.Status, Detail: p.Detail}
		if p.RetryAfter > 0 {
			x.set(echo.HeaderRetryAfter, seconds(p.RetryAfter))
		}
	}
	if x.Response().Committed {
		return
	}
	x.set(echo.HeaderCacheControl, "no-store")
	x.set(echo.HeaderContentSecurityPolicy, apiPolicy)
	_ = x.scim(own.Status, api.NewSCIMError(strconv.Itoa(own.Status), own.Type, own.Detail)) // nobody is left to tell
}

// scim answers a document.
func (x *exchange) scim(status int, document any) error {
	b, err := api.Encode(document)
	if err != nil {
		return err
	}
	return x.send(status, api.SCIMMediaType, b)
}

// resource answers a resource that was made or changed.
func (x *exchange) resource(status int, r *scim.Resource) error {
	x.set("ETag", weak(r.Tag))
	if status == http.StatusCreated {
		x.set(echo.HeaderLocation, r.Location)
	}
	return x.scim(status, r.Body)
}

// readResource answers a resource unless the client has it already.
func (x *exchange) readResource(
	read func(context.Context, scim.Caller, string, scim.Shape) (*scim.Resource, error),
) error {
	query, err := x.scimQuery()
	if err != nil {
		return err
	}
	id, err := x.recordID()
	if err != nil {
		return err
	}
	r, err := read(x.Request().Context(), x.caller(), id, query.Shape)
	if err != nil {
		return err
	}
	x.set("ETag", weak(r.Tag))
	if notModified(x.Request().Header, r.Tag) {
		return x.NoContent(http.StatusNotModified)
	}
	return x.scim(http.StatusOK, r.Body)
}

// listResources answers a page of resources.
func (x *exchange) listResources(
	list func(context.Context, scim.Caller, scim.Query) (*scim.List, error),
) error {
	query, err := x.scimQuery()
	if err != nil {
		return err
	}
	return x.listQueried(list, query)
}

// searchResources is listResources for a query in the body.
func (x *exchange) searchResources(
	list func(context.Context, scim.Caller, scim.Query) (*scim.List, error),
) error {
	query, err := scim.Search(x.body)
	if err != nil {
		return err
	}
	return x.listQueried(list, query)
}

func (x *exchange) listQueried(
	list func(context.Context, scim.Caller, scim.Query) (*scim.List, error), query scim.Query,
) error {
	page, err := list(x.Request().Context(), x.caller(), query)
	if err != nil {
		return err
	}
	return x.scim(http.StatusOK, page)
}

// changeResource makes a resource or changes one, and answers it with the status.
func (x *exchange) changeResource(
	status int, change func(context.Context, scim.Change) (*scim.Resource, error),
) error {
	c, err := x.scimChange(status == http.StatusCreated)
	if err != nil {
		return err
	}
	r, err := change(x.Request().Context(), c)
	if err != nil {
		return err
	}
	return x.resource(status, r)
}

// deleteResource removes a resource.
func (x *exchange) deleteResource(remove func(context.Context, scim.Change) error) error {
	c, err := x.scimChange(false)
	if err != nil {
		return err
	}
	if err := remove(x.Request().Context(), c); err != nil {
		return err
	}
	return x.NoContent(http.StatusNoContent)
}

// scimChange reads a request that changes a resource. A new one has no id.
func (x *exchange) scimChange(fresh bool) (scim.Change, error) {
	query, err := x.scimQuery()
	if err != nil {
		return scim.Change{}, err
	}
	c := scim.Change{Caller: x.caller(), Body: x.body, Shape: query.Shape}
	if fresh {
		return c, nil
	}
	if c.ID, err = x.recordID(); err != nil {
		return c, err
	}
	c.If, err = x.scimMatch()
	return c, err
}

// scimMatch parses If-Match. SCIM's entity tags are weak and are compared all the
// same (RFC 7644, section 3.14).
func (x *exchange) scimMatch() (scim.Precondition, error) {
	fields := x.Request().Header[headerIfMatch]
	if len(fields) == 0 {
		return scim.Precondition{}, nil
	}
	tags, star, err := parseTags(strings.Join(fields, ","))
	if err != nil {
		return scim.Precondition{}, badHeader(headerIfMatch, `must be the version of the resource, as W/"7-1", or *`)
	}
	c := scim.Precondition{Given: true, Any: star}
	for _, tag := range tags {
		c.Tags = append(c.Tags, tag.opaque)
	}
	return c, nil
}

// scimQuery reads the query parameters of RFC 7644, section 3.4.2.
func (x *exchange) scimQuery() (scim.Query, error) {
	var q scim.Query
	given, err := url.ParseQuery(x.Request().URL.RawQuery)
	if err != nil {
		return q, badQuery("The query is not percent-encoded as it should be.")
	}
	for _, name := range []string{"filter", "startIndex", "count", "attributes", "excludedAttributes"} {
		if slices.ContainsFunc(given[name], noText) {
			return q, badQuery("The query parameter " + name + " is no UTF-8 text, or holds a NUL character.")
		}
	}
	if len(given["filter"]) > 1 {
		return q, badQuery("The query parameter filter may stand only once.")
	}
	q.Filter = given.Get("filter")
	if q.Start, err = wholeNumber(given, "startIndex"); err != nil {
		return q, err
	}
	if q.Count, err = wholeNumber(given, "count"); err != nil {
		return q, err
	}
	q.Shape, err = scim.NewShape(given["attributes"], given["excludedAttributes"])
	return q, err
}

func badQuery(detail string) error {
	return &scim.Error{Status: http.StatusBadRequest, Type: scim.TypeInvalidValue, Detail: detail}
}

func wholeNumber(query url.Values, name string) (*int, error) {
	field := query.Get(name)
	if field == "" {
		return nil, nil //nolint:nilnil // absent
	}
	n, err := strconv.ParseInt(field, 10, 32)
	if err != nil && !errors.Is(err, strconv.ErrRange) { // which is as good as the nearest number
		return nil, badQuery("The query parameter " + name + " must be a whole number.")
	}
	number := int(n)
	return &number, nil
}
