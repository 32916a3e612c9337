package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"admin-api/events"
	"admin-api/models"
	"admin-api/store"
)

const day = 24 * time.Hour

// noticeDays are how many days before a certificate expires people are told; 0
// is when it has.
var noticeDays = []int{0, 1, 7, 14, 30, 60}

// NoticeDays are how many days before a certificate expires people are told; they
// are also told when it has.
func NoticeDays() []int { return slices.Clone(noticeDays[1:]) }

// batch is how many accounts are looked at in one go.
const batch = 200

// Certificates counts the certificates of enabled accounts by when they expire.
// Each is counted once, in the narrowest member.
type Certificates struct {
	Expired int
	// Within counts those that expire within so many days.
	Within map[int]int
}

// Certificates returns what the last watch counted.
func (m *Monitor) Certificates() Certificates {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts
}

// watch looks for certificates that expire soon, and says so once each.
func (m *Monitor) watch(ctx context.Context) {
	now := m.Now()
	counts := Certificates{Within: map[int]int{}}
	horizon := models.NewTime(now.Add(time.Duration(noticeDays[len(noticeDays)-1]) * day))
	var after models.ExpiringAccount
	for {
		found, err := m.Store.ExpiringAccounts(ctx, horizon, after, batch)
		if err != nil {
			m.failed(ctx, "certificates not read", err)
			return
		}
		for _, f := range found {
			m.failed(ctx, "certificates not watched", m.watchAccount(ctx, f, now, &counts))
		}
		if len(found) < batch {
			break
		}
		after = found[len(found)-1]
	}
	m.mu.Lock()
	m.counts = counts
	m.mu.Unlock()
}

func (m *Monitor) watchAccount(
	ctx context.Context, f models.ExpiringAccount, now time.Time, counts *Certificates,
) error {
	a, err := m.Store.Account(ctx, f.ContactCenterID, f.ID)
	if errors.Is(err, models.ErrNotFound) {
		return nil // gone meanwhile
	}
	if err != nil {
		return err
	}
	for _, c := range a.Certificates {
		days, soon := noticeFor(c.NotAfter.Time, now)
		if !soon {
			continue
		}
		if days == 0 {
			counts.Expired++
		} else {
			counts.Within[days]++
		}
		if err := m.notice(ctx, a, c, days); err != nil {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
	}
	return nil
}

// noticeFor returns the notice that a certificate deserves at the time: the
// narrowest number of days within which it expires, 0 where it has.
func noticeFor(notAfter, now time.Time) (days int, soon bool) {
	left := notAfter.Sub(now)
	for _, days := range noticeDays {
		if left <= time.Duration(days)*day {
			return days, true
		}
	}
	return 0, false
}

// notice tells of a certificate, by an event and a line in the log, unless that
// has been told already.
func (m *Monitor) notice(ctx context.Context, a *models.Account, c models.Certificate, days int) error {
	fresh := false
	err := m.Store.Tx(ctx, func(tx *store.Store) (err error) {
		fresh, err = tx.NoticeCertificate(ctx, &models.CertificateNotice{
			ContactCenterID: a.ContactCenterID, AccountID: a.ID, SHA256: c.SHA256, Days: days, NoticedAt: m.now(),
		})
		if err != nil || !fresh {
			return err
		}
		typ := models.EventCertificateExpiring
		if days == 0 {
			typ = models.EventCertificateExpired
		}
		return events.Append(ctx, tx, typ, a, m.Now())
	})
	if err == nil && fresh {
		m.Logger.WarnContext(ctx, "certificate expires", "contactCenter", a.ContactCenterID, "account", a.ID,
			"type", a.Type, "pointer", c.Pointer, "subject", c.Subject, "notAfter", c.NotAfter, "days", days)
	}
	return err
}
