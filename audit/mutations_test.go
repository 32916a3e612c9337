package audit_test

import (
	"fmt"
	"math"
	"strings"
)

// Columns of the tables, those of the key first.
const (
	recordColumns = "contact_center_id, sequence, id, at, actor, actor_name, address, request_id, operation, " +
		"target_type, target_id, outcome, detail, changes, mac"
	headColumns       = "contact_center_id, sequence, mac"
	checkpointColumns = "contact_center_id, sequence, head_mac, at, mac"
)

// mutation returns one of the things that can be done to the tables.
func (m *mutator) mutation() func() {
	return []func(){
		m.alterRecord, m.alterRecord, m.alterRecord, m.alterRecord, m.deleteRecords, m.swapRecords, m.moveRecord,
		m.copyRecord, m.forgeRecord, m.renumber, m.cutOff, m.cutOffCleanly, m.alterHead, m.oldHead, m.deleteHead,
		m.forgeHead, m.alterCheckpoint, m.oldCheckpoint, m.deleteCheckpoint, m.forgeCheckpoint, m.pruneByHand,
		m.deleteChain, m.exchangeChains,
	}[m.IntN(23)]
}

func (m *mutator) center() string { return m.centers[m.IntN(len(m.centers))] }

// anyCenter is one that exists, or none that ever did.
func (m *mutator) anyCenter() string {
	return append([]string{"", "nobody", strings.ToUpper(m.centers[0])}, m.centers...)[m.IntN(3+len(m.centers))]
}

// number is that of a record, or a little beside, or far away.
func (m *mutator) number() int64 {
	far := []int64{0, -1, math.MinInt64, math.MaxInt64, 1 << 40}
	if m.IntN(6) == 0 {
		return far[m.IntN(len(far))]
	}
	return 1 + m.Int64N(int64(32))
}

// record is where a record stands that exists.
func (m *mutator) record() (center string, sequence int64) {
	row := m.db.QueryRowContext(m.t.Context(),
		"SELECT contact_center_id, sequence FROM audit_events ORDER BY contact_center_id, sequence LIMIT 1 OFFSET ?",
		m.IntN(60))
	if row.Scan(&center, &sequence) != nil {
		return m.center(), m.number()
	}
	return center, sequence
}

// alterRecord changes one member of one record.
func (m *mutator) alterRecord() {
	columns := strings.Split(recordColumns, ", ")
	center, sequence := m.record()
	m.alter("audit_events", columns[m.IntN(len(columns))], "contact_center_id = ? AND sequence = ?", center, sequence)
}

// alter changes one column of a row to something of the same kind.
func (m *mutator) alter(table, column, where string, key ...any) {
	var value string
	var args []any
	switch column {
	case "sequence", "at":
		value = []string{
			column + " + 1", column + " - 1", "-" + column, "?",
			m.another(table, column),
		}[m.IntN(5)]
		if value == "?" {
			args = append(args, m.number())
		}
	case "mac", "head_mac":
		value, args = m.otherMAC(table, column)
	case "contact_center_id":
		value, args = "?", []any{m.anyCenter()}
	default:
		value = m.otherText(table, column)
	}
	m.do("UPDATE OR REPLACE "+table+" SET "+column+" = "+value+" WHERE "+where, append(args, key...)...)
}

func (m *mutator) otherMAC(table, column string) (value string, args []any) {
	switch m.IntN(5) {
	case 0:
		b := make([]byte, []int{0, 8, 32, 64}[m.IntN(4)])
		for i := range b {
			b[i] = byte(m.Uint32())
		}
		return "?", []any{b}
	case 1:
		return "substr(" + column + ", 1, 31)", nil
	case 2:
		return "CAST(" + column + " || X'00' AS BLOB)", nil
	case 3: // of another record, or of a head that was
		h := m.heads[m.IntN(len(m.heads))]
		return "?", []any{h.MAC}
	}
	return m.another(table, column), nil
}

// another is the value that another row of the table has.
func (m *mutator) another(table, column string) string {
	return fmt.Sprintf("coalesce((SELECT %[1]s FROM %[2]s ORDER BY contact_center_id, sequence LIMIT 1 OFFSET %[3]d), %[1]s)",
		column, table, m.IntN(60))
}

func (m *mutator) otherText(table, column string) string {
	return []string{
		m.another(table, column),
		"''", "coalesce(" + column + ", '') || 'x'", "coalesce(" + column + ", '') || ' '", "coalesce(" + column + ", '') || char(0)",
		"upper(" + column + ")", "substr(" + column + ", 2)", "replace(" + column + ", 'a', 'b')",
		"NULL", "'[]'", "'null'", "replace(" + column + ", ':', ': ')", "'success'", "'refused'",
	}[m.IntN(14)]
}

func (m *mutator) deleteRecords() {
	for range 1 + m.IntN(3)*m.IntN(5) {
		center, sequence := m.record()
		m.do("DELETE FROM audit_events WHERE contact_center_id = ? AND sequence = ?", center, sequence)
	}
}

// swapRecords has two records take each other's numbers.
func (m *mutator) swapRecords() {
	center, a := m.record()
	b := m.number()
	for _, step := range [][2]int64{{a, -99}, {b, a}, {-99, b}} {
		m.do("UPDATE audit_events SET sequence = ? WHERE contact_center_id = ? AND sequence = ?", step[1], center, step[0])
	}
}

func (m *mutator) moveRecord() {
	center, sequence := m.record()
	m.do("UPDATE OR REPLACE audit_events SET contact_center_id = ?, sequence = ? WHERE contact_center_id = ? AND sequence = ?",
		m.anyCenter(), m.number(), center, sequence)
}

// copyRecord puts a genuine record somewhere else, in place of what is there.
func (m *mutator) copyRecord() {
	center, sequence := m.record()
	to, at := m.anyCenter(), m.number()
	if m.IntN(2) == 0 { // behind the end, with the head of that many records
		to, at = center, m.last[center]+1
	}
	m.do("INSERT OR REPLACE INTO audit_events SELECT ?, ?, "+strings.TrimPrefix(recordColumns, "contact_center_id, sequence, ")+
		" FROM audit_events WHERE contact_center_id = ? AND sequence = ?", to, at, center, sequence)
	if m.IntN(2) == 0 {
		m.do("UPDATE audit_heads SET sequence = ? WHERE contact_center_id = ?", at, to)
	}
}

// forgeRecord makes one up, with a MAC that some record or head has.
func (m *mutator) forgeRecord() {
	h := m.heads[m.IntN(len(m.heads))]
	m.do("INSERT OR REPLACE INTO audit_events ("+recordColumns+") VALUES (?, ?, 'x', 1, 'user:1', 'Ann', '', 'r', "+
		"'account.delete', 'account', 'a', 'success', '', NULL, ?)", m.anyCenter(), m.number(), h.MAC)
}

// renumber closes a gap or makes one.
func (m *mutator) renumber() {
	center, sequence := m.record()
	by := int64(1 - 2*m.IntN(2))
	if by < 0 {
		m.do("DELETE FROM audit_events WHERE contact_center_id = ? AND sequence = ?", center, sequence)
	}
	m.do("UPDATE audit_events SET sequence = -sequence WHERE contact_center_id = ? AND sequence >= ?", center, sequence)
	m.do("UPDATE audit_events SET sequence = ? - sequence WHERE contact_center_id = ? AND sequence < 0", by, center)
	if m.IntN(2) == 0 {
		m.do("UPDATE audit_heads SET sequence = sequence + ? WHERE contact_center_id = ?", by, center)
	}
}

func (m *mutator) cutOff() {
	center, sequence := m.record()
	m.do("DELETE FROM audit_events WHERE contact_center_id = ? AND sequence >= ?", center, sequence)
	if m.IntN(2) == 0 {
		m.do("UPDATE audit_heads SET sequence = ? WHERE contact_center_id = ?", sequence-1, center)
	}
}

// cutOffCleanly puts a chain back to a state that it really had: only the end
// that is kept outside tells.
func (m *mutator) cutOffCleanly() {
	h := m.heads[m.IntN(len(m.heads))]
	m.do("DELETE FROM audit_events WHERE contact_center_id = ? AND sequence > ?", h.ContactCenterID, h.Sequence)
	m.do("UPDATE audit_heads SET sequence = ?, mac = ? WHERE contact_center_id = ?", h.Sequence, h.MAC, h.ContactCenterID)
}

func (m *mutator) alterHead() {
	columns := strings.Split(headColumns, ", ")
	m.alter("audit_heads", columns[m.IntN(len(columns))], "contact_center_id = ?", m.center())
}

func (m *mutator) oldHead() {
	h := m.heads[m.IntN(len(m.heads))]
	center := h.ContactCenterID
	if m.IntN(3) == 0 {
		center = m.center()
	}
	m.do("UPDATE audit_heads SET sequence = ?, mac = ? WHERE contact_center_id = ?", h.Sequence, h.MAC, center)
}

func (m *mutator) deleteHead() {
	m.do("DELETE FROM audit_heads WHERE contact_center_id = ?", m.center())
}

func (m *mutator) forgeHead() {
	h := m.heads[m.IntN(len(m.heads))]
	m.do("INSERT OR REPLACE INTO audit_heads VALUES (?, ?, ?)", m.anyCenter(), m.number(), h.MAC)
}

func (m *mutator) alterCheckpoint() {
	columns := strings.Split(checkpointColumns, ", ")
	m.alter("audit_checkpoints", columns[m.IntN(len(columns))], "contact_center_id = ?", m.centers[0])
}

// oldCheckpoint puts back one that was genuine once.
func (m *mutator) oldCheckpoint() {
	c := m.checkpoints[0]
	m.do("UPDATE audit_checkpoints SET contact_center_id = ?, sequence = ?, head_mac = ?, at = ?, mac = ?",
		m.anyCenter(), c.Sequence, c.HeadMAC, c.At.UnixMilli(), c.MAC)
}

func (m *mutator) deleteCheckpoint() {
	m.do("DELETE FROM audit_checkpoints")
	if m.IntN(2) == 0 { // and let the chain begin with 1
		m.do("UPDATE audit_events SET sequence = 1 WHERE contact_center_id = ? AND sequence = "+
			"(SELECT min(sequence) FROM audit_events WHERE contact_center_id = ?)", m.centers[0], m.centers[0])
	}
}

// forgeCheckpoint lets a chain begin later, by the MACs that an attacker knows.
func (m *mutator) forgeCheckpoint() {
	h := m.heads[m.IntN(len(m.heads))]
	genuine := m.checkpoints[m.IntN(len(m.checkpoints))]
	m.do("INSERT OR REPLACE INTO audit_checkpoints VALUES (?, ?, ?, ?, ?)",
		m.anyCenter(), h.Sequence, h.MAC, genuine.At.UnixMilli(), [][]byte{h.MAC, genuine.MAC, genuine.HeadMAC}[m.IntN(3)])
}

// pruneByHand does what pruning does, but for the key: the head of an old record,
// as it stood in the database or in a checkpoint that was kept.
func (m *mutator) pruneByHand() {
	h := m.heads[m.IntN(len(m.heads))]
	genuine := m.checkpoints[len(m.checkpoints)-1]
	m.do("DELETE FROM audit_events WHERE contact_center_id = ? AND sequence <= ?", h.ContactCenterID, h.Sequence)
	if m.IntN(3) > 0 {
		m.do("INSERT OR REPLACE INTO audit_checkpoints VALUES (?, ?, ?, ?, ?)",
			h.ContactCenterID, h.Sequence, h.MAC, genuine.At.UnixMilli(), [][]byte{h.MAC, genuine.MAC}[m.IntN(2)])
	}
}

// deleteChain leaves nothing of a chain, or its head only.
func (m *mutator) deleteChain() {
	center := m.center()
	m.do("DELETE FROM audit_events WHERE contact_center_id = ?", center)
	for _, table := range []string{"audit_heads", "audit_checkpoints"} {
		if m.IntN(3) > 0 {
			m.do("DELETE FROM "+table+" WHERE contact_center_id = ?", center)
		}
	}
}

// exchangeChains gives two contact centers each other's records.
func (m *mutator) exchangeChains() {
	a, b := m.centers[0], m.centers[1+m.IntN(2)]
	for _, table := range auditTables() {
		for i, step := range [][2]string{{a, "between"}, {b, a}, {"between", b}} {
			m.do(fmt.Sprintf("UPDATE %s SET contact_center_id = ? WHERE contact_center_id = ? /* %d */", table, i), step[1], step[0])
		}
	}
}
