package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"admin-api/accounts"
)

const (
	headerIfMatch        = "If-Match"
	headerIfNoneMatch    = "If-None-Match"
	headerIdempotencyKey = "Idempotency-Key"
	longestKey           = 255
)

// entityTag is one element of If-Match or If-None-Match.
type entityTag struct {
	weak   bool
	opaque string
}

var errEntityTag = errors.New("not a list of entity tags")

// parseTags reads a list of entity tags (RFC 9110, section 8.8.3), or "*".
func parseTags(field string) (tags []entityTag, star bool, err error) {
	rest := strings.Trim(field, " \t")
	if rest == "*" {
		return nil, true, nil
	}
	for rest != "" {
		var tag entityTag
		if tag, rest, err = parseTag(rest); err != nil {
			return nil, false, err
		}
		tags = append(tags, tag)
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" {
			break
		}
		if rest[0] != ',' {
			return nil, false, errEntityTag
		}
		rest = strings.TrimLeft(rest, ", \t") // empty elements mean nothing
	}
	if len(tags) == 0 {
		return nil, false, errEntityTag
	}
	return tags, false, nil
}

// parseTag reads one entity tag and returns what follows. The member etag of an
// account has no quotes; it is taken as it stands there, too.
func parseTag(in string) (tag entityTag, rest string, err error) {
	in, tag.weak = strings.CutPrefix(in, "W/")
	if in == "" || in[0] != '"' {
		end := strings.IndexAny(in, ", \t")
		if end < 0 {
			end = len(in)
		}
		if _, ours := tagVersion(in[:end]); !ours || tag.weak {
			return tag, "", errEntityTag
		}
		tag.opaque = in[:end]
		return tag, in[end:], nil
	}
	opaque, rest, closed := strings.Cut(in[1:], `"`)
	unfit := func(r rune) bool { return r <= ' ' || r == 0x7f }
	if !closed || strings.ContainsFunc(opaque, unfit) {
		return tag, "", errEntityTag
	}
	tag.opaque = opaque
	return tag, rest, nil
}

// tagVersion returns the version in an entity tag of ours,
// "<version>-<health sequence>", perhaps with a "u" behind.
func tagVersion(opaque string) (version int64, ours bool) {
	head, tail, found := strings.Cut(opaque, "-")
	_, tailErr := strconv.ParseUint(strings.TrimSuffix(tail, "u"), 10, 63)
	version, err := strconv.ParseInt(head, 10, 64)
	if !found || err != nil || tailErr != nil || strconv.FormatInt(version, 10) != head {
		return 0, false
	}
	return version, version > 0
}

// match parses If-Match. Comparison is strong, so a weak tag matches nothing;
// neither does a tag that we never made.
func (x *exchange) match() (accounts.Match, error) {
	fields := x.Request().Header[headerIfMatch]
	if len(fields) == 0 {
		return accounts.Match{Missing: true}, nil
	}
	tags, star, err := parseTags(strings.Join(fields, ","))
	if err != nil {
		return accounts.Match{}, badHeader(headerIfMatch, `must be the ETag of the account in quotes, as "7-3", or *`)
	}
	m := accounts.Match{Any: star}
	for _, tag := range tags {
		if version, ours := tagVersion(tag.opaque); ours && !tag.weak {
			m.Versions = append(m.Versions, version)
		}
	}
	return m, nil
}

// notModified reports whether If-None-Match holds the entity tag, compared
// weakly. A field that cannot be read asks for nothing.
func notModified(h http.Header, etag string) bool {
	fields := h[headerIfNoneMatch]
	if len(fields) == 0 {
		return false
	}
	tags, star, err := parseTags(strings.Join(fields, ","))
	if err != nil {
		return false
	}
	for _, tag := range tags {
		if tag.opaque == etag {
			return true
		}
	}
	return star
}

// unchanged answers 304 where the client has the entity already. It must come
// after the header fields that a 200 would have.
func (x *exchange) unchanged(etag string) (bool, error) {
	x.set("ETag", quoted(etag))
	if !notModified(x.Request().Header, etag) {
		return false, nil
	}
	return true, x.NoContent(http.StatusNotModified)
}

// idempotency parses Idempotency-Key.
func (x *exchange) idempotency() (accounts.Idempotency, error) {
	r := x.Request()
	fields := r.Header[headerIdempotencyKey]
	if len(fields) == 0 {
		return accounts.Idempotency{}, nil
	}
	key := fields[0]
	hidden := func(r rune) bool { return r <= ' ' || r > '~' }
	if len(fields) > 1 || key == "" || len(key) > longestKey || strings.ContainsFunc(key, hidden) {
		return accounts.Idempotency{}, badHeader(headerIdempotencyKey, "has 1 to 255 visible ASCII characters")
	}
	return accounts.Idempotency{Key: key, Request: r.Method + " " + r.URL.Path}, nil
}
