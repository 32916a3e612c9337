package main

import (
	"context"
	"errors"
	"fmt"

	"admin-api/models"
	"admin-api/secret"
)

// rotationBatch is how many secrets are read at once.
const rotationBatch = 200

// maxWalks bounds how often the secrets are walked over in one run.
const maxWalks = 20

// rotation re-encrypts every secret under the primary key. It works beside a
// running server and can be repeated after an interruption: what is on the
// primary key already is left alone.
type rotation struct {
	house *house
	say   func(format string, args ...any)
}

// run finishes an earlier rotation that was interrupted, or makes a new key
// and rotates to it.
func (r *rotation) run(ctx context.Context) error {
	left, err := r.left(ctx)
	if err != nil {
		return err
	}
	interrupted := left > 0 && len(r.house.keys.IDs()) > 1
	if interrupted {
		r.say("an earlier rotation was interrupted with %d secrets to go; finishing it\n", left)
	} else {
		id, err := r.house.keys.Rotate()
		if err != nil {
			return err
		}
		r.say("new key %s\n", id)
	}
	done, unreadable, err := r.resealAll(ctx)
	if err != nil {
		return fmt.Errorf("after %d secrets: %w; run the command again to go on", done, err)
	}
	r.say("%d secrets re-encrypted under %s\n", done, r.house.keys.Primary())
	if err := r.record(ctx, done); err != nil {
		return err
	}
	if unreadable > 0 {
		return fmt.Errorf("%d secrets cannot be read and stayed as they are; see keys status", unreadable)
	}
	return nil
}

// left counts the secrets that are on a readable key other than the primary.
func (r *rotation) left(ctx context.Context) (int, error) {
	counts, err := r.house.store.CountByKey(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for id, count := range counts {
		if id != r.house.keys.Primary() && r.house.keys.Has(id) {
			n += count
		}
	}
	return n, nil
}

// resealAll walks until nothing is left: a server may, in the moment of the
// rotation, still write a secret that it sealed under the older key.
func (r *rotation) resealAll(ctx context.Context) (done, unreadable int, err error) {
	for range maxWalks {
		n, dark, err := r.reseal(ctx)
		done, unreadable = done+n, dark
		if err != nil {
			return done, unreadable, err
		}
		if left, err := r.left(ctx); err != nil || left == 0 {
			return done, unreadable, err
		}
	}
	return done, unreadable, errors.New("secrets keep appearing under the older key: does every server see the key file?")
}

// reseal walks over all secrets that are not on the primary key.
func (r *rotation) reseal(ctx context.Context) (done, unreadable int, err error) {
	var after models.AccountSecret
	for {
		rows, err := r.house.store.SecretsNotOnKey(ctx, r.house.keys.Primary(), after, rotationBatch)
		if err != nil || len(rows) == 0 {
			return done, unreadable, err
		}
		for _, row := range rows {
			ok, err := r.resealOne(ctx, row)
			if err != nil {
				return done, unreadable, err
			}
			if ok {
				done++
			} else {
				unreadable++
			}
		}
		after = rows[len(rows)-1]
		r.say("%d secrets done\n", done)
	}
}

// resealOne re-encrypts one secret; false where it cannot be read. A secret
// that someone changed meanwhile is on the new key already.
func (r *rotation) resealOne(ctx context.Context, row models.AccountSecret) (bool, error) {
	where := secret.Where{ContactCenter: row.ContactCenterID, Account: row.AccountID, Pointer: row.Pointer}
	text, err := r.house.keys.Unseal(row.Sealed, where)
	if errors.Is(err, secret.ErrUnknownKey) || errors.Is(err, secret.ErrDamaged) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	fresh := row
	if fresh.Sealed, fresh.KeyID, err = r.house.keys.Seal(text.Reveal(), where); err != nil {
		return false, err
	}
	if _, err := r.house.store.ReplaceSealed(ctx, row, fresh); err != nil {
		return false, err
	}
	return true, nil
}

// record leaves one audit record per contact center.
func (r *rotation) record(ctx context.Context, done int) error {
	centers, err := r.house.store.ContactCenters(ctx)
	if err != nil {
		return err
	}
	for _, center := range centers {
		event := &models.AuditEvent{
			ContactCenterID: center.ID, Actor: "system", ActorName: "command line", Operation: "keys.rotate",
			TargetType: "key", TargetID: r.house.keys.Primary(),
			Detail: fmt.Sprintf("%d secrets of all contact centers re-encrypted", done),
		}
		if err := r.house.audit.Record(ctx, event); err != nil {
			return err
		}
	}
	return nil
}
