package accounts

import "admin-api/models"

// eventOf is the event that a version written by an operation makes.
func eventOf(op string) string {
	switch op {
	case opCreate:
		return models.EventAccountCreated
	case opDelete:
		return models.EventAccountDeleted
	case opUndelete:
		return models.EventAccountUndeleted
	case opRollback:
		return models.EventAccountRolledBack
	case opAuthorize:
		return models.EventAccountAuthorized
	case opDefault:
		return models.EventDefaultMoved
	default:
		return models.EventAccountUpdated
	}
}
