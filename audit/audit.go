// Package audit keeps the record of changes: one chain of records per contact
// center, each authenticated together with the one before, and its end written
// also outside the database.
//
// It does not decide what is audited; the packages that change something do,
// by appending in the transaction of the change.
package audit

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
)

// Log appends to and verifies the chains. Its members are set once; it is safe
// for concurrent use.
type Log struct {
	Store *store.Store
	Keys  *secret.Keyring
	// Heads, when set, keeps the ends of the chains outside the database.
	Heads  *Heads
	Logger *slog.Logger
	// OnCommit, when set, is told of the contact center of every transaction that
	// Committed is told of. It must not wait.
	OnCommit func(contactCenterID string)
	// Now returns the time; nil means time.Now.
	Now func() time.Time
}

// Append adds e to the chain of its contact center within the transaction tx.
// It sets Sequence, ID, At and MAC. Nothing that is not appended may change:
// a caller must let its transaction fail with the error.
func (l *Log) Append(ctx context.Context, tx *store.Store, e *models.AuditEvent) error {
	return l.AppendAll(ctx, tx, []*models.AuditEvent{e})
}

// AppendAll is Append for several records of one contact center, in their order. It
// takes much less time than one after the other.
func (l *Log) AppendAll(ctx context.Context, tx *store.Store, all []*models.AuditEvent) error {
	if len(all) == 0 {
		return nil
	}
	last := all[len(all)-1]
	head, err := tx.AuditHead(ctx, last.ContactCenterID)
	if err != nil {
		return fmt.Errorf("audit %s: %w", last.Operation, err)
	}
	for _, e := range all {
		now := l.now()
		e.Sequence = head.Sequence + 1
		e.ID = models.NewID(now)
		e.At = models.NewTime(now)
		if e.Outcome == "" {
			e.Outcome = models.OutcomeSuccess
		}
		e.MAC = l.recordMAC(head.MAC, e)
		head.Sequence, head.MAC = e.Sequence, e.MAC
	}
	next := l.headBehind(last)
	if err := tx.AppendAudit(ctx, &next, all...); err != nil {
		return fmt.Errorf("audit %s: %w", last.Operation, err)
	}
	return nil
}

// Record appends e in a transaction of its own: for refusals and for what is
// read, where nothing else is written.
func (l *Log) Record(ctx context.Context, e *models.AuditEvent) error {
	err := l.Store.Tx(ctx, func(tx *store.Store) error { return l.Append(ctx, tx, e) })
	if err == nil {
		l.Committed(e.ContactCenterID)
	}
	return err
}

// Refuse records e as refused, in a transaction of its own and although ctx may
// end meanwhile: the client may have gone. Where even that fails the failure is
// logged; the refusal stands anyway.
func (l *Log) Refuse(ctx context.Context, e *models.AuditEvent, why string) {
	e.Outcome, e.Detail = models.OutcomeRefused, why
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := l.Record(bounded, e); err != nil && l.Logger != nil {
		l.Logger.ErrorContext(ctx, "refusal not recorded", "operation", e.Operation, "error", err)
	}
}

// Committed tells the log that a transaction with records of the contact
// center was committed, so that the new end is written outside the database
// soon, and others can be told, see OnCommit.
func (l *Log) Committed(contactCenterID string) {
	if l.OnCommit != nil {
		l.OnCommit(contactCenterID)
	}
	if l.Heads != nil {
		l.Heads.changed(contactCenterID)
	}
}

// recordMAC authenticates a record and, through previous, all before it.
func (l *Log) recordMAC(previous []byte, e *models.AuditEvent) []byte {
	return l.Keys.MAC("audit-record", previous,
		[]byte(e.ContactCenterID), []byte(strconv.FormatInt(e.Sequence, 10)), []byte(e.ID),
		[]byte(strconv.FormatInt(e.At.UnixMilli(), 10)), []byte(e.Actor), []byte(e.ActorName),
		[]byte(e.Address), []byte(e.RequestID), []byte(e.Operation), []byte(e.TargetType),
		[]byte(e.TargetID), []byte(e.Outcome), []byte(e.Detail), e.Changes)
}

// headBehind is the head of a chain that ends with e. Its MAC is keyed apart
// from those of records, so that cutting the last records off cannot be hidden
// by copying the MAC of an earlier one into the head.
func (l *Log) headBehind(e *models.AuditEvent) models.AuditHead {
	return models.AuditHead{
		ContactCenterID: e.ContactCenterID, Sequence: e.Sequence,
		MAC: l.Keys.MAC("audit-head", []byte(e.ContactCenterID), []byte(strconv.FormatInt(e.Sequence, 10)), e.MAC),
	}
}

func (l *Log) now() time.Time {
	if l.Now != nil {
		return l.Now()
	}
	return time.Now()
}

func (l *Log) logHead(h models.AuditHead) {
	if l.Logger != nil {
		l.Logger.Info("audit head", "contactCenter", h.ContactCenterID, "records", h.Sequence,
			"mac", hex.EncodeToString(h.MAC))
	}
}
