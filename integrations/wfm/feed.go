package wfm

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"admin-api/integrations"
)

// The steps of a probe, besides those of a delivery.
const (
	stepReach   = "reach"
	stepRecords = "records"
	stepFeeds   = "feeds"
)

// hold is how long a connection must stay open to count as accepted: a server
// whose interface is not set up accepts and closes at once.
const hold = 300 * time.Millisecond

// Failures that the probes of feeds know by name.
var (
	closedAtOnce = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "closed_at_once",
		Detail: "The server accepts the connection and closes it at once.",
		Hint: "Check that the interface for the feed is set up and started there, for this port, " +
			"and that it lets this program's address in.",
	}
	recordsNotVerifiable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "records_not_verifiable",
		Detail: "Something answers at this address. Whether it understands the feed shows only when agents change " +
			"their states.",
		Hint: "Look in the workforce management system whether the states of agents arrive.",
	}
	nothingEnabled = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "nothing_enabled",
		Detail: "Neither the historical nor the real-time feed is switched on, so there is nothing to test.",
		Hint:   "Switch on the feeds that the system is to get.",
	}
)

// reachTCP opens a connection and sees whether it stays open. It says nothing:
// whatever it said would be taken for an agent's state.
func reachTCP(ctx context.Context, s *integrations.Session, host string, port *int) error {
	err := s.Step(stepReach, func() error {
		conn, err := s.Transport.Dial(ctx, "tcp", addressOf(host, port))
		if err != nil {
			return err
		}
		defer conn.Close()
		return staysOpen(ctx, conn)
	})
	return reached(s, err)
}

// addressOf returns host and port; without a port, which the rules demand, none
// that can be dialled.
func addressOf(host string, port *int) string {
	if port == nil {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(*port))
}

func staysOpen(ctx context.Context, conn net.Conn) error {
	until := time.Now().Add(hold)
	end, bounded := ctx.Deadline()
	over := bounded && end.Before(until)
	if over {
		until = end
	}
	if err := conn.SetReadDeadline(until); err != nil {
		return err
	}
	n, err := conn.Read(make([]byte, 1))
	var slow net.Error
	switch {
	case n > 0:
		return nil
	case errors.Is(err, io.EOF):
		return closedAtOnce.Failure()
	case errors.As(err, &slow) && slow.Timeout() && !over:
		return nil
	}
	return err
}

// reachHTTP reads an address that takes states. What matters is who answers:
// most such addresses refuse to be read.
func reachHTTP(ctx context.Context, s *integrations.Session, address string, header http.Header) error {
	err := s.Step(stepReach, func() error {
		if header == nil {
			header = http.Header{}
		}
		header.Set("Accept", "*/*")
		answer, err := s.Exchange(ctx, integrations.Request{URL: address, Header: header})
		if err != nil {
			return err
		}
		switch answer.Status {
		case http.StatusBadRequest, http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusUnsupportedMediaType,
			http.StatusUnprocessableEntity:
			return nil
		}
		if f := answer.Failure(); f != nil {
			return f
		}
		return nil
	})
	return reached(s, err)
}

// reached says what a connection alone does not prove.
func reached(s *integrations.Session, err error) error {
	if err != nil {
		s.Skip(stepRecords)
		return err
	}
	s.Warn(stepRecords, recordsNotVerifiable.Failure())
	return nil
}

// normalizeHost drops what a pasted host has too much.
func normalizeHost(s string) string {
	s = strings.TrimSuffix(strings.ToLower(s), "/")
	if inner, ok := strings.CutPrefix(s, "["); ok {
		s = strings.TrimSuffix(inner, "]")
	}
	return s
}
