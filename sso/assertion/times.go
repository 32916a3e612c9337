package assertion

import (
	"regexp"
	"time"

	"github.com/beevik/etree"
)

// maxOffset is how far ahead a clock may be to be called one that is wrong.
const maxOffset = 24 * time.Hour

// dateTime is a time as SAML wants it (core 1.3.3): in UTC, without another zone.
var dateTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$`)

// times are those of a response that are judged.
type times struct {
	response, assertion, authentication time.Time
	notBefore, end                      time.Time
	// session is zero where the provider does not limit it.
	session time.Time
}

// checkTimes judges all times together, because what is wrong with one of them is
// often the clock.
func (j *judgement) checkTimes() *Error {
	t, err := j.readTimes()
	if err != nil {
		return err
	}
	now := j.expect.Now
	for _, issued := range []time.Time{t.response, t.assertion, t.authentication} {
		if err := ahead(issued, now); err != nil {
			return err
		}
	}
	if now.Add(Skew).Before(t.notBefore) {
		return refuse(CodeNotYetValid, "The assertion is valid from %s; here it is %s.", instant(t.notBefore), instant(now)).
			with(instant(t.notBefore))
	}
	if err := j.over(t); err != nil {
		return err
	}
	j.accepted.NotOnOrAfter = t.end
	if stale := t.assertion.Add(MaxAge); stale.Before(t.end) {
		j.accepted.NotOnOrAfter = stale
	}
	j.accepted.IssueInstant, j.accepted.SessionNotOnOrAfter = t.assertion, t.session
	return nil
}

// ahead refuses a time that the provider cannot have had yet.
func ahead(issued, now time.Time) *Error {
	offset := issued.Sub(now)
	switch {
	case offset <= Skew:
		return nil
	case offset > maxOffset:
		return refuse(CodeNotYetValid, "The response is dated %s; here it is %s.", instant(issued), instant(now)).
			with(instant(issued))
	}
	return refuse(CodeClockSkew, "The identity provider's clock is %s ahead of this server's: it says %s, here it is %s.",
		offset.Round(time.Second), instant(issued), instant(now)).with(instant(issued))
}

// over refuses what has ended, or was issued too long ago. Where the request is
// known to be younger than its answer, it is the clock.
func (j *judgement) over(t *times) *Error {
	now := j.expect.Now
	var late *Error
	switch {
	case !now.Before(t.end.Add(Skew)):
		late = refuse(CodeExpired, "The assertion was issued at %s and ended at %s; here it is %s.",
			instant(t.assertion), instant(t.end), instant(now)).with(instant(t.end))
	case !t.session.IsZero() && !now.Before(t.session.Add(Skew)):
		late = refuse(CodeExpired, "The session at the identity provider ended at %s; here it is %s.",
			instant(t.session), instant(now)).with(instant(t.session))
	case now.After(t.assertion.Add(MaxAge + Skew)), now.After(t.response.Add(MaxAge + Skew)):
		late = refuse(CodeResponseStale, "The response was issued at %s, more than %s ago; here it is %s.",
			instant(t.assertion), MaxAge, instant(now)).with(instant(t.assertion))
	default:
		return nil
	}
	if j.expect.Requested == nil || j.accepted.InResponseTo == "" {
		return late
	}
	requested := j.expect.Requested(j.accepted.InResponseTo)
	if behind := requested.Sub(t.assertion); !requested.IsZero() && behind > Skew {
		return refuse(CodeClockSkew, "The identity provider's clock is at least %s behind this server's: "+
			"its answer is dated %s, the request was sent at %s.",
			behind.Round(time.Second), instant(t.assertion), instant(requested)).with(instant(t.assertion))
	}
	return late
}

// readTimes reads all times.
func (j *judgement) readTimes() (*times, *Error) {
	t := &times{}
	var confirmed time.Time
	for _, r := range []struct {
		el       *etree.Element
		name     string
		into     *time.Time
		optional bool
	}{
		{j.envelope, "IssueInstant", &t.response, false},
		{j.assertion, "IssueInstant", &t.assertion, false},
		{j.conditions, "NotBefore", &t.notBefore, false},
		{j.conditions, "NotOnOrAfter", &t.end, false},
		{j.confirmation, "NotOnOrAfter", &confirmed, false},
		{j.statement, "AuthnInstant", &t.authentication, false},
		{j.statement, "SessionNotOnOrAfter", &t.session, true},
	} {
		value, given := lookup(r.el, r.name)
		if !given && r.optional {
			continue
		}
		parsed, err := time.Parse(time.RFC3339Nano, value)
		if err != nil || !dateTime.MatchString(value) {
			return nil, refuse(CodeTimeMalformed, "%s of %s is %s, not a time in UTC.", r.name, r.el.Tag, quoted(value)).
				with(value)
		}
		*r.into = parsed
	}
	if confirmed.Before(t.end) {
		t.end = confirmed
	}
	return t, nil
}
