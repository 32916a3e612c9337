package handlers

import (
	"context"

	"admin-api/access"
	"admin-api/models"
)

// centerChanger changes a contact center by a document.
type centerChanger func(
	context.Context, *access.Principal, string, access.Match, []byte,
) (*models.ContactCenter, error)

// changeCenter carries out what the routes have in common that change a contact
// center.
func (x *exchange) changeCenter(do centerChanger) (*models.ContactCenter, error) {
	domain, err := x.param("domain")
	if err != nil {
		return nil, err
	}
	match, err := x.versionMatch()
	if err != nil {
		return nil, err
	}
	return do(x.Request().Context(), x.principal, domain, match, x.body)
}
