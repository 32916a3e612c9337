package main

import (
	"context"
	"errors"
	"fmt"

	"admin-api/audit"
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
	left, err := r.walk(ctx, func(sealedValue, secret.Text) error { return nil })
	if err != nil {
		return err
	}
	if left.done > 0 {
		r.say("an earlier rotation was interrupted with %d secrets to go; finishing it\n", left.done)
	} else if err := r.addKey(ctx); err != nil {
		return err
	}
	all, err := r.resealAll(ctx)
	if err != nil {
		return fmt.Errorf("after %d secrets: %w; run the command again to go on", all.done, err)
	}
	r.say("%d secrets re-encrypted under %s\n", all.done, r.house.keys.Primary())
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

// resealAll walks until nothing readable is left: a server may, in the moment of
// the rotation, still write a secret that it sealed under the older key.
func (r *rotation) resealAll(ctx context.Context) (tally, error) {
	done := 0
	for range maxWalks {
		found, err := r.walk(ctx, func(value sealedValue, text secret.Text) error {
			if err := r.reseal(ctx, value, text); err != nil {
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

// sealedValue is a value at rest, in whatever table.
type sealedValue struct {
	name   string // for people, without the value
	sealed []byte
	keyID  string
	place  secret.Where
	// replace stores the value sealed anew, unless somebody changed it meanwhile.
	replace func(ctx context.Context, sealed []byte, keyID string) error
}

// shelves lists what has sealed values. Each function calls see with every
// value that is not on the primary key, and ends with its first error.
func (r *rotation) shelves() []func(ctx context.Context, see func(sealedValue) error) error {
	return []func(ctx context.Context, see func(sealedValue) error) error{r.accountSecrets}
}

// walk calls fn with every secret that can be read and is not on the primary
// key.
func (r *rotation) walk(ctx context.Context, fn func(sealedValue, secret.Text) error) (found tally, err error) {
	for _, shelf := range r.shelves() {
		err := shelf(ctx, func(value sealedValue) error {
			text, err := r.house.keys.Unseal(value.sealed, value.place)
			if errors.Is(err, secret.ErrUnknownKey) || errors.Is(err, secret.ErrDamaged) {
				found.addDark(value, err)
				return nil
			}
			if err == nil {
				err = fn(value, text)
			}
			if err == nil {
				found.done++
			}
			return err
		})
		if err != nil {
			return found, err
		}
	}
	return found, nil
}

// accountSecrets is the shelf of the secrets of accounts.
func (r *rotation) accountSecrets(ctx context.Context, see func(sealedValue) error) error {
	var after models.AccountSecret
	for {
		rows, err := r.house.store.SecretsNotOnKey(ctx, r.house.keys.Primary(), after, rotationBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			if err := see(r.accountSecret(row)); err != nil {
				return err
			}
		}
		after = rows[len(rows)-1]
	}
}

func (r *rotation) accountSecret(row models.AccountSecret) sealedValue {
	return sealedValue{
		name:   fmt.Sprintf("account %s: the secret %s", row.AccountID, row.Pointer),
		sealed: row.Sealed, keyID: row.KeyID,
		place: secret.Where{ContactCenter: row.ContactCenterID, Account: row.AccountID, Pointer: row.Pointer},
		replace: func(ctx context.Context, sealed []byte, keyID string) error {
			fresh := row
			fresh.Sealed, fresh.KeyID = sealed, keyID
			_, err := r.house.store.ReplaceSealed(ctx, row, fresh)
			return err
		},
	}
}

// reseal re-encrypts one secret. One that somebody changed meanwhile is on the
// new key already.
func (r *rotation) reseal(ctx context.Context, value sealedValue, text secret.Text) error {
	sealed, keyID, err := r.house.keys.Seal(text.Reveal(), value.place)
	if err != nil {
		return err
	}
	return value.replace(ctx, sealed, keyID)
}

func (t *tally) addDark(value sealedValue, err error) {
	t.dark++
	if t.dark > darkNamed {
		return
	}
	why := "it is damaged"
	if errors.Is(err, secret.ErrUnknownKey) {
		why = "its key " + value.keyID + " is not in the key file"
	}
	t.named = append(t.named, value.name+" cannot be read: "+why)
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

// recordEverywhere leaves an audit record of the command line for each contact
// center; make returns it by the id of that.
func recordEverywhere(ctx context.Context, chain *audit.Log, make func(id string) models.AuditEvent) error {
	centers, err := chain.Store.ContactCenters(ctx)
	if err != nil {
		return err
	}
	who := commandLine()
	for _, center := range centers {
		event := make(center.ID)
		event.ContactCenterID, event.Actor, event.ActorName = center.ID, who.ID, who.Name
		if err := chain.Record(ctx, &event); err != nil {
			return err
		}
	}
	return nil
}
