package handlers

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

const (
	eventStream = "text/event-stream"
	pageType    = "text/html"
)

// wantsEvents reports whether the client prefers a stream of events to JSON.
func wantsEvents(h http.Header) bool { return prefers(h, eventStream, jsonType) }

// wantsJSON reports whether the client prefers JSON where events come as a stream.
func wantsJSON(h http.Header) bool { return prefers(h, jsonType, eventStream) }

// wantsPage reports whether the client is a browser that shows what comes.
func wantsPage(h http.Header) bool { return prefers(h, pageType, jsonType) }

// prefers reports whether the client prefers a media type to the usual one. It
// must name the type; a wildcard means the usual one.
func prefers(h http.Header, wanted, usual string) bool {
	best, plain := 0.0, 0.0
	for element := range strings.SplitSeq(strings.Join(h["Accept"], ","), ",") {
		media, parameters, err := mime.ParseMediaType(element)
		if err != nil {
			continue
		}
		switch media {
		case wanted:
			best = max(best, quality(parameters["q"]))
		case usual:
			plain = max(plain, quality(parameters["q"]))
		}
	}
	return best > plain
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
