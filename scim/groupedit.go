package scim

import (
	"strings"

	"admin-api/access"
	"admin-api/models"
)

const (
	// mostMembers bounds what one request can move.
	mostMembers = 5000
	// mostLooks bounds how many members the operations of a PATCH look at, where these
	// do not name users.
	mostLooks = 5_000_000
)

// groupEdit lays what a request says over a team, and returns who moves.
type groupEdit func(now *access.TeamProfile, members access.MembersFunc) (access.Moves, error)

// replaceGroup reads a whole team.
func replaceGroup(body []byte) (groupEdit, error) {
	given, err := groups.resource(body)
	return func(now *access.TeamProfile, members access.MembersFunc) (access.Moves, error) {
		if _, named := given["displayName"]; !named {
			now.Name = ""
		}
		return layGroup(now, given, members)
	}, err
}

// patchGroup reads the operations of a PATCH. Where these name the users who join and
// leave, as providers do, nobody asks who else is in the team.
func patchGroup(body []byte) (groupEdit, error) {
	list, err := operations(body)
	if err != nil {
		return nil, err
	}
	steps, err := groups.spread(list)
	if err != nil {
		return nil, err
	}
	named, rest, err := namedMoves(steps)
	if err != nil {
		return nil, err
	}
	return func(now *access.TeamProfile, members access.MembersFunc) (access.Moves, error) {
		o := groupObject(now.Name, now.ExternalID)
		if named != nil {
			if err := groups.apply(o, rest); err != nil {
				return access.Moves{}, err
			}
			if _, err := layGroup(now, o, members); err != nil {
				return access.Moves{}, err
			}
			return named.after(members)
		}
		before, err := members()
		if err != nil {
			return access.Moves{}, err
		}
		if len(steps)*len(before) > mostLooks {
			return access.Moves{}, refuse(TypeInvalidValue,
				"The group is too large for so many operations that do not name its members by id.")
		}
		o["members"] = objects(membersAt("", before))
		if err := groups.apply(o, steps); err != nil {
			return access.Moves{}, err
		}
		return layGroup(now, o, func() ([]models.Member, error) { return before, nil })
	}, nil
}

// layGroup puts a group over what is known of a team. Who is not among its members,
// where it has that attribute, leaves.
func layGroup(now *access.TeamProfile, o object, members access.MembersFunc) (access.Moves, error) {
	if v, given := o["displayName"]; given {
		now.Name = asText(v)
	}
	if v, given := o["externalId"]; given {
		now.ExternalID = asText(v)
	}
	if _, given := o["members"]; !given {
		return access.Moves{}, nil
	}
	named := newRoll()
	named.clear()
	for _, v := range values(o["members"]) {
		if err := named.sayMember(v, true); err != nil {
			return access.Moves{}, err
		}
	}
	return named.after(members)
}

// roll says of users, by their ids, whether they are to be in a team, and keeps the
// order in which they were first named.
type roll struct {
	in    map[string]bool
	order []string
	// cleared: whoever else was in the team is to leave.
	cleared bool
}

func newRoll() *roll { return &roll{in: map[string]bool{}} }

func (r *roll) say(id string, in bool) {
	if _, known := r.in[id]; !known {
		r.order = append(r.order, id)
	}
	r.in[id] = in
}

// clear says that everybody is to leave.
func (r *roll) clear() {
	r.in, r.order, r.cleared = map[string]bool{}, nil, true
}

// sayMember is say for one of the members of a group.
func (r *roll) sayMember(member any, in bool) error {
	o, _ := member.(object)
	id := strings.ToLower(asText(o["value"]))
	if id == "" {
		return refuse(TypeInvalidValue, "Each of members must have the id of a user as its value.")
	}
	r.say(id, in)
	return nil
}

// after returns who moves. Who was in the team before is asked only where everybody
// else is to leave.
func (r *roll) after(members access.MembersFunc) (m access.Moves, err error) {
	stay := map[string]bool{}
	if r.cleared {
		before, err := members()
		if err != nil {
			return m, err
		}
		for _, u := range before {
			if r.in[u.ID] {
				stay[u.ID] = true
			} else {
				m.Leave = append(m.Leave, u.ID)
			}
		}
	}
	for _, id := range r.order {
		switch {
		case stay[id]:
		case r.in[id]:
			m.Join = append(m.Join, id)
		case !r.cleared:
			m.Leave = append(m.Leave, id)
		}
	}
	if len(m.Join)+len(m.Leave) > mostMembers {
		return m, refuse(TypeInvalidValue, "One request may move at most %d users; send several.", mostMembers)
	}
	return m, nil
}

// namedMoves takes the operations on members out of the list, if each of them names
// the users whom it is about; otherwise named is nil.
func namedMoves(steps []operation) (named *roll, rest []operation, err error) {
	named = newRoll()
	for _, o := range steps {
		at, err := groups.parsePath(o.path)
		if err != nil || at.attribute.Name != "members" {
			rest = append(rest, o) // and is judged when it is carried out
			continue
		}
		if ok, err := named.read(at, o); !ok || err != nil {
			return nil, nil, err
		}
	}
	return named, rest, nil
}

// read says what an operation on members says, if it names the users.
func (r *roll) read(at path, o operation) (ok bool, err error) {
	if at.sub != nil {
		return false, nil
	}
	if at.of != nil {
		c, equality := at.of.(comparison)
		id, isText := c.value.(string)
		if !equality || !isText || o.op != opRemove || c.operator != "eq" || c.leaf.Name != "value" {
			return false, nil
		}
		r.say(strings.ToLower(id), false)
		return true, nil
	}
	if o.op == opReplace || o.op == opRemove && o.value == nil {
		r.clear()
	}
	list, err := at.attribute.value(o.value)
	for _, v := range values(list) {
		if err = r.sayMember(v, o.op != opRemove); err != nil {
			break
		}
	}
	return true, err
}
