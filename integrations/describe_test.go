package integrations

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/secret"
	"admin-api/validation"
)

func TestFields(t *testing.T) {
	fields := map[string]Field{}
	var collect func([]Field)
	collect = func(list []Field) {
		for _, f := range list {
			fields[f.Pointer] = f
			collect(f.Fields)
		}
	}
	collect(sample.Fields())

	kinds := map[string]FieldKind{
		"/url": FieldURL, "/mode": FieldEnum, "/token": FieldSecret, "/user": FieldEmail, "/verified": FieldBoolean, "/key": FieldSecret,
		"/port": FieldInteger, "/retries": FieldEnum, "/note": FieldText, "/owner": FieldReference, "/hosts": FieldList,
		"/headers": FieldMap, "/issuers": FieldCertificates, "/ca": FieldCertificate, "/feed": FieldObject, "/proxy": FieldObject,
		"/routes": FieldList, "/routes/-/name": FieldString, "/feed/host": FieldString,
	}
	for pointer, kind := range kinds {
		require.Equal(t, kind, fields[pointer].Kind, pointer)
	}
	one, most := int64(1), int64(65535)
	require.Equal(t, Field{
		Name: "port", Pointer: "/port", Kind: FieldInteger, Label: "Port", Destination: true, Default: int64(443), Min: &one, Max: &most,
	}, fields["/port"])
	require.Equal(t, []Option{{"none", "None"}, {"token", "Token"}, {"user", "User"}}, fields["/mode"].Options)
	require.Equal(t, "none", fields["/mode"].Default)
	require.Equal(t, []Option{{"0", "0"}, {"1", "1"}, {"5", "5"}}, fields["/retries"].Options)
	require.True(t, fields["/url"].Required)
	require.Equal(t, "https://acme.example", fields["/url"].Example)
	require.Equal(t, &FieldCondition{"/mode", []string{"user"}}, fields["/user"].RequiredWhen)
	require.Equal(t, &FieldCondition{"/mode", []string{"user", "token"}}, fields["/verified"].When)
	require.Equal(t, false, fields["/verified"].Default)
	require.Equal(t, &FieldCondition{"/proxy/enabled", []string{"true"}}, fields["/proxy/host"].When)
	require.True(t, fields["/key"].Multiline)
	require.True(t, fields["/proxy"].Nullable)
	require.False(t, fields["/feed"].Nullable)
	require.Equal(t, "user", fields["/owner"].Reference)
	require.Equal(t, "^[a-z0-9]+$", fields["/token"].Pattern)
	require.Equal(t, "lower-case letters and digits", fields["/token"].PatternHint)

	text, err := json.Marshal(fields["/feed/secret"])
	require.NoError(t, err)
	require.JSONEq(t, `{"name":"secret","pointer":"/feed/secret","kind":"secret","label":"Secret","required":false,"secret":true,
		"destination":false,"when":{"pointer":"/feed/enabled","equals":["true"]}}`, string(text))
}

func TestSchemaShape(t *testing.T) {
	var create struct {
		Schema     string `json:"$schema"`
		Required   []string
		Properties map[string]map[string]any
	}
	require.NoError(t, json.Unmarshal(sample.Schema(), &create))
	require.Equal(t, "https://json-schema.org/draft/2020-12/schema", create.Schema)
	require.Equal(t, []string{"url"}, create.Required)
	require.Equal(t, true, create.Properties["token"]["writeOnly"])
	require.Equal(t, "none", create.Properties["mode"]["default"])
	require.Equal(t, "Port", create.Properties["port"]["title"])

	create.Properties = nil
	require.NoError(t, json.Unmarshal(sample.SchemaFor(SchemaRead), &create))
	require.NotContains(t, create.Properties, "token")
	require.NotContains(t, string(sample.SchemaFor(SchemaRead)), "null")
	require.NotContains(t, string(sample.SchemaFor(SchemaCredentials)), "writeOnly")
}

// What is wrong with declarations is found before anybody uses them.
func TestCheckFinds(t *testing.T) {
	tests := map[string]Properties{
		"label is missing": new(checked[struct {
			A string `json:"a"`
		}]),
		"json name": new(checked[struct {
			A string `label:"A"`
		}]),
		"type float64 is not": new(checked[struct {
			A float64 `json:"a" label:"A"`
		}]),
		"a pointer to string": new(checked[struct {
			A *string `json:"a" label:"A"`
		}]),
		"pattern:": new(checked[struct {
			A string `json:"a" label:"A" pattern:"(" hint:"x"`
		}]),
		"pattern and hint": new(checked[struct {
			A string `json:"a" label:"A" pattern:"x"`
		}]),
		"bound": new(checked[struct {
			A string `json:"a" label:"A" min:"x"`
		}]),
		"min is above max": new(checked[struct {
			A string `json:"a" label:"A" min:"2" max:"1"`
		}]),
		"have no bounds": new(checked[struct {
			A bool `json:"a" label:"A" min:"2"`
		}]),
		"only text and integers": new(checked[struct {
			A bool `json:"a" label:"A" enum:"x"`
		}]),
		"only text has a pattern": new(checked[struct {
			A int `json:"a" label:"A" pattern:"x" hint:"x"`
		}]),
		"only text has a ref": new(checked[struct {
			A int `json:"a" label:"A" ref:"user"`
		}]),
		"ref is not known": new(checked[struct {
			A string `json:"a" label:"A" ref:"cat"`
		}]),
		"format is not known": new(checked[struct {
			A string `json:"a" label:"A" format:"cat"`
		}]),
		"differ in length": new(checked[struct {
			A string `json:"a" label:"A" enum:"x,y" enumLabels:"X"`
		}]),
		"rule nonsense is not known": new(checked[struct {
			A string `json:"a" label:"A" validate:"nonsense=1"`
		}]),
		"needs the rule dive": new(checked[struct {
			A []sampleRoute `json:"a" label:"A"`
		}]),
		"when names no sibling": new(checked[struct {
			A string `json:"a" label:"A" when:"b=c"`
		}]),
		"sibling cannot have": new(checked[struct {
			A string `json:"a" label:"A" enum:"x"`
			B string `json:"b" label:"B" when:"a=y"`
		}]),
		"neither text": new(checked[struct {
			A []string `json:"a" label:"A"`
			B string   `json:"b" label:"B" when:"a=y"`
		}]),
		"leads back to itself": new(checked[struct {
			A string `json:"a" label:"A" when:"b=x"`
			B string `json:"b" label:"B" when:"a=x"`
		}]),
		"inside a list": new(checked[struct {
			A []sampleFeed `json:"a" validate:"dive" label:"A"`
		}]),
		"nested too deeply": new(checked[endless]),
	}
	for want, properties := range tests {
		t.Run(want, func(t *testing.T) {
			def := sample
			def.New, def.NoProbe = func() Properties { return properties }, "None."
			require.ErrorContains(t, def.Check(), want)
			require.Panics(t, func() { def.Decode(json.RawMessage(`{}`), nil, new(validation.Context)) })
		})
	}
	require.ErrorContains(t, (&Definition{Type: "A-b"}).Check(), "New is missing")
	silent := sample
	silent.NoProbe = "None."
	require.ErrorContains(t, silent.Check(), "either a probe")
}

// checked makes properties of any struct.
type checked[T any] struct {
	Inner T `json:"inner" label:"Inner"`
}

func (*checked[T]) Validate(*validation.Context) {}

type endless struct {
	A *endless `json:"a" label:"A"`
}

func TestCertificates(t *testing.T) {
	p := &sampleProperties{Issuers: []string{"junk", testCertificate}, CA: testCertificate + testCertificate, Token: secret.Kept()}
	found := sample.Certificates(p)
	var at []string
	for _, c := range found {
		at = append(at, c.Pointer)
		require.Equal(t, "CN=test.example", c.Subject)
		require.Equal(t, "2026-01-01T00:00:00.000Z", c.NotBefore.String())
		require.Equal(t, "2126-01-01T00:00:00.000Z", c.NotAfter.String())
		require.Regexp(t, `^[0-9a-f]{64}$`, c.SHA256)
	}
	require.Equal(t, []string{"/issuers/1", "/ca", "/ca"}, at)
	require.Empty(t, sample.Certificates(new(sampleProperties)))
}

// testCertificate was made for these tests; nobody kept its key.
const testCertificate = `-----BEGIN CERTIFICATE-----
MIIBHDCBw6ADAgECAgEBMAoGCCqGSM49BAMCMBcxFTATBgNVBAMTDHRlc3QuZXhh
bXBsZTAgFw0yNjAxMDEwMDAwMDBaGA8yMTI2MDEwMTAwMDAwMFowFzEVMBMGA1UE
AxMMdGVzdC5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEwA+uwIO
VDPbdEaFemu/4qsSeVmDJB8f+rFVxC67FlTGpFPd5DbowuqJbaY6O6SnQobCnUEs
o8U2e+q5IuiUMzAKBggqhkjOPQQDAgNIADBFAiEAkCqn82knzZthw4DCtP76CjTM
2/uBylaGk/gld5/M3bwCIB9P1Xp7jNL7Qi+b3L8Ijpsz2WUQLw/G2Xel6cJ32tZS
-----END CERTIFICATE-----
`
