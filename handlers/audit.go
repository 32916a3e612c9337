package handlers

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"admin-api/api"
	"admin-api/audit"
	"admin-api/models"
	"admin-api/paging"
)

const (
	auditPath = "/api/v1/audit-events"
	linesType = "application/x-ndjson"
	// verifyTime bounds a verification, which reads a million records in a few
	// seconds.
	verifyTime = 10 * time.Minute
	// exportPatience is how long a client may keep an export waiting, and how long
	// the next records may take.
	exportPatience = 30 * time.Second
	// How many verifications and exports run at once in this process; of one
	// contact center, or for one principal, one.
	mostVerifications = 2
	mostExports       = 8
)

func auditRoutes() []route {
	const read = models.ScopeAuditRead
	return []route{
		{
			Route: Route{"audit.list", http.MethodGet, auditPath, read},
			do:    (*Server).listAuditEvents,
			query: single("from", "to", "actor", "operation", "targetType", "target", "outcome", "pageSize", "cursor"),
		},
		{
			Route: Route{"audit.verify", http.MethodPost, auditPath + "/verify", read},
			do:    (*Server).verifyAudit, body: optionalBody,
		},
	}
}

// listAuditEvents answers who did what.
//
//	@ID          listAuditEvents
//	@Summary     List or export the audit record
//	@Description Needs the scope audit:read. Newest first, in pages. With Accept: application/x-ndjson all records that
//	@Description match are sent, oldest first, each as one line of JSON, without pages and for as long as it takes; if that
//	@Description fails on the way, the connection is cut. One export of a credential runs at a time.
//	@Tags        audit
//	@Security    BearerAuth
//	@Produce     json,application/x-ndjson
//	@Param       from           query  string false "Only records from this time on" Format(date-time)
//	@Param       to             query  string false "Only records before this time" Format(date-time)
//	@Param       actor          query  string false "Only what this actor did, such as token:ID, user:ID or system" maxlength(256)
//	@Param       operation      query  string false "Only this operation, such as account.update" maxlength(256)
//	@Param       targetType     query  string false "Only what was done to targets of this kind, such as account" maxlength(256)
//	@Param       target         query  string false "Only what was done to the target with this id" maxlength(256)
//	@Param       outcome        query  string false "Only what ended so" Enums(success,refused)
//	@Param       pageSize       query  int    false "Records per page" minimum(1) maximum(200) default(50)
//	@Param       cursor         query  string false "nextCursor of the page before"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.AuditEventPage
//	@Header      200 {string} Link "Address of the next page, rel=next"
//	@Failure     400,401,403,404,429,500,503 {object} api.Problem
//	@Router      /audit-events [get]
func (s *Server) listAuditEvents(x *exchange) error {
	lines := prefers(x.Request().Header, linesType, jsonType)
	f, q, err := auditQuery(x.query, lines)
	if err != nil {
		return err
	}
	x.Response().Header().Add("Vary", "Accept")
	f.ContactCenterID = x.principal.ContactCenter.ID
	if lines {
		return s.exportAudit(x, f)
	}
	page, err := s.audit.List(x.Request().Context(), f, q)
	if err != nil {
		return err
	}
	x.linkNext(page.NextCursor)
	return s.buffers.with(func(b []byte) ([]byte, error) {
		b = api.AppendAuditEventPage(b, page.Items, page.NextCursor)
		return b, x.send(http.StatusOK, jsonType, b)
	})
}

// auditQuery reads the filters; an export has no pages.
func auditQuery(query url.Values, lines bool) (models.AuditFilter, paging.Query, error) {
	f := &filters{query: query}
	out := models.AuditFilter{
		From: f.since("from"), To: f.since("to"),
		Actor: f.word("actor"), Operation: f.word("operation"), TargetType: f.word("targetType"), TargetID: f.word("target"),
		Outcome: f.oneOf("outcome", "", models.OutcomeSuccess, models.OutcomeRefused),
	}
	if !out.To.IsZero() && !out.To.After(out.From.Time) {
		f.refuse("to", "must be later than from")
	}
	if lines {
		for _, name := range []string{"pageSize", "cursor"} {
			if query.Has(name) {
				f.refuse(name, "does not go with "+linesType+": an export has no pages")
			}
		}
	}
	q := paging.Query{Size: f.size(), Cursor: f.cursor()}
	return out, q, f.err
}

// verifyAudit answers whether the record is complete.
//
//	@ID          verifyAudit
//	@Summary     Verify the audit record
//	@Description Needs the scope audit:read. Looks whether a record of the contact center was deleted, altered, moved or cut
//	@Description off, and answers a signed checkpoint. Keep it outside; given back later, it proves that the record still
//	@Description goes on from there. A chain of a million records takes seconds; one verification of a contact center runs at
//	@Description a time. What is broken is an answer, not an error.
//	@Tags        audit
//	@Security    BearerAuth
//	@Param       question       body   api.AuditVerifyInput false "A checkpoint that was kept"
//	@Param       Contact-Center header string false "Domain to act in, for tokens of the service provider"
//	@Success     200 {object} api.AuditReport
//	@Failure     400,401,403,404,413,415,422,429,500,503 {object} api.Problem
//	@Router      /audit-events/verify [post]
func (s *Server) verifyAudit(x *exchange) error {
	center := x.principal.ContactCenter.ID
	leave, err := s.verifications.enter(center, "A verification of the audit record is running; try again in a moment.")
	if err != nil {
		return err
	}
	defer leave()
	ctx, _, stop := x.unhurried(verifyTime)
	defer stop()
	r, err := s.audit.Answer(ctx, center, x.body)
	if err != nil && overdue(ctx) {
		return &models.RefusalError{
			Err: models.ErrUnavailable, RetryAfter: verifyTime,
			Detail: "The audit record is too long to be verified in ten minutes; run admin-api audit verify beside the server.",
		}
	}
	if err != nil {
		return err
	}
	return x.json(http.StatusOK, auditReport(&r))
}

func auditReport(r *audit.Report) api.AuditReport {
	out := api.AuditReport{
		Status: "intact", Records: r.Records, PrunedThrough: r.Pruned, BrokenSequence: r.Broken, Reason: r.Reason,
	}
	if !r.OK() {
		out.Status = "broken"
	}
	if r.Checkpoint != nil {
		c := api.AuditCheckpoint(*r.Checkpoint)
		out.Checkpoint = &c
	}
	return out
}

// exportAudit streams what matches. Nothing is sent before the first records
// were read, so that what fails at once is an ordinary problem.
func (s *Server) exportAudit(x *exchange, f models.AuditFilter) error {
	x.set("Content-Type", linesType)
	if x.isHead() {
		x.Response().WriteHeader(http.StatusOK)
		return nil
	}
	leave, err := s.exports.enter(x.principal.ID, "An export of this credential is running; wait until it has ended.")
	if err != nil {
		return err
	}
	defer leave()
	ctx, progress, stop := x.unhurried(exportPatience)
	defer stop()
	out := &lineWriter{x: x, progress: progress}
	err = s.audit.Export(ctx, f, out.record)
	switch {
	case err != nil && overdue(ctx):
		return out.fail(context.DeadlineExceeded)
	case err != nil:
		return out.fail(err)
	}
	return out.end()
}
