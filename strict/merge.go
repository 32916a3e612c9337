package strict

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// MergePatch returns target changed as the merge patch says (RFC 7396): members
// that are null in the patch are removed, objects are merged at every depth,
// everything else, lists included, is replaced. An empty target stands for one
// that does not exist. The result is compact and its values are as written;
// members keep the order of the target, new ones follow in that of the patch.
// Errors are those of Check, wrapped, but for nesting up to 10,000.
func MergePatch(target, patch json.RawMessage) (json.RawMessage, error) {
	p, err := parse(patch, deepest, deepest)
	if err != nil {
		return nil, fmt.Errorf("read merge patch: %w", err)
	}
	var t node
	if len(target) > 0 {
		if t, err = parse(target, deepest, deepest); err != nil {
			return nil, fmt.Errorf("read target of merge patch: %w", err)
		}
	}
	merged := merge(t, p).appendTo(make([]byte, 0, len(target)+len(patch)))
	b := bytes.NewBuffer(make([]byte, 0, len(merged)))
	if err := json.Compact(b, merged); err != nil {
		return nil, fmt.Errorf("compact merged JSON: %w", err)
	}
	return b.Bytes(), nil
}

func merge(target, patch node) node {
	if !patch.object {
		return patch
	}
	left := make(map[string]int, len(patch.members)) // of the patch, not yet applied
	for i, m := range patch.members {
		left[string(m.name)] = i
	}
	merged := node{object: true, members: make([]member, 0, len(target.members)+len(patch.members))}
	for _, m := range target.members {
		if i, found := left[string(m.name)]; found {
			delete(left, string(m.name))
			if patch.members[i].value.isNull() {
				continue
			}
			m.value = merge(m.value, patch.members[i].value)
		}
		merged.members = append(merged.members, m)
	}
	for _, m := range patch.members {
		if _, found := left[string(m.name)]; found && !m.value.isNull() {
			m.value = merge(node{}, m.value)
			merged.members = append(merged.members, m)
		}
	}
	return merged
}

// appendTo appends n to b. Members stand for themselves only in a node that was made.
func (n node) appendTo(b []byte) []byte {
	if n.raw != nil {
		return append(b, n.raw...)
	}
	b = append(b, '{')
	for i, m := range n.members {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, m.key...)
		b = append(b, ':')
		b = m.value.appendTo(b)
	}
	return append(b, '}')
}
