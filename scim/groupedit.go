package scim

import (
	"strings"

	"admin-api/access"
	"admin-api/models"
)

// mostMembers bounds what one request can move.
const mostMembers = 5000

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
			_, err := layGroup(now, o, members)
			return named.moves(), err
		}
		before, err := members()
		if err != nil {
			return access.Moves{}, err
		}
		o["members"] = objects(membersAt("", before))
		if err := groups.apply(o, steps); err != nil {
			return access.Moves{}, err
		}
		return layGroup(now, o, func() ([]models.User, error) { return before, nil })
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
	before, err := members()
	if err != nil {
		return access.Moves{}, err
	}
	named := newRoll()
	for _, u := range before {
		named.say(u.ID, false)
	}
	for _, v := range values(o["members"]) {
		if err := named.sayMember(v, true); err != nil {
			return access.Moves{}, err
		}
	}
	for _, u := range before { // who stays does not move
		if named.in[u.ID] {
			named.forget(u.ID)
		}
	}
	return named.moves(), named.bounded()
}

// roll says of users, by their ids, whether they are to be in a team, and keeps the
// order in which they were first named.
type roll struct {
	in    map[string]bool
	order []string
}

func newRoll() *roll { return &roll{in: map[string]bool{}} }

func (r *roll) say(id string, in bool) {
	if _, known := r.in[id]; !known {
		r.order = append(r.order, id)
	}
	r.in[id] = in
}

func (r *roll) forget(id string) { delete(r.in, id) }

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

// bounded refuses more moves than one request may make.
func (r *roll) bounded() error {
	if len(r.in) > mostMembers {
		return refuse(TypeInvalidValue, "One request may move at most %d users; send several.", mostMembers)
	}
	return nil
}

func (r *roll) moves() access.Moves {
	var m access.Moves
	for _, id := range r.order {
		switch in, known := r.in[id]; {
		case !known:
		case in:
			m.Join = append(m.Join, id)
		default:
			m.Leave = append(m.Leave, id)
		}
	}
	return m
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
	return named, rest, named.bounded()
}

// read says what an operation on members says, if it names the users.
func (r *roll) read(at path, o operation) (ok bool, err error) {
	if at.sub != nil || o.op == opReplace {
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
	if o.op == opRemove && o.value == nil {
		return false, nil
	}
	list, err := at.attribute.value(o.value)
	for _, v := range values(list) {
		if err = r.sayMember(v, o.op == opAdd); err != nil {
			break
		}
	}
	return true, err
}
