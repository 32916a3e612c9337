package main

import "gopkg.in/yaml.v3"

// feedOperation is the one whose stream is the change feed.
const feedOperation = "listEvents"

// feedStream describes the stream of the change feed.
func feedStream() *yaml.Node {
	return object(
		"schema", object("type", "string", "description", "Server-sent events without end. The name of each is the type of "+
			"an Event and its data the Event; its id is the sequence, to be sent back in Last-Event-ID. The first message "+
			"has only an id: where the stream begins. The data of an event feed.gap is an EventGap. Comments are signs of "+
			"life. Should the stream have to end, because the credential was revoked or the server fails, the last event is "+
			"problem and its data a Problem."),
		"examples", object("stream", object("value", "id: 56\n: events from now on\n\n"+
			"id: 57\nevent: account.updated\n"+
			`data: {"id":"0198c0de-8a10-7f02-8c11-5d6e7f809101","sequence":57,"type":"account.updated",`+
			`"time":"2026-03-01T12:30:00.000Z","accountId":"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a","accountType":"zendesk",`+
			`"accountVersion":7}`+"\n\n: still here\n\n")),
	)
}
