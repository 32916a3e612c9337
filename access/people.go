package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"admin-api/audit"
	"admin-api/models"
	"admin-api/store"
)

// shownHolders is how many of those who stand in the way of a deletion are named.
const shownHolders = 20

// Members of users, teams and roles that answers carry and requests may send
// back; they are ignored.
func serverMembers(more ...string) []string {
	return append(more, "id", "etag", "version", "createdAt", "createdBy", "updatedAt", "updatedBy")
}

func (m Match) check(version int64) error {
	if m.Allows(version) {
		return nil
	}
	return &models.RefusalError{
		Err: models.ErrVersionMismatch, ETag: strconv.FormatInt(version, 10),
		Detail: "Somebody changed the record since you read it; read it again and repeat your change.",
	}
}

// deed is one change of people: who makes it and to what.
type deed struct {
	p *Principal
	// op is what records call it, "user.create"; kind and id are the target.
	op, kind, id string
}

// carryOut runs do in a transaction in which nobody else changes the people of
// the contact center. It refuses with models.ErrLockOut what shuts administrators
// out, see keepBypass. A refusal that deserves a trace is put on record.
func (s *Service) carryOut(ctx context.Context, d *deed, do func(tx *store.Store) error) error {
	center := d.p.ContactCenter.ID
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.LockContactCenter(ctx, center); err != nil {
			return err
		}
		return s.keepBypass(ctx, tx, center, func() error { return do(tx) })
	})
	if err != nil {
		return s.refusal(ctx, d, err)
	}
	s.Audit.Committed(center)
	return nil
}

// refusal records err where it is a refusal that deserves a trace, and returns it.
func (s *Service) refusal(ctx context.Context, d *deed, err error) error {
	var refused *models.RefusalError
	traced := []error{
		models.ErrForbidden, models.ErrInUse, models.ErrLastAdministrator, models.ErrVersionMismatch, models.ErrBuiltIn,
		models.ErrLockOut,
	}
	if errors.As(err, &refused) && slices.Contains(traced, refused.Err) {
		s.Refused(ctx, d.p, d.op, d.kind, d.id, refused.Detail)
	}
	return fmt.Errorf("%s: %w", d.op, err)
}

// Refused puts on record that p was refused, in a transaction of its own; see
// recordRefusal.
func (s *Service) Refused(ctx context.Context, p *Principal, operation, targetType, targetID, detail string) {
	s.recordRefusal(ctx, p, operation, target{p.ContactCenter.ID, targetType, targetID}, p.told(detail))
}

// record appends the audit record of a deed within its transaction.
func (s *Service) record(
	ctx context.Context, tx *store.Store, d *deed, detail string, changes []models.FieldChange,
) error {
	return s.recordChange(ctx, tx, d.p, d.op, target{d.p.ContactCenter.ID, d.kind, d.id}, d.p.told(detail), changes)
}

// told adds to the detail of a record how the principal came.
func (p *Principal) told(detail string) string {
	if p.Via == "" || detail == "" {
		return p.Via + detail
	}
	return p.Via + "; " + detail
}

// differences lists what changed between two states of a record, each a value
// with a JSON form or nil, and then the secrets that words tells of.
func differences(before, after any, words map[string]string) ([]models.FieldChange, error) {
	states := [2]audit.Leaves{{}, {}}
	for i, state := range []any{before, after} {
		if state == nil {
			continue
		}
		raw, err := json.Marshal(state)
		if err != nil {
			return nil, fmt.Errorf("encode record: %w", err)
		}
		if err := states[i].Add("", raw); err != nil {
			return nil, err
		}
	}
	changes := audit.Changes(states[0], states[1])
	for _, pointer := range []string{"/password", "/apiSecret"} {
		if word, ok := words[pointer]; ok {
			changes = append(changes, audit.Word(pointer, word))
		}
	}
	return changes, nil
}

// holder is one of those who stand in the way, as problems name them.
func holder(key, kind, name string) map[string]string {
	return map[string]string{"key": key, "kind": kind, "name": name}
}

func inUse(detail string, holders []map[string]string) error {
	return &models.RefusalError{Err: models.ErrInUse, Detail: detail, Extra: map[string]any{"references": holders}}
}

// named refuses with models.ErrInUse while live accounts of the contact center
// name the record with the id, whatever their types. why says what that means.
//
// Who writes an account holds the people that it names until it has committed;
// who calls this has locked the record. So one waits for the other, and either the
// account is seen here or the record is seen to be gone there.
func (s *Service) named(ctx context.Context, tx *store.Store, center, id, why string) error {
	some, n, err := tx.AccountsNaming(ctx, center, id, shownHolders)
	if err != nil || n == 0 {
		return err
	}
	holders := make([]map[string]string, len(some))
	for i, a := range some {
		holders[i] = holder(a.ID, "account", a.Name)
	}
	return inUse(fmt.Sprintf("%s (%d in all); change those accounts first.", why, n), holders)
}

// occupied refuses with models.ErrInUse while users match the filter.
func (s *Service) occupied(ctx context.Context, tx *store.Store, f models.UserFilter, why string) error {
	n, err := tx.CountUsers(ctx, f)
	if err != nil || n == 0 {
		return err
	}
	f.Page.Limit = shownHolders
	some, err := tx.ListUsers(ctx, f)
	if err != nil {
		return err
	}
	holders := make([]map[string]string, len(some))
	for i, u := range some {
		holders[i] = holder(u.ID, "user", u.Username)
	}
	return inUse(fmt.Sprintf("%s (%d in all); change those users first.", why, n), holders)
}

// nameTaken is the refusal of a name that another record has; existing may be empty.
func nameTaken(what, existing string) error {
	refused := &models.RefusalError{
		Err: models.ErrNameTaken, Detail: "Another " + what + " of the contact center has this name; choose another.",
	}
	if existing != "" {
		refused.Extra = map[string]any{"existingId": existing}
	}
	return refused
}
