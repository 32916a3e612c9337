package secret

import "strconv"

// Where says which value a sealed one is. It is authenticated together with
// the value, so that a sealed value copied elsewhere does not open there.
type Where struct {
	ContactCenter string // id of the contact center
	Account       string // id of the account, or of what else owns the value
	Pointer       string // JSON Pointer (RFC 6901) of the value in its owner's properties
}

func (w Where) associated() []byte {
	return encode([]byte("admin-api sealed value 1"), []byte(w.ContactCenter), []byte(w.Account), []byte(w.Pointer))
}

// encode joins parts so that no two lists of parts give the same bytes: the
// length of each part, in decimal, a colon and the part.
func encode(parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p) + 8
	}
	b := make([]byte, 0, size)
	for _, p := range parts {
		b = strconv.AppendInt(b, int64(len(p)), 10)
		b = append(b, ':')
		b = append(b, p...)
	}
	return b
}
