package contracttest

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// events checks streams of server-sent events, whose documents OpenAPI 3.1
// cannot describe where they stand.
type events struct {
	schemas    schema_validation.SchemaValidator
	components *v3.Components
}

// documents are the schemas of the data of each event.
var documents = map[string]string{"step": "CheckStep", "check": "Check", "problem": "Problem", "line": "AuditEvent"}

func newEvents(components *v3.Components, options []config.Option) *events {
	quiet := slog.New(slog.DiscardHandler)
	return &events{schemas: schema_validation.NewSchemaValidatorWithLogger(quiet, options...), components: components}
}

// linesMedia is that of exports: a document in each line.
const linesMedia = "application/x-ndjson"

// lines judges a whole export of audit records.
func (e *events) lines(body []byte) []string {
	if len(body) == 0 {
		return nil
	}
	text, complete := strings.CutSuffix(string(body), "\n")
	if !complete {
		return []string{"the last line is not complete"}
	}
	var problems []string
	for line := range strings.SplitSeq(text, "\n") {
		problems = append(problems, e.document("line", line)...)
	}
	return problems
}

// check judges a whole stream: steps, and a check or a problem at the end.
func (e *events) check(body []byte) []string {
	stream, complete := strings.CutSuffix(string(body), "\n\n")
	if !complete {
		return []string{"the last event is not complete"}
	}
	var problems []string
	list := strings.Split(stream, "\n\n")
	for i, event := range list {
		head, data, _ := strings.Cut(event, "\n")
		name, named := strings.CutPrefix(head, "event: ")
		data, sent := strings.CutPrefix(data, "data: ")
		if !named || !sent || strings.Contains(data, "\n") {
			problems = append(problems, fmt.Sprintf("event %d is not a name and one line of data", i+1))
			continue
		}
		if last := i == len(list)-1; last == (name == "step") {
			problems = append(problems, fmt.Sprintf("event %d of %d is a %s", i+1, len(list), name))
		}
		problems = append(problems, e.document(name, data)...)
	}
	return problems
}

func (e *events) document(name, data string) []string {
	schema := e.components.Schemas.GetOrZero(documents[name])
	if schema == nil {
		return []string{fmt.Sprintf("there is no event %q", name)}
	}
	var document any
	if err := json.Unmarshal([]byte(data), &document); err != nil {
		return []string{fmt.Sprintf("the data of event %s is no JSON: %v", name, err)}
	}
	_, errs := e.schemas.ValidateSchemaObject(schema.Schema(), document)
	return explain(errs)
}
