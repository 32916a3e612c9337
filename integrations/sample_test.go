package integrations

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/secret"
	"admin-api/validation"
)

// sampleProperties use every kind of field and every tag.
type sampleProperties struct {
	URL      string            `json:"url" validate:"required,https_origin" label:"URL" help:"Where it is." example:"https://acme.example" format:"url" max:"100" dest:"true"`
	Mode     string            `json:"mode" label:"Mode" enum:"none,token,user" enumLabels:"None,Token,User" dest:"true"`
	Token    secret.Text       `json:"token" validate:"required" label:"Token" pattern:"^[a-z0-9]+$" hint:"lower-case letters and digits" min:"4" max:"20" when:"mode=token"`
	User     string            `json:"user" validate:"required_if=Mode user,omitempty,email" label:"User" format:"email" when:"mode=user"`
	Scheme   string            `json:"scheme" validate:"required" label:"Scheme" enum:"plain,strong" when:"mode=token"`
	Verified bool              `json:"verified" label:"Verified" when:"mode=user|token"`
	Password secret.Text       `json:"password" validate:"required_with=User" label:"Password" when:"mode=user"`
	Key      secret.Text       `json:"key" label:"Key" format:"multiline"`
	Port     int               `json:"port" label:"Port" min:"1" max:"65535" dest:"true"`
	Retries  *int              `json:"retries" label:"Retries" enum:"0,1,5"`
	Note     string            `json:"note" label:"Note" format:"multiline" max:"50"`
	Owner    string            `json:"owner" validate:"uuid" label:"Owner" ref:"user"`
	Hosts    []string          `json:"hosts" validate:"unique,dive,required,host" label:"Hosts" min:"2" max:"3" dest:"true"`
	Tags     []string          `json:"tags" label:"Tags" enum:"a,b,c"`
	Headers  map[string]string `json:"headers" label:"Headers" pattern:"^x" hint:"x and more" max:"2"`
	Issuers  []string          `json:"issuers" validate:"dive,pem_certificate" label:"Issuers" format:"certificate"`
	CA       string            `json:"ca" label:"CA" format:"certificate"`
	Feed     sampleFeed        `json:"feed" label:"Feed"`
	Proxy    *sampleFeed       `json:"proxy" validate:"required_if=Mode token" label:"Proxy"`
	Routes   []sampleRoute     `json:"routes" validate:"dive" label:"Routes" max:"3"`
}

type sampleFeed struct {
	Enabled bool        `json:"enabled" label:"Enabled"`
	Host    string      `json:"host" validate:"required,hostname_dns" label:"Host" when:"enabled=true" dest:"true"`
	Secret  secret.Text `json:"secret" label:"Secret" when:"enabled=true"`
}

type sampleRoute struct {
	Name   string `json:"name" validate:"required" label:"Name" max:"5"`
	Weight int    `json:"weight" label:"Weight" min:"0" max:"9"`
}

func (p *sampleProperties) Normalize() { p.URL = strings.TrimSuffix(p.URL, "/") }

func (p *sampleProperties) Validate(c *validation.Context) {
	if p.URL == "https://forbidden.example" && !c.Broken("/url") {
		c.Violate("/url", "forbidden_host", "Must not be this one.")
	}
}

func (p *sampleProperties) Probe(context.Context, *Session) error { return nil }

var sample = Definition{
	Type: "sample", Family: Zendesk, Label: "Sample", Description: "For tests.", Shape: Proposed,
	New:     func() Properties { return &sampleProperties{Mode: "none", Scheme: "plain", Port: 443} },
	Example: sampleDocument,
}

const sampleDocument = `{
	"url": "https://acme.example", "mode": "token", "token": "abcd1234", "verified": true,
	"key": "-----BEGIN X-----\nabc\n-----END X-----", "port": 8443, "retries": 5, "note": "two\nlines",
	"owner": "0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60", "hosts": ["a.example", "192.0.2.1"], "tags": ["a"],
	"headers": {"k/1": "x1"}, "feed": {"enabled": true, "host": "b.example", "secret": "s1"},
	"proxy": {"enabled": false}, "routes": [{"name": "r1", "weight": 1}]
}`

func decodeSample(t testing.TB, document string, kept ...string) (*sampleProperties, *validation.Context) {
	t.Helper()
	c := new(validation.Context)
	p, ok := sample.Decode(json.RawMessage(document), kept, c).(*sampleProperties)
	require.True(t, ok)
	return p, c
}

// patched is the sample document with some members replaced; null removes one.
func patched(t testing.TB, patch string) string {
	t.Helper()
	var document, members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(sampleDocument), &document))
	require.NoError(t, json.Unmarshal([]byte(patch), &members))
	maps.Copy(document, members)
	text, err := json.Marshal(document)
	require.NoError(t, err)
	return string(text)
}

func lines(violations validation.Errors) []string {
	var out []string
	for _, v := range violations {
		out = append(out, v.Pointer+" "+v.Code)
	}
	return out
}
