package integrations

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var errNoTLS = errors.New("start tls: the transport cannot")

// Session is what one probe may use and report. It belongs to one goroutine.
type Session struct {
	// Transport is the guarded way out.
	Transport Transport
	// Clock returns the time; nil means time.Now.
	Clock func() time.Time
	// Center is the contact center for which the probe asks.
	Center Center
	// Classify turns an error of the transport into a failure; nil where the
	// error is not known.
	Classify func(error) *Failure
	// OnStep, when set, is told of each step as it ends.
	OnStep func(Step)

	steps    []Step
	identity string
}

// Now returns the time by the session's clock.
func (s *Session) Now() time.Time {
	if s.Clock == nil {
		return time.Now()
	}
	return s.Clock()
}

// StartTLS secures a connection that the transport has dialled, or closes it; see
// TLSStarter, which the transport must be. extraCA is PEM whose certificates are
// trusted besides all others, and may be nil.
func (s *Session) StartTLS(ctx context.Context, conn net.Conn, extraCA []byte) (net.Conn, error) {
	starter, ok := s.Transport.(TLSStarter)
	if !ok {
		_ = conn.Close() // nobody else will
		return nil, errNoTLS
	}
	if len(extraCA) > 0 {
		ctx = WithExtraCA(ctx, extraCA)
	}
	return starter.StartTLS(ctx, conn)
}

// Step runs fn and records it as a step. The error it returns is nil or a
// *Failure: the one that fn returned, or what Classify makes of an error, or
// else one of code "unexpected". If a step that failed inside fn, such as
// connect, is already recorded with its failure and fn ends with an error, that
// failure is returned and the step around it is recorded as skipped.
func (s *Session) Step(name string, fn func() error) error {
	before, started := len(s.steps), s.Now()
	err := fn()
	step := Step{Name: name, Status: StepPassed, Duration: s.Now().Sub(started)}
	if err == nil {
		s.add(step)
		return nil
	}
	failure := failedIn(s.steps[before:])
	if failure != nil {
		step.Status, step.Duration = StepSkipped, 0
	} else {
		failure = s.failure(err)
		step.Status, step.Failure = StepFailed, failure
	}
	s.add(step)
	return failure
}

// failedIn returns the failure of the last step that failed.
func failedIn(steps []Step) *Failure {
	for _, step := range slices.Backward(steps) {
		if step.Status == StepFailed && step.Failure != nil {
			return step.Failure
		}
	}
	return nil
}

func (s *Session) failure(err error) *Failure {
	var own *Failure
	if errors.As(err, &own) && own != nil {
		return own
	}
	if s.Classify != nil {
		if f := s.Classify(err); f != nil {
			return f
		}
	}
	var n net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout() {
		return noAnswer.Failure()
	}
	return unexpectedEnd.Failure()
}

// Record adds a phase of the transport (resolve, connect, tls). One that passed
// is recorded once by its name, however many connections are made; one that
// failed always.
func (s *Session) Record(step Step) {
	if step.Status == StepPassed && slices.ContainsFunc(s.steps, func(other Step) bool {
		return other.Name == step.Name && other.Status == StepPassed
	}) {
		return
	}
	s.add(step)
}

// Skip records steps that were not tried.
func (s *Session) Skip(names ...string) {
	for _, name := range names {
		s.add(Step{Name: name, Status: StepSkipped})
	}
}

// Warn records a step with a warning: something is wrong or could not be found
// out, but does not keep the account from working.
func (s *Session) Warn(step string, f *Failure) {
	s.add(Step{Name: step, Status: StepWarning, Failure: f})
}

func (s *Session) add(step Step) {
	s.steps = append(s.steps, step)
	if s.OnStep != nil {
		s.OnStep(step)
	}
}

// SetIdentity says as whom the remote system knows the account; it is shown to
// people and must not be a secret. What a name cannot be (see showable) makes the
// identity empty.
func (s *Session) SetIdentity(who string) {
	s.identity = ""
	if showable(who) {
		s.identity = who
	}
}

// showable reports whether a text from outside can pass for a name: short, and
// without markup and what does not print, such as the characters that turn the
// direction of writing round.
func showable(text string) bool {
	const most = 255 // characters
	unfit := func(r rune) bool { return !unicode.IsPrint(r) || r == '<' || r == '>' }
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && !strings.ContainsFunc(text, unfit)
}

// Identity returns what SetIdentity was given last, empty if that could not be
// shown.
func (s *Session) Identity() string { return s.identity }

// Steps returns a copy of the steps recorded so far.
func (s *Session) Steps() []Step { return slices.Clone(s.steps) }
