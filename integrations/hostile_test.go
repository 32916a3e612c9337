package integrations

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/validation"
)

// TestHostileDocuments: a document of a megabyte is judged in linear time, and its
// report stays small.
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
			c, started := new(validation.Context), time.Now()
			p := sample.Decode(json.RawMessage(document), nil, c)
			took := time.Since(started)
			require.Error(t, c.Err())
			report, err := json.Marshal(c.Errors())
			require.NoError(t, err)
			require.Less(t, len(report), 1<<18)
			require.Less(t, took, 30*time.Second, "quadratic work takes minutes")
			if p != nil {
				sample.Certificates(p)
			}
		})
	}
}
