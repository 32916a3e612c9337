package handlers

import (
	"admin-api/api"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/sso"
	"admin-api/validation"
)

// ssoResult is the document of what became of an answer.
func ssoResult(r *sso.Result) *api.SSOResult {
	if r == nil {
		return nil
	}
	out := &api.SSOResult{
		Code: r.Code, Detail: r.Detail, Remedy: r.Cure, Value: r.Value, Verified: r.Verified,
		Steps: make([]api.SSOStep, len(r.Steps)), Seen: ssoSeen(r), User: ssoUser(r.User),
		KeyPairID: r.KeyPairID,
	}
	if c := r.Certificate; c != nil {
		out.Certificate = &api.SSOCertificate{SHA256: c.SHA256, Subject: c.Subject, NotAfter: c.NotAfter}
	}
	for i, step := range r.Steps {
		out.Steps[i] = api.SSOStep(step)
	}
	return out
}

func ssoSeen(r *sso.Result) *api.SSOSeen {
	seen := r.Seen
	if seen == nil {
		return nil
	}
	out := &api.SSOSeen{
		ResponseID: seen.ResponseID, AssertionID: seen.AssertionID, InResponseTo: seen.InResponseTo, Issuer: seen.Issuer,
		Destination: seen.Destination, Recipient: seen.Recipient, Audiences: api.Words(seen.Audiences), NameID: seen.NameID,
		NameIDFormat: seen.NameIDFormat, Attributes: make([]api.SSOAttribute, len(seen.Attributes)),
		IssueInstant: seen.IssueInstant, NotBefore: seen.NotBefore, NotOnOrAfter: seen.NotOnOrAfter,
		Signed: api.Words(seen.Signed), SignatureMethods: api.Words(seen.SignatureMethods), Encrypted: seen.Encrypted,
		XML: seen.Redacted,
	}
	for i, a := range seen.Attributes {
		out.Attributes[i] = api.SSOAttribute{Name: a.Name, FriendlyName: a.FriendlyName, Values: api.Words(a.Values)}
	}
	if seen.Fingerprint != "" {
		out.Certificate = &api.SSOCertificate{SHA256: seen.Fingerprint, Subject: seen.CertificateSubject}
		if !seen.CertificateEnds.IsZero() {
			out.Certificate.NotAfter = models.NewTime(seen.CertificateEnds)
		}
	}
	return out
}

func ssoUser(u *sso.Mapped) *api.SSOUser {
	if u == nil {
		return nil
	}
	return &api.SSOUser{
		Username: u.Username, ID: u.ID, New: u.New, FirstName: u.FirstName, LastName: u.LastName, Email: u.Email,
		TemplateID: u.TemplateID, TeamID: u.TeamID, Roles: u.Roles, Skills: u.Skills,
	}
}

func ssoTest(t *sso.TestView) api.SSOTest {
	return api.SSOTest{
		ID: t.ID, Section: t.Section, Status: t.Status, CreatedAt: t.CreatedAt, CreatedBy: t.CreatedBy,
		ExpiresAt: t.ExpiresAt, FinishedAt: t.FinishedAt, Result: ssoResult(t.Result),
	}
}

// ssoTrace is the document of a sign-in; whole says that all of it is wanted.
func ssoTrace(t *sso.TraceView, whole bool) api.SSOTrace {
	out := api.SSOTrace{
		ID: t.ID, At: t.At, Section: t.Section, Outcome: models.OutcomeSuccess, Code: t.Result.Code, Detail: t.Result.Detail,
		Remedy: t.Result.Cure, Value: t.Result.Value, Reference: t.Reference, Count: t.Count, Username: t.Username,
		UserID: t.UserID, Provisioned: t.Provisioned, Address: t.Address, UserAgent: t.UserAgent,
	}
	if t.Result.Code != "" {
		out.Outcome = models.OutcomeRefused
	}
	if whole {
		out.Result = ssoResult(&t.Result)
	}
	return out
}

func ssoKey(k *sso.KeyView) api.SSOKey {
	facts := integrations.CertificateFacts(k.Certificate)
	return api.SSOKey{
		ID: k.ID, Certificate: validation.EncodeCertificate(k.Certificate.Raw), SHA256: facts.SHA256,
		NotAfter: facts.NotAfter, CreatedAt: k.CreatedAt, CreatedBy: k.CreatedBy,
	}
}
