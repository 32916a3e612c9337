// Package paging divides lists into pages: cursors that only we can make, and
// that hold only for the list and the filters they were made for.
//
// What a position in a list is, and how the rows behind it are read, is for the
// packages that own the lists.
package paging

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"admin-api/models"
	"admin-api/secret"
)

// Sizes of a page.
const (
	DefaultSize = 50
	MaxSize     = 200
)

// Query says which page of a list is asked for.
type Query struct {
	// Size is how many elements the page may have.
	Size int
	// Cursor is what the page before told; empty for the first page.
	Cursor string
}

// Bind describes what a cursor belongs to: the list and whatever decides which
// elements it has, such as the contact center and the filters, but not the size
// of a page. It panics where a part has no JSON form.
func Bind(list string, what ...any) []byte {
	bound, err := json.Marshal(what)
	if err != nil {
		panic(fmt.Sprintf("bind cursor: %v", err))
	}
	return append([]byte(list+"\x00"), bound...)
}

// macSize is how much of a MAC stands in a cursor.
const macSize = 16

// Seal makes a cursor: a position and its MAC with what it is bound to. It
// panics where the position has no JSON form.
func Seal(keys *secret.Keyring, bound []byte, position any) string {
	text, err := json.Marshal(position)
	if err != nil {
		panic(fmt.Sprintf("seal cursor: %v", err))
	}
	return base64.RawURLEncoding.EncodeToString(append(keys.MAC("cursor", bound, text)[:macSize], text...))
}

// Open reads a cursor made by Seal with the same bound into position. For any
// other text it returns a *models.RefusalError with models.ErrBadCursor.
func Open(keys *secret.Keyring, cursor string, bound []byte, position any) error {
	refused := &models.RefusalError{
		Err:    models.ErrBadCursor,
		Detail: "The cursor was not made for this list and these filters; begin again without it.",
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(data) <= macSize {
		return refused
	}
	if !hmac.Equal(data[:macSize], keys.MAC("cursor", bound, data[macSize:])[:macSize]) {
		return refused
	}
	if json.Unmarshal(data[macSize:], position) != nil {
		return refused
	}
	return nil
}

// Start opens the cursor of q, if it has one, and returns what to ask the store
// for: the position and one element more than the page holds, which tells
// whether there is a next page. Errors are those of Open.
func Start(keys *secret.Keyring, q Query, bound []byte) (models.Page, error) {
	page := models.Page{Limit: q.Size + 1}
	if q.Cursor == "" {
		return page, nil
	}
	return page, Open(keys, q.Cursor, bound, &page.Before)
}

// Cut returns those of the rows that belong to the page, and the cursor of the
// next one, empty on the last page. key is the position of a row.
func Cut[T any](
	keys *secret.Keyring, rows []T, page models.Page, bound []byte, key func(*T) string,
) (kept []T, next string) {
	limit := page.Limit - 1
	if len(rows) <= limit {
		return rows, ""
	}
	return rows[:limit], Seal(keys, bound, key(&rows[limit-1]))
}
