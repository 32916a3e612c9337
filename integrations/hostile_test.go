package integrations

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/validation"
)

// A document of a megabyte is judged in linear time (quadratic work would take
// minutes for each, and the tests would run out of time), and its report stays small.
func TestHostileDocuments(t *testing.T) {
	const size = 1 << 20
	fill := func(part string) string { return strings.TrimSuffix(strings.Repeat(part, size/len(part)), ",") }
	var members strings.Builder
	for i := range size / 12 {
		fmt.Fprintf(&members, `"%07d":1,`, i)
	}
	many := strings.TrimSuffix(members.String(), ",")
	for name, document := range map[string]string{
		"unknown members":     `{` + many + `}`,
		"entries":             `{"headers":{` + many + `}}`,
		"members of a list":   `{"routes":[{` + many + `}]}`,
		"elements":            `{"hosts":[` + fill(`1,`) + `]}`,
		"objects":             `{"routes":[` + fill(`{},`) + `]}`,
		"depth":               `{"x":` + strings.Repeat("[", 9999) + strings.Repeat("]", 9999) + `}`,
		"text":                `{"url":"https://` + fill(`a.`) + `","user":"` + fill(`a`) + `"}`,
		"name":                `{"` + fill(`~/`) + `":1}`,
		"secret":              `{"mode":"token","token":"` + fill(`*x`) + `","key":"` + fill(`\u0000`) + `"}`,
		"certificate":         `{"ca":"` + fill(`QUFB`) + `","issuers":["-----BEGIN CERTIFICATE-----` + fill(`-----BEGIN `) + `"]}`,
		"certificates in one": `{"ca":"` + fill(`-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n`) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			c := new(validation.Context)
			p := sample.Decode(json.RawMessage(document), nil, c)
			require.Error(t, c.Err())
			report, err := json.Marshal(c.Errors())
			require.NoError(t, err)
			require.Less(t, len(report), 1<<18)
			if p != nil {
				sample.Certificates(p)
			}
		})
	}
}
