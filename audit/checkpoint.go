package audit

import (
	"crypto/hmac"
	"encoding/hex"
	"strconv"

	"admin-api/models"
)

// Checkpoint is a signed statement that a chain had a record with a number and
// everything before it. Whoever keeps it can have it proven later that the chain
// still goes on from there. It is no secret.
type Checkpoint struct {
	ContactCenterID string `json:"contactCenterId"`
	// Sequence is the number of the last record.
	Sequence int64 `json:"sequence"`
	// At is when the chain was verified.
	At models.Time `json:"at"`
	// MAC is the end of the chain and the signature over all of it, in hex.
	MAC string `json:"mac"`
}

// CheckpointError says that a checkpoint cannot be used, and why.
type CheckpointError struct{ Reason string }

// Error implements error.
func (e *CheckpointError) Error() string { return "the checkpoint cannot be used: " + e.Reason }

// headSize is that of the MAC of a head.
const headSize = 32

// checkpoint signs the end of a chain that was verified.
func (l *Log) checkpoint(at models.AuditHead) Checkpoint {
	c := Checkpoint{ContactCenterID: at.ContactCenterID, Sequence: at.Sequence, At: models.NewTime(l.now())}
	c.MAC = hex.EncodeToString(append(append([]byte{}, at.MAC...), l.signature(&c, at.MAC)...))
	return c
}

// signature is keyed apart from all that stands in the database, so that a
// checkpoint that was kept cannot be put there as the beginning of a chain.
func (l *Log) signature(c *Checkpoint, head []byte) []byte {
	return l.Keys.MAC("audit-checkpoint", []byte(c.ContactCenterID), []byte(strconv.FormatInt(c.Sequence, 10)),
		[]byte(strconv.FormatInt(c.At.UnixMilli(), 10)), head)
}

// opened returns the head that a checkpoint of the chain states; one with
// sequence 0 for nil. For a checkpoint that is none of ours it returns a
// *CheckpointError.
func (l *Log) opened(contactCenterID string, c *Checkpoint) (models.AuditHead, error) {
	if c == nil {
		return models.AuditHead{}, nil
	}
	if c.ContactCenterID != contactCenterID {
		return models.AuditHead{}, &CheckpointError{Reason: "it is of another contact center"}
	}
	mac, err := hex.DecodeString(c.MAC)
	if err != nil || len(mac) <= headSize || c.Sequence < 1 ||
		!hmac.Equal(mac[headSize:], l.signature(c, mac[:headSize])) {
		return models.AuditHead{}, &CheckpointError{
			Reason: "it was not signed with the key of this server, or was altered: give it as it was answered",
		}
	}
	return models.AuditHead{ContactCenterID: contactCenterID, Sequence: c.Sequence, MAC: mac[:headSize]}, nil
}
