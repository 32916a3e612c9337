package models

// Which accounts a query sees with regard to deletion.
const (
	DeletedExclude = "exclude"
	DeletedInclude = "include"
	DeletedOnly    = "only"
)

// Sort orders of a list of accounts. Each may be reversed by AccountFilter.Descending;
// the id breaks ties.
const (
	SortByName      = "name"
	SortByType      = "type"
	SortByCreatedAt = "createdAt"
	SortByUpdatedAt = "updatedAt"
)

// AccountFilter selects a page of accounts of one contact center. Zero members
// do not filter.
type AccountFilter struct {
	ContactCenterID string
	Types           []string
	Families        []string
	Enabled         *bool
	Health          []string
	NameKey         string
	// Query holds folded words; each must be the prefix of a word of the
	// account's SearchText.
	Query         []string
	Labels        map[string]string
	ExpiresBefore Time
	UpdatedSince  Time
	Deleted       string // DeletedExclude when empty
	DeletedSince  Time   // hides those deleted earlier; zero hides none
	Sort          string // SortByCreatedAt when empty
	Descending    bool
	// After is the position behind which the page starts.
	After *Position
	Limit int
}

// Position is a place in a sorted list: the sort value and id of the last
// element seen. Times are milliseconds in decimal.
type Position struct {
	Value string `json:"v"`
	ID    string `json:"i"`
}

// Page selects a part of a list in the order of its key, newest first.
type Page struct {
	Before string // id or decimal number of the last element seen; empty: from the start
	Limit  int
}

// AuditFilter selects audit events of one contact center, newest first. Zero
// members do not filter.
type AuditFilter struct {
	ContactCenterID string
	From            Time // the first instant
	To              Time // the first instant that is not included
	Actor           string
	Operation       string
	TargetType      string
	TargetID        string
	Outcome         string
	Page            Page // Before is a sequence
}

// UserFilter selects a page of the users of one contact center in the order of
// their user names. Zero members do not filter.
type UserFilter struct {
	ContactCenterID string
	UsernameKey     string
	// Query holds folded words; each must be the prefix of a word of the user's
	// SearchText.
	Query    []string
	Role     string // name, as users have it
	TeamID   string
	Disabled *bool
	Page     Page // Before is a UsernameKey; what follows comes behind it
}

// DirectoryFilter selects a page of the users of one contact center in the order
// of their ids, which is that in which they were made. Zero members do not filter.
type DirectoryFilter struct {
	ContactCenterID string
	ID              string
	UsernameKey     string
	ExternalKey     string
	// Email is compared ignoring the case of ASCII letters.
	Email string
	// UpdatedSince leaves out who did not change since then; Disabled, if set, who is
	// not as it says.
	UpdatedSince Time
	Disabled     *bool
	// After is the id behind which the page starts; Offset skips that many more.
	After         string
	Offset, Limit int
}
