package handlers

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"admin-api/api"
)

// stream sends events. Its answer begins with the first one, so that a request
// that is refused before gets an ordinary problem.
type stream struct {
	x *exchange
	// patience, when positive, is how long a client may take to receive an event;
	// else the server's own time for the whole answer holds.
	patience time.Duration

	mu sync.Mutex
}

// send writes one event and passes it on at once.
func (s *stream) send(event string, data any) { s.sendAt(nowhere, event, data) }

// nowhere is the position of what has none.
const nowhere = -1

// sendAt is send for an event with an id, the position of a client that has it. It
// reports whether the event was passed on: a client that has gone is noticed by the
// context of the request as well.
func (s *stream) sendAt(position int64, event string, data any) bool {
	b, err := api.Encode(data)
	if err != nil {
		return false
	}
	message := append([]byte("event: "+event+"\ndata: "), b...) // JSON has no line breaks
	return s.write(append(positionField(position), message...))
}

// comment writes a sign of life, which clients pass over but for its position.
func (s *stream) comment(position int64, text string) bool {
	return s.write(append(positionField(position), ": "+text...))
}

func positionField(position int64) []byte {
	if position == nowhere {
		return nil
	}
	return []byte("id: " + strconv.FormatInt(position, 10) + "\n")
}

func (s *stream) write(message []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.x.Response()
	control := http.NewResponseController(out)
	if s.patience > 0 {
		_ = control.SetWriteDeadline(time.Now().Add(s.patience)) // where it cannot, the server's own holds
	}
	if !out.Committed {
		s.x.set(echo.HeaderContentType, eventStream)
		s.x.set("X-Accel-Buffering", "no") // proxies that collect answers first
		out.WriteHeader(http.StatusOK)
	}
	if _, err := out.Write(append(message, '\n', '\n')); err != nil {
		return false
	}
	return control.Flush() == nil
}

// fail returns an error that came before the first event, and sends the problem
// of a later one as the last event.
func (s *stream) fail(err error) error {
	if !s.x.Response().Committed {
		return err
	}
	s.send("problem", s.x.problem(err))
	return err
}
