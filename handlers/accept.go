package handlers

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

const eventStream = "text/event-stream"

// wantsEvents reports whether the client prefers a stream of events to JSON.
// It must name the stream; a wildcard means the usual answer.
func wantsEvents(h http.Header) bool {
	events, plain := 0.0, 0.0
	for element := range strings.SplitSeq(strings.Join(h["Accept"], ","), ",") {
		media, parameters, err := mime.ParseMediaType(element)
		if err != nil {
			continue
		}
		switch media {
		case eventStream:
			events = max(events, quality(parameters["q"]))
		case jsonType:
			plain = max(plain, quality(parameters["q"]))
		}
	}
	return events > plain
}

// quality is a weight between 0 and 1; 1 where none is given.
func quality(q string) float64 {
	if q == "" {
		return 1
	}
	weight, err := strconv.ParseFloat(q, 64)
	if err != nil || !(weight >= 0 && weight <= 1) {
		return 0
	}
	return weight
}
