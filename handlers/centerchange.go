package handlers

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"admin-api/access"
	"admin-api/models"
)

// centerChanger changes a contact center by a document.
type centerChanger func(
	context.Context, *access.Principal, string, access.Matches, []byte,
) (*models.ContactCenter, error)

// changeCenter carries out what the routes have in common that change a contact
// center.
func (x *exchange) changeCenter(do centerChanger) (*models.ContactCenter, error) {
	domain, err := x.param("domain")
	if err != nil {
		return nil, err
	}
	match, err := x.versions()
	if err != nil {
		return nil, err
	}
	return do(x.Request().Context(), x.principal, domain, match, x.body)
}

// versions parses If-Match for what has a version as its entity tag; nil where
// any will do. Comparison is strong, so a weak tag matches nothing; neither does a
// tag that we never made.
func (x *exchange) versions() (access.Matches, error) {
	fields := x.Request().Header[headerIfMatch]
	if len(fields) == 0 {
		return nil, nil //nolint:nilnil // nothing is asked
	}
	tags, star, err := parseTags(strings.Join(fields, ","))
	if err != nil {
		return nil, badHeader(headerIfMatch, `must be an ETag in quotes as it was read, as "3", or *`)
	}
	if star {
		return nil, nil //nolint:nilnil // whatever is stored
	}
	return func(version int64) bool {
		return slices.Contains(tags, entityTag{opaque: strconv.FormatInt(version, 10)})
	}, nil
}
