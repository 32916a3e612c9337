package integrationtest

import (
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
)

// Later makes a key of Fixture.Expect of a misbehaviour that begins after the
// first request.
func Later(name string) string { return "later " + name }

// counter lets a remote system answer the first requests and, if otherwise is
// set, something else the others.
type counter struct {
	remote, otherwise func(http.ResponseWriter, *http.Request)
	good              int64
	requests          atomic.Int64
}

// handler is nil for a remote system without HTTP.
func (c *counter) handler() func(http.ResponseWriter, *http.Request) {
	if c.remote == nil {
		return nil
	}
	return c.serve
}

func (c *counter) serve(w http.ResponseWriter, r *http.Request) {
	if n := c.requests.Add(1); c.otherwise == nil || n <= c.good {
		c.remote(w, r)
		return
	}
	c.otherwise(w, r)
}

// later tests misbehaviours that begin at each request but the first of the
// many that a probe sends.
func (s *suite) later(t *testing.T, a *authority, requests int64) {
	t.Helper()
	for good := int64(1); good < requests; good++ {
		t.Run(fmt.Sprintf("request %d", good+1), func(t *testing.T) {
			for _, m := range s.laterMisbehaviours(good == 1) {
				t.Run(m.name, func(t *testing.T) {
					s.meet(t, m.outcome, func() *network {
						c := &counter{remote: s.fixture.Remote, otherwise: m.handler, good: good}
						return s.reach(t, a, c.serve)
					})
				})
			}
		})
	}
}

// laterMisbehaviours are those that can begin at any time. To wait once for the
// slow one is enough.
func (s *suite) laterMisbehaviours(slow bool) []misbehaviour {
	list := slices.DeleteFunc(s.misbehaviours(), func(m misbehaviour) bool {
		return m.handler == nil || m.name == Slow && !slow
	})
	for i := range list {
		if expected, ok := s.fixture.Expect[Later(list[i].name)]; ok {
			list[i].outcome = expected
		}
	}
	return list
}
