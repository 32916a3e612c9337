package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"admin-api/models"
)

// auditBatch is how many audit events are read at a time: no connection is held
// while the caller works on them.
const auditBatch = 500

// AuditHead returns the end of the audit chain of a contact center; a chain that
// has not begun has sequence 0 and no MAC. Within Tx the head is locked until the
// transaction ends, so that the next event can be appended to it.
func (s *Store) AuditHead(ctx context.Context, contactCenter string) (models.AuditHead, error) {
	head, err := s.auditHead(ctx, contactCenter)
	if errors.Is(err, models.ErrNotFound) {
		head, err = models.AuditHead{ContactCenterID: contactCenter}, nil
		if s.inTx && s.dialect == Postgres {
			head, err = s.beginChain(ctx, contactCenter)
		}
	}
	if err != nil {
		return models.AuditHead{}, fmt.Errorf("read audit head: %w", err)
	}
	return head, nil
}

func (s *Store) auditHead(ctx context.Context, contactCenter string) (models.AuditHead, error) {
	var head models.AuditHead
	db := s.query(ctx).Where("contact_center_id = ?", contactCenter)
	if s.inTx && s.dialect == Postgres {
		db = db.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	return head, translate(db.Take(&head).Error)
}

// beginChain stores an empty head, so that there is a row to lock. Of several
// transactions that do so at once, all but one wait for the first.
func (s *Store) beginChain(ctx context.Context, contactCenter string) (models.AuditHead, error) {
	head := models.AuditHead{ContactCenterID: contactCenter, MAC: []byte{}}
	err := s.write.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&head).Error
	if err != nil {
		return models.AuditHead{}, translate(err)
	}
	head, err = s.auditHead(ctx, contactCenter)
	if len(head.MAC) == 0 {
		head.MAC = nil
	}
	return head, err
}

// AppendAudit stores events that follow each other and moves the head of their
// chain to the last one. The head that was read in the same transaction must be the
// one before the first; otherwise another event came between, and the result is
// models.ErrExists.
func (s *Store) AppendAudit(ctx context.Context, head *models.AuditHead, events ...*models.AuditEvent) error {
	err := s.Tx(ctx, func(tx *Store) error {
		before := gorm.Expr("audit_heads.sequence = excluded.sequence - ?", len(events))
		for some := range slices.Chunk(events, auditBatch) {
			if err := tx.write.WithContext(ctx).Create(some).Error; err != nil {
				return err
			}
		}
		res := tx.write.WithContext(ctx).Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "contact_center_id"}},
			Where:     clause.Where{Exprs: []clause.Expression{before}},
			DoUpdates: clause.AssignmentColumns([]string{"sequence", "mac"}),
		}).Create(head)
		if res.Error == nil && res.RowsAffected == 0 {
			return models.ErrExists
		}
		return res.Error
	})
	if err != nil {
		return fmt.Errorf("append audit event: %w", translate(err))
	}
	return nil
}

// WalkAudit calls fn with each event of a chain in order, and stops at its first
// error, which it returns. Events that are appended meanwhile may be included.
func (s *Store) WalkAudit(ctx context.Context, contactCenter string, fn func(e *models.AuditEvent) error) error {
	return s.WalkAuditRange(ctx, contactCenter, AuditRange{Last: math.MaxInt64}, fn)
}

// AuditRange are the sequences from First to Last, both included.
type AuditRange struct{ First, Last int64 }

// WalkAuditRange is WalkAudit for a part of the chain.
func (s *Store) WalkAuditRange(
	ctx context.Context, contactCenter string, r AuditRange, fn func(e *models.AuditEvent) error,
) error {
	for {
		var events []models.AuditEvent
		err := s.query(ctx).Where("contact_center_id = ?", contactCenter).
			Where("sequence BETWEEN ? AND ?", r.First, r.Last).
			Order("sequence").Limit(auditBatch).Find(&events).Error
		if err != nil {
			return fmt.Errorf("read audit events: %w", translate(err))
		}
		for i := range events {
			if err := fn(&events[i]); err != nil {
				return err
			}
			r.First = events[i].Sequence + 1
		}
		if len(events) < auditBatch || r.First > r.Last {
			return nil
		}
	}
}

// AuditHeads returns the ends of all chains in the order of their contact centers.
func (s *Store) AuditHeads(ctx context.Context) ([]models.AuditHead, error) {
	var heads []models.AuditHead
	if err := s.query(ctx).Where("sequence > 0").Order("contact_center_id").Find(&heads).Error; err != nil {
		return nil, fmt.Errorf("read audit heads: %w", translate(err))
	}
	return heads, nil
}

// AuditEnds returns what stands around the records of every contact center that
// has a head, a record or a checkpoint, in the order of their ids. It is one
// statement, so all is of one moment, also while others append or prune.
func (s *Store) AuditEnds(ctx context.Context) ([]models.AuditEnd, error) {
	return s.auditEnds(ctx, `SELECT contact_center_id FROM audit_heads UNION SELECT contact_center_id FROM audit_events
		UNION SELECT contact_center_id FROM audit_checkpoints`)
}

// AuditEnd is AuditEnds for one contact center, which may have none of them.
func (s *Store) AuditEnd(ctx context.Context, contactCenter string) (models.AuditEnd, error) {
	ends, err := s.auditEnds(ctx, "SELECT CAST(? AS text) AS contact_center_id", contactCenter)
	if err != nil {
		return models.AuditEnd{}, err
	}
	return ends[0], nil
}

func (s *Store) auditEnds(ctx context.Context, centers string, args ...any) ([]models.AuditEnd, error) {
	var ends []models.AuditEnd
	err := s.query(ctx).Raw(`SELECT c.contact_center_id, h.contact_center_id IS NOT NULL AS headed,
		coalesce(h.sequence, 0) AS sequence, h.mac,
		EXISTS (SELECT 1 FROM audit_events e WHERE e.contact_center_id = c.contact_center_id) AS begun,
		coalesce((SELECT max(e.sequence) FROM audit_events e WHERE e.contact_center_id = c.contact_center_id), 0) AS last,
		p.contact_center_id IS NOT NULL AS checkpointed, p.contact_center_id AS pruned_contact_center_id,
		coalesce(p.sequence, 0) AS pruned_sequence,
		p.head_mac AS pruned_head_mac, p.at AS pruned_at, p.mac AS pruned_mac
		FROM (`+centers+`) c
		LEFT JOIN audit_heads h ON h.contact_center_id = c.contact_center_id
		LEFT JOIN audit_checkpoints p ON p.contact_center_id = c.contact_center_id
		ORDER BY c.contact_center_id`, args...).Find(&ends).Error
	if err != nil {
		return nil, fmt.Errorf("read audit ends: %w", translate(err))
	}
	return ends, nil
}
