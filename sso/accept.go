package sso

import (
	"context"
	"errors"
	"fmt"
	"time"

	"admin-api/access"
	"admin-api/integrations/singlesignon"
	"admin-api/models"
	"admin-api/sso/assertion"
	"admin-api/store"
)

// arrival is one message of a provider on its way to a session.
type arrival struct {
	at       Place
	set      *settings
	message  Message
	from     access.Client
	accepted *assertion.Accepted
	report   *Result
	// reference is what the person is shown.
	reference string
	// test is the test sign-in that it belongs to; nil for a real one.
	test *models.SSOTest
	// request is the one that it answers; nil where the provider began.
	request *models.SSORequest
	// used: the assertion is used up; the same message comes to nothing from now on.
	used   bool
	userID string
}

// Accept judges what a browser brought from the identity provider and begins a
// session. A refusal is an *Error.
func (s *Service) Accept(ctx context.Context, at Place, m Message, from access.Client) (*Outcome, error) {
	a := &arrival{at: at, message: m, from: from, reference: newReference(), report: sentFrom(from)}
	out, err := s.accept(ctx, a)
	refused, ok := errors.AsType[*Error](err)
	if !ok {
		return out, err
	}
	refused.Reference = a.reference
	if a.test != nil {
		refused.TestID = a.test.ID
	}
	s.logRefusal(ctx, at, refused, a.report.Verified)
	return nil, refused
}

func (s *Service) accept(ctx context.Context, a *arrival) (*Outcome, error) {
	var err error
	if a.set, err = s.settingsOf(ctx, a.at); err != nil {
		return nil, s.unverified(ctx, a, err, "")
	}
	if err := s.judge(ctx, a); err != nil {
		return nil, err
	}
	return s.admit(ctx, a)
}

// judge has the message verified. Whether it answers a test sign-in of this browser
// is looked up by what it claims: an administrator wants to see just those that are
// not good. Nothing else depends on that.
func (s *Service) judge(ctx context.Context, a *arrival) error {
	keys, err := s.decrypters(ctx, a.at.Center)
	if err != nil {
		return err
	}
	accepted, found, err := assertion.Accept(a.message.Response, assertion.Expectation{
		Issuer: a.set.ResponseIssuer(), Audience: singlesignon.EntityID(a.at.Center.Domain), Recipient: s.ReplyURL(a.at),
		Certificates: a.set.SigningCertificates(), Decrypters: keys, Now: s.now(),
		Requested: func(id string) time.Time { return s.requestedAt(ctx, a.at.Center, id) },
	})
	a.report = newResult(found, accepted, a.from)
	if err == nil {
		a.accepted = accepted
		return nil
	}
	bad, ok := errors.AsType[*assertion.Error](err)
	if !ok {
		return fmt.Errorf("judge response: %w", err)
	}
	if bad.Code == assertion.CodeDecryptionFailed && ctx.Err() != nil { // it was not tried
		return fmt.Errorf("judge response: %w", ctx.Err())
	}
	if err := s.findTest(ctx, a, found.Seen.InResponseTo); err != nil {
		return err
	}
	if a.test == nil && !a.set.on { // an empty section has no certificate to look for
		return s.unverified(ctx, a, notOn(a.at.Section), "")
	}
	return s.unverified(ctx, a, refusal(bad.Code, bad.Detail, bad.Cure), bad.Value)
}

// requestedAt returns when a request was sent; zero for one that is not known.
func (s *Service) requestedAt(ctx context.Context, c *models.ContactCenter, id string) time.Time {
	r, err := s.Store.SSORequest(ctx, c.ID, id)
	if err != nil {
		return time.Time{} // it makes a difference for a hint only
	}
	return r.CreatedAt.Time
}

// findTest sets the test sign-in whose request the message claims to answer, if this
// browser has it.
func (s *Service) findTest(ctx context.Context, a *arrival, requestID string) error {
	if requestID == "" || a.message.Browser == "" {
		return nil
	}
	r, err := s.Store.SSORequest(ctx, a.at.Center.ID, requestID)
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	over := !s.now().Before(r.ExpiresAt.Time)
	if r.TestID == "" || over || !sameHash(r.BrowserHash, access.HashToken(a.message.Browser)) {
		return nil
	}
	test, err := s.Store.SSOTest(ctx, a.at.Center.ID, r.TestID)
	if err != nil {
		return fmt.Errorf("test sign-in: %w", err)
	}
	if test.Status == models.SSOTestPending {
		a.test = test
	}
	return nil
}

// unverified ends a sign-in whose message proved nothing.
func (s *Service) unverified(ctx context.Context, a *arrival, err error, value string) error {
	refused, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	a.report.refused(refused, value)
	if a.test != nil {
		err := s.Store.Tx(ctx, func(tx *store.Store) error { return s.finishTest(ctx, tx, a, models.SSOTestFailed) })
		if err != nil && !errors.Is(err, models.ErrNotFound) {
			return err
		}
		s.Audit.Committed(a.at.Center.ID)
		return refused
	}
	a.reference = s.trace(ctx, s.newTrace(a.at, a.reference, a, a.report))
	return refused
}

// admit lets in whom the provider vouches for. What must happen once happens in one
// transaction: that the request is answered, that the assertion is used, that the
// user is made, that the session begins, and the records of it. Whoever comes second
// in another process waits for it, and is refused.
func (s *Service) admit(ctx context.Context, a *arrival) (*Outcome, error) {
	var out *Outcome
	var refused *Error
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		var err error
		out, err = s.enter(ctx, tx, a)
		var ok bool
		if refused, ok = errors.AsType[*Error](err); !ok {
			return err
		}
		a.report.refused(refused, "")
		return s.conclude(ctx, tx, a, refused) // what was used stays used
	})
	if errors.Is(err, models.ErrExists) {
		return nil, s.replayed(ctx, a)
	}
	if err != nil {
		return nil, fmt.Errorf("sign in through the identity provider: %w", err)
	}
	s.Audit.Committed(a.at.Center.ID)
	if refused != nil {
		s.recordRefusal(ctx, a, refused)
		return nil, refused
	}
	return out, nil
}

// enter does what admit says within tx. models.ErrExists means that the assertion
// was used before, which on PostgreSQL undoes the transaction.
func (s *Service) enter(ctx context.Context, tx *store.Store, a *arrival) (*Outcome, error) {
	if err := s.answer(ctx, tx, a); err != nil {
		return nil, err
	}
	if a.test == nil && !a.set.on {
		return nil, notOn(a.at.Section)
	}
	if err := s.use(ctx, tx, a); err != nil {
		return nil, err
	}
	a.used = true
	a.report.step(StepOnce, assertion.Passed, "")
	if a.test != nil {
		return s.preview(ctx, tx, a)
	}
	secret, p, made, err := s.Access.EnterFederated(ctx, tx, s.federated(a))
	if err != nil {
		return nil, s.notLetIn(a, err)
	}
	a.userID = p.UserID
	a.report.User = &Mapped{Username: p.Name, ID: p.UserID, New: made}
	a.report.step(StepUser, assertion.Passed, entered(made, a.set.TemplateUserID))
	out := &Outcome{Secret: secret, Principal: p, Reference: a.reference}
	if out.Goto, err = s.next(ctx, tx, a); err != nil {
		return nil, err
	}
	return out, s.conclude(ctx, tx, a, nil)
}

func entered(made bool, template string) string {
	if made {
		return "Made just in time after the likeness of user " + template + "."
	}
	return ""
}

// answer takes the request that the message answers from those that are pending; a
// message that answers none must be allowed to.
func (s *Service) answer(ctx context.Context, tx *store.Store, a *arrival) error {
	id := a.accepted.InResponseTo
	if id == "" {
		if !a.set.AllowIDPInitiated {
			return a.failed(StepRequest, refusal(CodeIDPInitiatedRefused,
				"The sign-in was started at the identity provider, which the section "+a.at.Section+" does not allow.",
				"Start at "+s.SignOnURL(a.at)+", or set allowIdpInitiated to true."))
		}
		a.report.step(StepRequest, assertion.Passed, "Started at the identity provider.")
		return sinceRestore(a)
	}
	if a.message.Browser == "" {
		return a.failed(StepRequest, refusal(CodeBrowserUnknown,
			"The answer belongs to a request, but the browser did not bring the cookie that it was given along with it.",
			"Start the sign-in and end it in one browser, over HTTPS, at the address "+s.origin(a.at.Center)+
				"; let the browser take cookies, and see that no proxy removes them."))
	}
	browser := access.HashToken(a.message.Browser)
	request, err := tx.TakeSSORequest(ctx, a.at.Center.ID, id, browser, models.NewTime(s.now()))
	if errors.Is(err, models.ErrNotFound) || err == nil && request.Section != a.at.Section {
		return s.unknownRequest(ctx, tx, a)
	}
	if err != nil {
		return err
	}
	a.request = request
	a.report.step(StepRequest, assertion.Passed, "")
	if request.TestID == "" {
		return nil
	}
	test, err := tx.SSOTest(ctx, a.at.Center.ID, request.TestID)
	if err != nil {
		return fmt.Errorf("test sign-in: %w", err)
	}
	if test.Status != models.SSOTestPending { // begun in two tabs, and ended in the other
		return a.failed(StepRequest, testUnknown())
	}
	a.test = test
	return nil
}

// unknownRequest tells an answer that comes twice from one to a request that this
// browser did not make.
func (s *Service) unknownRequest(ctx context.Context, tx *store.Store, a *arrival) error {
	used, err := tx.SSOAssertionUsed(ctx, a.at.Center.ID, assertionHash(a.accepted))
	if err != nil {
		return err
	}
	if used {
		return a.failed(StepOnce, replayed())
	}
	return a.failed(StepRequest, refusal(CodeRequestUnknown,
		"The answer names a request that this browser has not made, that was answered already, or that is older than "+
			"15 minutes.",
		"Start again. If it stays like this, the provider sends answers of another browser or application: look whether "+
			"it has two applications with our reply address."))
}

// federated is whom the message vouches for.
func (s *Service) federated(a *arrival) *access.Federated {
	said := claimsOf(a.accepted.Attributes)
	f := &access.Federated{
		Center: a.at.Center, Section: a.at.Section, Username: a.accepted.NameID,
		FirstName: said.firstName, LastName: said.lastName, Email: said.email,
		Issuer: a.accepted.Issuer, Until: a.accepted.SessionNotOnOrAfter, From: a.from,
	}
	if a.set.JITProvisioningEnabled && a.set.UseTemplate {
		f.TemplateID = a.set.TemplateUserID
	}
	return f
}

// codesOfReasons are the codes of who is not let in by package access.
var codesOfReasons = map[string]string{
	access.FederatedUnknown: CodeUserUnknown, access.FederatedDisabled: CodeUserDisabled,
	access.FederatedNotAdministrator: CodeNotAnAdministrator, access.FederatedTemplateUnfit: CodeTemplateUnfit,
	access.FederatedIncomplete: CodeUserIncomplete, access.FederatedRefused: CodeProvisioningRefused,
}

// notLetIn turns the refusal of package access into one of this package.
func (s *Service) notLetIn(a *arrival, err error) error {
	why, ok := errors.AsType[*access.FederatedError](err)
	if !ok {
		return err
	}
	a.userID = why.UserID
	return a.failed(StepUser, refusal(codesOfReasons[why.Reason], why.Detail, why.Cure))
}

func (a *arrival) failed(step string, e *Error) *Error {
	a.report.step(step, assertion.Failed, e.Detail)
	return e
}

// preview ends a test sign-in: nobody is let in, and nobody made.
func (s *Service) preview(ctx context.Context, tx *store.Store, a *arrival) (*Outcome, error) {
	f := s.federated(a)
	u, made, err := s.Access.PreviewFederated(ctx, tx, f)
	if err != nil {
		return nil, s.notLetIn(a, err)
	}
	a.userID = u.ID
	a.report.User = &Mapped{
		Username: u.Username, ID: u.ID, New: made, FirstName: u.FirstName, LastName: u.LastName, Email: u.Email,
		TeamID: u.TeamID, Roles: u.Roles, Skills: u.Skills,
	}
	detail := "Would sign in."
	if made {
		a.report.User.ID, a.report.User.TemplateID = "", f.TemplateID
		detail = "Would be made just in time." + stayEmpty(u)
	}
	doubt, err := doubtOf(ctx, tx, a.at.Section, u)
	if err != nil {
		return nil, err
	}
	a.report.step(StepUser, assertion.Passed, detail+doubt)
	out := &Outcome{TestID: a.test.ID, Reference: a.reference}
	err = s.finishTest(ctx, tx, a, models.SSOTestPassed)
	if errors.Is(err, models.ErrNotFound) { // it was ended at this moment
		a.test = nil
		return nil, a.failed(StepRequest, testUnknown())
	}
	return out, err
}

// doubtOf says it where a test sign-in to Admin proves no way back, as AdminTestPassed
// will find.
func doubtOf(ctx context.Context, tx *store.Store, section string, u *models.User) (string, error) {
	if section != models.SectionAdmin {
		return "", nil
	}
	can, err := access.CanUndo(ctx, tx, u)
	if err != nil || can {
		return "", err
	}
	return " Could not switch single sign-on off, for want of " + models.ScopeAccountsWrite +
		", so the test does not prove that there is a way back.", nil
}

// conclude keeps what became of a verified sign-in, within tx.
func (s *Service) conclude(ctx context.Context, tx *store.Store, a *arrival, refused *Error) error {
	if a.test != nil && refused != nil {
		err := s.finishTest(ctx, tx, a, models.SSOTestFailed)
		if errors.Is(err, models.ErrNotFound) { // somebody was quicker
			return nil
		}
		return err
	}
	reference, err := s.keep(ctx, tx, s.newTrace(a.at, a.reference, a, a.report))
	if err == nil {
		a.reference = reference
	}
	return err
}

// recordRefusal puts on the audit record that a known user was not let in, which
// may be so before anybody asked who it is: an answer that comes twice, for example.
func (s *Service) recordRefusal(ctx context.Context, a *arrival, refused *Error) {
	if a.test == nil {
		s.Access.RecordFederatedFailure(ctx, s.federated(a), a.userID, refused.Code)
	}
}
