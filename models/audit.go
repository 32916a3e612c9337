package models

// AuditEvent is one record of the audit chain of a contact center. Its primary
// key is (ContactCenterID, Sequence); sequences start at 1 without gaps. MAC
// authenticates the record and the MAC of the one before.
type AuditEvent struct {
	ContactCenterID string `gorm:"primaryKey"`
	Sequence        int64  `gorm:"primaryKey;autoIncrement:false"`
	ID              string
	At              Time
	Actor           string // token:<id>, user:<id>, system
	ActorName       string
	Address         string // remote IP address
	RequestID       string
	Operation       string // account.create, account.update, credentials.read …
	TargetType      string // account, token, key …
	TargetID        string
	Outcome         string // success, refused
	Detail          string // why it was refused; never a secret
	Changes         JSON   // list of {pointer, old, new}
	MAC             []byte
}

// TableName names the table for GORM.
func (AuditEvent) TableName() string { return "audit_events" }

// AuditHead is the end of the chain of one contact center: how many records
// there are and the MAC of the last one.
type AuditHead struct {
	ContactCenterID string `gorm:"primaryKey"`
	Sequence        int64
	MAC             []byte
}

// TableName names the table for GORM.
func (AuditHead) TableName() string { return "audit_heads" }

// AuditCheckpoint is where a chain begins whose older records were pruned: behind
// the record Sequence, whose head had HeadMAC. MAC authenticates all of it.
type AuditCheckpoint struct {
	ContactCenterID string `gorm:"primaryKey"`
	Sequence        int64
	HeadMAC         []byte
	At              Time // when it was pruned
	MAC             []byte
}

// TableName names the table for GORM.
func (AuditCheckpoint) TableName() string { return "audit_checkpoints" }

// AuditEnd is what stands around the records of one contact center at one moment:
// its head, its checkpoint and which record is the last. In an honest chain the
// head is that of the last record.
type AuditEnd struct {
	AuditHead    `gorm:"embedded"`
	Headed       bool            // there is a head
	Begun        bool            // there is a record
	Last         int64           // sequence of the last record; 0 where there is none
	Checkpointed bool            // there is a checkpoint
	Pruned       AuditCheckpoint `gorm:"embedded;embeddedPrefix:pruned_"`
}

// Outcomes of audited operations.
const (
	OutcomeSuccess = "success"
	OutcomeRefused = "refused"
)

// FieldChange is one changed member in an audit record. Old and New hold JSON
// values; for a secret they hold only the string "changed", "set" or "cleared".
type FieldChange struct {
	Pointer string `json:"pointer"`
	Old     JSON   `json:"old,omitempty"`
	New     JSON   `json:"new,omitempty"`
}
