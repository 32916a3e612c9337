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

// darkNamed is how many secrets that cannot be read are named one by one.
const darkNamed = 50

// rotation re-encrypts every secret under the primary key. It works beside a
// running server and can be repeated after an interruption: what is on the
// primary key already is left alone. So is what cannot be read, because its key
// is missing or it is damaged: it must not keep keys from being rotated.
type rotation struct {
	house *house
	say   func(format string, args ...any)
}

// tally is what a walk over the secrets found.
type tally struct {
	done int // could be read, and was dealt with
	dark int // could not be read
	// named says of the first dark ones which they are, in the order of their
	// accounts.
	named []string
}

// run finishes an earlier rotation that was interrupted, or makes a new key
// and rotates to it.
func (r *rotation) run(ctx context.Context) error {
	left, err := r.walk(ctx, func(models.AccountSecret, secret.Text) error { return nil })
	if err != nil {
		return err
	}
	if left.done > 0 {
		r.say("an earlier rotation was interrupted with %s to go; finishing it\n", count(left.done, "secret"))
	} else if err := r.addKey(ctx); err != nil {
		return err
	}
	all, err := r.resealAll(ctx)
	if err != nil {
		return fmt.Errorf("after %d secrets: %w; run the command again to go on", all.done, err)
	}
	r.say("%s re-encrypted under %s\n", count(all.done, "secret"), r.house.keys.Primary())
	detail := fmt.Sprintf("%d secrets of all contact centers re-encrypted, %d cannot be read", all.done, all.dark)
	if err := r.record(ctx, "keys.rotate", detail); err != nil {
		return err
	}
	return r.name(all)
}

// addKey makes the new key. It is on record at once, whatever becomes of the
// rest, and although ctx may end.
func (r *rotation) addKey(ctx context.Context) error {
	id, err := r.house.keys.Rotate()
	if err != nil {
		return err
	}
	r.say("new key %s\n", id)
	return r.record(context.WithoutCancel(ctx), "keys.create", "new primary key of all contact centers")
}

// resealAll walks until nothing readable is left. A server may, in the moment of
// the rotation, still write a secret that it sealed under the older key: it waits
// for that first.
func (r *rotation) resealAll(ctx context.Context) (tally, error) {
	if err := r.house.store.AwaitSealing(ctx); err != nil {
		return tally{}, err
	}
	done := 0
	for range maxWalks {
		found, err := r.walk(ctx, func(row models.AccountSecret, text secret.Text) error {
			if err := r.reseal(ctx, row, text); err != nil {
				return err
			}
			if done++; done%rotationBatch == 0 {
				r.say("%d secrets done\n", done)
			}
			return nil
		})
		if err != nil || found.done == 0 {
			found.done = done
			return found, err
		}
	}
	return tally{done: done}, errors.New("secrets keep appearing under the older key: does every server see the key file?")
}

// walk calls fn with every secret that can be read and is not on the primary
// key.
func (r *rotation) walk(
	ctx context.Context, fn func(models.AccountSecret, secret.Text) error,
) (found tally, err error) {
	var after models.AccountSecret
	for {
		rows, err := r.house.store.SecretsNotOnKey(ctx, r.house.keys.Primary(), after, rotationBatch)
		if err != nil || len(rows) == 0 {
			return found, err
		}
		for _, row := range rows {
			text, err := r.house.keys.Unseal(row.Sealed, placeOf(row))
			if errors.Is(err, secret.ErrUnknownKey) || errors.Is(err, secret.ErrDamaged) {
				found.addDark(row, err)
				continue
			}
			if err == nil {
				err = fn(row, text)
			}
			if err != nil {
				return found, err
			}
			found.done++
		}
		after = rows[len(rows)-1]
	}
}

func placeOf(row models.AccountSecret) secret.Where {
	return secret.Where{ContactCenter: row.ContactCenterID, Account: row.AccountID, Pointer: row.Pointer}
}

// reseal re-encrypts one secret. One that somebody changed meanwhile is on the
// new key already.
func (r *rotation) reseal(ctx context.Context, row models.AccountSecret, text secret.Text) (err error) {
	fresh := row
	if fresh.Sealed, fresh.KeyID, err = r.house.keys.Seal(text.Reveal(), placeOf(row)); err != nil {
		return err
	}
	_, err = r.house.store.ReplaceSealed(ctx, row, fresh)
	return err
}

func (t *tally) addDark(row models.AccountSecret, err error) {
	t.dark++
	if t.dark > darkNamed {
		return
	}
	why := "it is damaged"
	if errors.Is(err, secret.ErrUnknownKey) {
		why = "its key " + row.KeyID + " is not in the key file"
	}
	t.named = append(t.named, fmt.Sprintf("%s %s: the secret %s cannot be read: %s",
		ownerOf(row), row.AccountID, row.Pointer, why))
}

// ownerOf says what a secret belongs to. No type of account has its secrets where
// webhooks and key pairs have theirs.
func ownerOf(row models.AccountSecret) string {
	switch row.Pointer {
	case models.WebhookKey, models.WebhookPreviousKey:
		return "webhook"
	case models.SSOPrivateKey:
		return "key pair of single sign-on"
	}
	return "account"
}

// name says which secrets cannot be read; that is an error, though the rotation
// is complete.
func (r *rotation) name(t tally) error {
	if t.dark == 0 {
		return nil
	}
	for _, line := range t.named {
		r.say("%s\n", line)
	}
	if more := t.dark - len(t.named); more > 0 {
		r.say("and %d more\n", more)
	}
	return fmt.Errorf("the rotation is complete, but %d secrets cannot be read and stayed as they are; "+
		"bring their keys back or enter them again", t.dark)
}

// record leaves one audit record per contact center.
func (r *rotation) record(ctx context.Context, operation, detail string) error {
	return recordEverywhere(ctx, r.house.audit, func(string) models.AuditEvent {
		return models.AuditEvent{
			Operation: operation, TargetType: "key", TargetID: r.house.keys.Primary(), Detail: detail,
		}
	})
}
