package api

import (
	"encoding/hex"
	"encoding/json"
	"strconv"

	"admin-api/models"
)

// AuditEvent is one record of the audit chain: who did or tried what.
type AuditEvent struct {
	ID string `json:"id" format:"uuid"`
	// ContactCenterID is whose chain it is.
	ContactCenterID string `json:"contactCenterId" format:"uuid"`
	// Sequence is the place in the chain; it begins with 1 and has no gaps.
	Sequence int64       `json:"sequence" example:"42"`
	At       models.Time `json:"at" swaggertype:"string" format:"date-time"`
	// Actor is a token, a user, or the system itself.
	Actor string `json:"actor" example:"token:0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	// ActorName is the name that the actor had then.
	ActorName string `json:"actorName" example:"deployment"`
	// Address is where the request came from; empty for what no request asked for.
	Address   string `json:"address" example:"192.0.2.7"`
	RequestID string `json:"requestId"`
	Operation string `json:"operation" example:"account.update"`
	// TargetType is the kind of the target.
	TargetType string `json:"targetType" example:"account"`
	// TargetID is empty where the target has none, such as a refused create.
	TargetID string `json:"targetId" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	Outcome  string `json:"outcome" enums:"success,refused" example:"success"`
	// Detail says why it was refused, or what the changes do not.
	Detail string `json:"detail"`
	// Changes are the members that changed.
	Changes []FieldChange `json:"changes"`
	// MAC authenticates all of the record and the one before, in hex.
	MAC string `json:"mac" example:"9f3ac2105be6e3d0a7f0c3d52b8d4e6f7a1b2c3d4e5f60718293a4b5c6d7e8f9"`
}

// FieldChange is one member that changed. Of a secret it says only that it was
// set, changed or cleared.
type FieldChange struct {
	// Pointer is a JSON Pointer (RFC 6901) into the document.
	Pointer string `json:"pointer" example:"/properties/url"`
	// Old is absent where the member was.
	Old any `json:"old,omitempty"`
	// New is absent where the member is.
	New any `json:"new,omitempty"`
}

// AuditEventPage is a part of the audit chain, newest first.
type AuditEventPage struct {
	Items []AuditEvent `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// AuditVerifyInput asks for more than that the chain holds.
type AuditVerifyInput struct {
	// Checkpoint is one that was answered earlier: does the chain go on from it?
	Checkpoint *AuditCheckpoint `json:"checkpoint,omitempty"`
}

// AuditCheckpoint is a signed statement of what a chain held. It is no secret.
// Keep it where nobody who can write to the database can.
type AuditCheckpoint struct {
	ContactCenterID string `json:"contactCenterId" format:"uuid"`
	// Sequence is the number of the last record.
	Sequence int64 `json:"sequence" example:"42"`
	// At is when the chain was verified.
	At models.Time `json:"at" swaggertype:"string" format:"date-time"`
	// MAC is the end of the chain and the signature, in hex.
	MAC string `json:"mac"`
}

// AuditReport is the outcome of a verification.
type AuditReport struct {
	// Status is broken where a record is missing, was altered, moved or cut off.
	Status string `json:"status" enums:"intact,broken" example:"intact"`
	// Records is how many records were found intact, in order.
	Records int64 `json:"records" example:"42"`
	// PrunedThrough is the number of the last record that was removed by pruning.
	PrunedThrough int64 `json:"prunedThrough,omitempty"`
	// BrokenSequence is the number of the first record that does not hold.
	BrokenSequence int64 `json:"brokenSequence,omitempty"`
	// Reason says what is wrong with it.
	Reason string `json:"reason,omitempty"`
	// Checkpoint is the verified end; absent where the chain does not hold or has no
	// record.
	Checkpoint *AuditCheckpoint `json:"checkpoint,omitempty"`
}

// AppendAuditEvent appends the document AuditEvent of e to b. The changes are
// copied as they are stored, so that the MAC can be checked by the document.
func AppendAuditEvent(b []byte, e *models.AuditEvent) []byte {
	b = appendText(b, `{"id":`, e.ID)
	b = appendText(b, `,"contactCenterId":`, e.ContactCenterID)
	b = strconv.AppendInt(append(b, `,"sequence":`...), e.Sequence, 10)
	b = appendTime(b, `,"at":`, e.At)
	for _, member := range []struct{ key, text string }{
		{`,"actor":`, e.Actor},
		{`,"actorName":`, e.ActorName},
		{`,"address":`, e.Address},
		{`,"requestId":`, e.RequestID},
		{`,"operation":`, e.Operation},
		{`,"targetType":`, e.TargetType},
		{`,"targetId":`, e.TargetID},
		{`,"outcome":`, e.Outcome},
		{`,"detail":`, e.Detail},
	} {
		b = appendText(b, member.key, member.text)
	}
	b = append(b, `,"changes":`...)
	if len(e.Changes) > 0 && e.Changes[0] == '[' && json.Valid(e.Changes) {
		b = append(b, e.Changes...)
	} else { // none, or what somebody put there
		b = append(b, "[]"...)
	}
	b = append(b, `,"mac":"`...)
	return append(hex.AppendEncode(b, e.MAC), '"', '}')
}

// AppendAuditEventPage appends the document AuditEventPage to b. An empty cursor
// means that this is the last page.
func AppendAuditEventPage(b []byte, items []models.AuditEvent, nextCursor string) []byte {
	b = append(b, `{"items":[`...)
	for i := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendAuditEvent(b, &items[i])
	}
	b = append(b, ']')
	if nextCursor != "" {
		b = appendText(b, `,"nextCursor":`, nextCursor)
	}
	return append(b, '}')
}
