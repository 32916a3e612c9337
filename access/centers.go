package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/validation"
)

// Operations on contact centers, as records name them.
const (
	opCenterCreate = "contact-center.create"
	opCenterUpdate = "contact-center.update"
)

// ContactCenterQuery selects a page of the contact centers.
type ContactCenterQuery struct {
	paging.Query
	// Q holds words; each must begin a part of the domain or a word of the name.
	Q         string
	Suspended *bool
}

// centersAtOnce is how many contact centers are read at a time to find those
// with certain words.
const centersAtOnce = 500

// ContactCenters returns a page of the contact centers in the order of their
// domains, and the cursor of the next one, empty on the last page. It returns
// models.ErrBadCursor for a cursor that was made for another list.
func (s *Service) ContactCenters(
	ctx context.Context, q ContactCenterQuery,
) (page []models.ContactCenter, next string, err error) {
	words := strings.Fields(models.NameKey(q.Q))
	bound := paging.Bind("contact-centers", words, q.Suspended)
	at, err := paging.Start(s.Audit.Keys, q.Query, bound)
	if err != nil {
		return nil, "", err
	}
	found, err := s.findCenters(ctx, words, models.ContactCenterFilter{Suspended: q.Suspended, After: at.Before}, at.Limit)
	if err != nil {
		return nil, "", err
	}
	page, next = paging.Cut(s.Audit.Keys, found, at, bound, func(c *models.ContactCenter) string { return c.Domain })
	return page, next, nil
}

// findCenters returns at most limit contact centers with the words.
func (s *Service) findCenters(
	ctx context.Context, words []string, f models.ContactCenterFilter, limit int,
) ([]models.ContactCenter, error) {
	f.Limit = limit
	if len(words) > 0 {
		f.Limit = centersAtOnce
	}
	var found []models.ContactCenter
	for {
		batch, err := s.Store.ListContactCenters(ctx, f)
		if err != nil {
			return nil, err
		}
		for i := range batch {
			if hasWords(&batch[i], words) {
				found = append(found, batch[i])
			}
			if len(found) == limit {
				return found, nil
			}
		}
		if len(batch) < f.Limit {
			return found, nil
		}
		f.After = batch[len(batch)-1].Domain
	}
}

// hasWords reports whether each word begins a part of the domain, the whole of
// it, or a word of the name.
func hasWords(c *models.ContactCenter, words []string) bool {
	parts := append(strings.Split(c.Domain, "."), strings.Fields(models.NameKey(c.Name))...)
	for _, word := range words {
		begins := func(part string) bool { return strings.HasPrefix(part, word) }
		if !strings.HasPrefix(c.Domain, word) && !slices.ContainsFunc(parts, begins) {
			return false
		}
	}
	return true
}

// ContactCenter returns the contact center with the domain in any case, or
// models.ErrNotFound.
func (s *Service) ContactCenter(ctx context.Context, domain string) (*models.ContactCenter, error) {
	return s.Store.ContactCenterByDomain(ctx, strings.ToLower(domain))
}

// change is what is done to a locked contact center; broken rules go to c.
type change func(center *models.ContactCenter, c *validation.Context) error

// changeCenter lets do change the contact center with the domain and records
// that. Where nothing changes nothing is written. Of two service providers who
// suspend each other at the same moment one comes second, and is refused: that is
// why the actor's own contact center is locked, too.
func (s *Service) changeCenter(
	ctx context.Context, actor *Principal, domain string, match Match, do change,
) (*models.ContactCenter, error) {
	known, err := s.ContactCenter(ctx, domain)
	if err != nil {
		return nil, err
	}
	var now models.ContactCenter
	written := false
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		old, err := lockCenter(ctx, tx, known.ID, actor.Home())
		if err != nil {
			return err
		}
		now = *old
		if !match.Allows(old.Version) {
			return staleCenter(old)
		}
		if err := judged(&now, do); err != nil {
			return err
		}
		written, err = s.writeCenter(ctx, tx, actor, old, &now)
		return err
	})
	if err != nil {
		return nil, s.explainCenter(ctx, actor, known, err)
	}
	if written {
		s.Audit.Committed(known.ID)
	}
	return &now, nil
}

// lockCenter returns the contact center with the id and keeps it and that of the
// actor as they are. An actor whose own was suspended meanwhile is no longer one.
func lockCenter(ctx context.Context, tx *store.Store, id, home string) (*models.ContactCenter, error) {
	locked, err := tx.LockContactCenters(ctx, id, home)
	if err != nil {
		return nil, err
	}
	var found *models.ContactCenter
	for i := range locked {
		if locked[i].ID == home && locked[i].Suspended {
			return nil, models.ErrUnauthenticated
		}
		if locked[i].ID == id {
			found = &locked[i]
		}
	}
	if found == nil {
		return nil, models.ErrNotFound
	}
	return found, nil
}

func staleCenter(stored *models.ContactCenter) error {
	return &models.RefusalError{
		Err: models.ErrVersionMismatch, ETag: stored.ETag(),
		Detail: "The contact center was changed since you read it; read it again and repeat your change.",
	}
}

func judged(now *models.ContactCenter, do change) error {
	c := &validation.Context{}
	if err := do(now, c); err != nil {
		return err
	}
	return c.Err()
}

// writeCenter stores now in place of old, with its record.
func (s *Service) writeCenter(
	ctx context.Context, tx *store.Store, actor *Principal, old, now *models.ContactCenter,
) (written bool, err error) {
	changes, err := centerChanges(old, now)
	if err != nil || len(changes) == 0 {
		return false, err
	}
	if now.Suspended && !old.Suspended && now.ID == actor.Home() {
		return false, errSuspendsItself
	}
	now.Version, now.UpdatedAt = old.Version+1, models.NewTime(s.now())
	if err := tx.UpdateContactCenter(ctx, now, old.Version); err != nil {
		return false, err
	}
	at := target{now.ID, "contact-center", now.ID}
	return true, s.recordChange(ctx, tx, actor, opCenterUpdate, at, suspension(old, now), changes)
}

// suspension says in a word what the list of changes does not show at once.
func suspension(old, now *models.ContactCenter) string {
	switch {
	case now.Suspended && !old.Suspended:
		return "suspended"
	case old.Suspended && !now.Suspended:
		return "no longer suspended"
	}
	return ""
}

// centerChanges lists what differs; old is the zero value for a create.
func centerChanges(old, now *models.ContactCenter) ([]models.FieldChange, error) {
	state := func(c *models.ContactCenter) map[string]any {
		return present(map[string]any{
			"domain": word(c.Domain), "features": words(c.Features), "name": word(c.Name), "suspended": c.Suspended,
		})
	}
	return differences(state(old), state(now), nil)
}

// word and words are values of changes: what is empty is absent.
func word(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func words(list []string) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

// errSuspendsItself is the guard against locking oneself out.
var errSuspendsItself = &models.RefusalError{
	Err: models.ErrLockOut,
	Detail: "Your own credential belongs to this contact center and would be refused from then on: nobody could end the " +
		"suspension. Use a token of the service provider that belongs to another contact center.",
}

// explainCenter says what the client needs to know of a refused change, and puts
// on record what deserves it.
func (s *Service) explainCenter(
	ctx context.Context, actor *Principal, known *models.ContactCenter, err error,
) error {
	at := target{known.ID, "contact-center", known.ID}
	switch {
	case errors.Is(err, models.ErrExists):
		return domainTaken()
	case errors.Is(err, models.ErrVersionMismatch):
		s.recordRefusal(ctx, actor, opCenterUpdate, at, "changed by someone else since it was read")
	case errors.Is(err, models.ErrLockOut):
		s.recordRefusal(ctx, actor, opCenterUpdate, at, "would suspend the contact center of the actor")
	case errors.Is(err, models.ErrUnauthenticated):
		return models.ErrUnauthenticated
	}
	var broken validation.Errors
	if _, refusal := errors.AsType[*models.RefusalError](err); refusal || errors.As(err, &broken) {
		return err
	}
	return fmt.Errorf("change contact center: %w", err)
}

func domainTaken() error {
	return &models.RefusalError{
		Err: models.ErrExists, Detail: "Another contact center has this domain; choose another.",
	}
}
