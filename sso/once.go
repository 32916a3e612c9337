package sso

import (
	"context"
	"crypto/sha256"
	"fmt"

	"admin-api/models"
	"admin-api/sso/assertion"
	"admin-api/store"
)

// use notes that the assertion was used, for longer than any process takes it: their
// clocks may differ as that of the provider may, and who is ahead sweeps for all.
func (s *Service) use(ctx context.Context, tx *store.Store, a *arrival) error {
	return tx.UseSSOAssertion(ctx, &models.SSOAssertion{
		ContactCenterID: a.at.Center.ID, Hash: assertionHash(a.accepted),
		ExpiresAt: models.NewTime(a.accepted.NotOnOrAfter.Add(3 * assertion.Skew)),
	})
}

// assertionHash identifies an assertion: its id is unique for its issuer (SAML core
// 1.3.4).
func assertionHash(a *assertion.Accepted) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d:%s%s", len(a.Issuer), a.Issuer, a.AssertionID))
	return sum[:]
}

func replayed() *Error {
	return refusal(CodeReplayed, "The answer of the identity provider was used before.",
		"Start again: going back in the browser, or reloading, sends the same answer twice.")
}

func (s *Service) replayed(ctx context.Context, a *arrival) error {
	refused := a.failed(StepOnce, replayed())
	a.report.refused(refused, "")
	a.reference = s.trace(ctx, s.newTrace(a.at, a.reference, a, a.report))
	s.recordRefusal(ctx, a, refused)
	return refused
}

// sinceRestore refuses what nobody asked for and what may have been used before the
// contact center was restored: the backup cannot know. Answers to requests need no such
// rule, as no request outlives a restore.
func sinceRestore(a *arrival) error {
	restored := a.at.Center.RestoredAt
	if restored.IsZero() || a.accepted.IssueInstant.After(restored.Add(assertion.Skew)) {
		return nil
	}
	return a.failed(StepOnce, refusal(CodeReplayed,
		"The answer was issued before the database was restored from a backup at "+restored.String()+
			"; whether it was used since is not known.",
		"Start again, at the earliest 90 seconds after that."))
}
