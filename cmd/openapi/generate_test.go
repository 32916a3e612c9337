package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"admin-api/integrations"
	"admin-api/integrations/catalog"
)

const (
	committedSwagger  = "../../docs/swagger/swagger.json"
	committedContract = "../../openapi.yaml"
)

func TestContractIsCurrent(t *testing.T) {
	err := run([]string{"--check", "--swagger", committedSwagger, "--out", committedContract}, t.Output())
	require.NoError(t, err)
}

func TestRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "openapi.yaml")
	arguments := []string{"--swagger", committedSwagger, "--out", out}
	check := append([]string{"--check"}, arguments...)
	require.ErrorIs(t, run(check, t.Output()), os.ErrNotExist)
	require.NoError(t, run(arguments, t.Output()))
	require.NoError(t, run(check, t.Output()))
	require.NoError(t, os.WriteFile(out, []byte("openapi: 3.1.0\n"), 0o600))
	require.ErrorContains(t, run(check, t.Output()), "run make openapi")

	require.ErrorIs(t, run([]string{"--swagger", out + "x"}, t.Output()), os.ErrNotExist)
	require.ErrorContains(t, run([]string{"--swagger", out}, t.Output()), "invalid character")
	require.Error(t, run([]string{"--nonsense"}, t.Output()))
}

func TestSameInputMakesTheSameBytes(t *testing.T) {
	in, err := readSwagger(committedSwagger)
	require.NoError(t, err)
	types, err := kinds(catalog.All())
	require.NoError(t, err)
	first, err := generate(in, types)
	require.NoError(t, err)
	for range 2 {
		in, err := readSwagger(committedSwagger)
		require.NoError(t, err)
		again, err := generate(in, types)
		require.NoError(t, err)
		require.True(t, string(first) == string(again))
	}
}

// annotations are what swag makes of three operations.
const annotations = `{
  "info": {"title": "Sample", "version": "1", "description": "Two\nlines.", "license": {"name": "Apache-2.0"}},
  "basePath": "/api/v1",
  "tags": [{"name": "accounts", "description": "Accounts."}],
  "securityDefinitions": {"BearerAuth": {"description": "A token."}},
  "paths": {
    "/accounts": {
      "get": {
        "operationId": "listAccounts", "summary": "List", "description": "Needs the scope accounts:read.",
        "tags": ["accounts"], "security": [{"BearerAuth": []}],
        "parameters": [
          {"name": "type", "in": "query", "type": "array", "items": {"type": "string"}, "description": "Types"},
          {"name": "label.KEY", "in": "query", "type": "string", "maxLength": 256, "description": "Value of the label KEY"},
          {"name": "Contact-Center", "in": "header", "type": "string", "description": "Domain"}
        ],
        "responses": {
          "200": {
            "description": "OK", "schema": {"$ref": "#/definitions/api.AccountPage"},
            "headers": {"Link": {"type": "string"}}
          },
          "401": {"description": "Unauthorized", "schema": {"$ref": "#/definitions/api.Problem"}}
        }
      }
    },
    "/accounts/{id}": {
      "patch": {
        "operationId": "patchAccount", "summary": "Change", "description": "Needs the scope accounts:write.",
        "tags": ["accounts"], "security": [{"BearerAuth": []}], "consumes": ["application/merge-patch+json"],
        "parameters": [
          {"name": "id", "in": "path", "type": "string", "required": true, "description": "Account id"},
          {"name": "patch", "in": "body", "required": true, "schema": {"$ref": "#/definitions/api.AccountPatch"}},
          {"name": "draft", "in": "body", "required": true, "schema": {"$ref": "#/definitions/api.AccountDraft"}},
          {"name": "validateOnly", "in": "query", "type": "boolean", "description": "Judge only"},
          {"name": "Contact-Center", "in": "header", "type": "string", "description": "Domain"}
        ],
        "responses": {
          "200": {
            "description": "OK", "schema": {"$ref": "#/definitions/api.Account"}, "headers": {"ETag": {"type": "string"}}
          },
          "304": {"description": "Not modified"}
        }
      }
    },
    "/healthz": {
      "get": {
        "operationId": "getHealth", "summary": "Alive?", "description": "Anybody may ask.", "tags": ["operations"],
        "responses": {"200": {"description": "OK", "schema": {"$ref": "#/definitions/api.Liveness"}}}
      }
    }
  },
  "definitions": {
    "api.Account": {"type": "object", "properties": {
      "name": {"type": "string"}, "id": {"type": "string", "format": "uuid"}, "type": {"type": "string"},
      "family": {"type": "string"}, "description": {"type": "string", "example": ""},
      "labels": {"type": "object", "additionalProperties": {"type": "string"}}, "enabled": {"type": "boolean"},
      "default": {"type": "boolean"}, "properties": {"type": "object"},
      "secrets": {"type": "object", "additionalProperties": {"type": "string"}},
      "computed": {"type": "object", "additionalProperties": {"type": "string"}},
      "certificates": {"type": "array", "items": {"type": "string"}}, "health": {"type": "string"},
      "etag": {"type": "string"}, "version": {"type": "integer"}, "createdAt": {"type": "string"},
      "createdBy": {"type": "string"}, "updatedAt": {"type": "string"}, "updatedBy": {"type": "string"},
      "deletedAt": {"type": "string"}, "deletedBy": {"type": "string"},
      "generatedSecrets": {"type": "object", "additionalProperties": {"type": "string"}},
      "warnings": {"type": "array", "items": {"type": "string"}}
    }},
    "api.AccountPage": {"type": "object", "properties": {
      "items": {"type": "array", "items": {"$ref": "#/definitions/api.Account"}}, "nextCursor": {"type": "string"}
    }},
    "api.AccountPatch": {"type": "object", "properties": {
      "name": {"type": "string"}, "description": {"type": "string"}, "enabled": {"type": "boolean"},
      "labels": {"type": "object", "additionalProperties": {"type": "string"}}, "default": {"type": "boolean"},
      "properties": {"type": "object"}
    }},
    "api.AccountDraft": {"type": "object", "properties": {
      "id": {"type": "string"}, "type": {"type": "string"}, "name": {"type": "string"}, "description": {"type": "string"},
      "labels": {"type": "object", "additionalProperties": {"type": "string"}}, "enabled": {"type": "boolean"},
      "default": {"type": "boolean"}, "properties": {"type": "object"}
    }},
    "api.Liveness": {"type": "object", "properties": {"status": {"type": "string", "enum": ["ok"]}}},
    "api.Problem": {"type": "object", "properties": {
      "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
      "instance": {"type": "string"}, "code": {"type": "string"}, "requestId": {"type": "string"},
      "errors": {"type": "array", "items": {"type": "string"}}
    }}
  }
}`

func sample(t *testing.T) *swagger {
	t.Helper()
	in := new(swagger)
	require.NoError(t, json.Unmarshal([]byte(annotations), in))
	return in
}

// sampleKinds are two types: one with a secret, one without.
func sampleKinds() []kind {
	post := kind{
		key: "post_box", family: "Post", label: "Post box", example: json.RawMessage(`{"url":"https://a.test","key":"made-up"}`),
		shown: json.RawMessage(`{"url":"https://a.test"}`), secrets: []string{"/key"},
		order: map[string][]string{"": {"url", "key"}},
	}
	const head = `{"additionalProperties":false,"type":"object","properties":{`
	for mode, key := range map[integrations.SchemaMode]string{
		integrations.SchemaCreate:  `,"required":["key"]`,
		integrations.SchemaReplace: ``, integrations.SchemaCredentials: ``,
	} {
		secret := `"key":{"type":"string","writeOnly":true},`
		if mode == integrations.SchemaCredentials {
			secret = `"key":{"type":"string"},`
		}
		post.properties[mode] = json.RawMessage(head + secret + `"url":{"type":"string"}}` + key + `}`)
	}
	post.properties[integrations.SchemaRead] = json.RawMessage(head + `"url":{"type":"string"}}}`)
	plain := kind{key: "plain", family: "Post", label: "Plain", example: json.RawMessage(`{}`), shown: json.RawMessage(`{}`)}
	for mode := range plain.properties {
		plain.properties[mode] = json.RawMessage(head + `}}`)
	}
	return []kind{post, plain}
}

// made generates the contract of the sample and returns it as plain data.
func made(t *testing.T) map[string]any {
	t.Helper()
	b, err := generate(sample(t), sampleKinds())
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, yaml.Unmarshal(b, &doc))
	return doc
}

// at returns what stands at a way through the document.
func at(t *testing.T, v any, way ...string) any {
	t.Helper()
	for _, name := range way {
		m, ok := v.(map[string]any)
		require.True(t, ok, "%v", way)
		v, ok = m[name]
		require.True(t, ok, "%s of %v is missing", name, way)
	}
	return v
}

func TestOperations(t *testing.T) {
	doc := made(t)
	require.Equal(t, "3.1.0", doc["openapi"])
	list := at(t, doc, "paths", "/api/v1/accounts", "get")
	require.Equal(t, "accounts:read", at(t, list, "x-scope"))
	require.Equal(t, []any{
		map[string]any{"bearerAuth": []any{"accounts:read"}}, map[string]any{"sessionCookie": []any{}},
	}, at(t, list, "security"))
	require.Equal(t, "cookie", at(t, doc, "components", "securitySchemes", "sessionCookie", "in"))
	require.Equal(t, "#/components/responses/Unauthorized", at(t, list, "responses", "401", "$ref"))
	require.Equal(t, "#/components/headers/Link", at(t, list, "responses", "200", "headers", "Link", "$ref"))
	require.Empty(t, at(t, doc, "paths", "/healthz", "get", "security"))
	require.NotContains(t, at(t, doc, "paths", "/healthz", "get"), "x-scope")

	parameters, _ := at(t, list, "parameters").([]any)
	require.Equal(t, []any{"post_box", "plain"}, at(t, parameters[0], "schema", "items", "enum"))
	require.Equal(t, "labels", at(t, parameters[1], "name"))
	require.Equal(t, map[string]any{"type": "string", "maxLength": 256}, at(t, parameters[1], "schema", "additionalProperties"))
	require.Equal(t, "#/components/parameters/ContactCenter", at(t, parameters[2], "$ref"), "stands in two operations")
	require.Equal(t, "header", at(t, doc, "components", "parameters", "ContactCenter", "in"))

	patch := at(t, doc, "paths", "/api/v1/accounts/{id}", "patch")
	require.Equal(t, "#/components/schemas/AccountPatch",
		at(t, patch, "requestBody", "content", "application/merge-patch+json", "schema", "$ref"))
	answer := at(t, patch, "responses", "200")
	require.Equal(t, "#/components/schemas/AccountOrReport", at(t, answer, "content", "application/json", "schema", "$ref"))
	require.Equal(t, "#/components/headers/ETagOfAccount", at(t, answer, "headers", "ETag", "$ref"))
	require.Equal(t, "#/components/headers/ETag", at(t, patch, "responses", "304", "headers", "ETag", "$ref"))
}

// Operations that need no right in particular take any credential; those about a
// session take nothing else.
func TestSecurityOfWhoIsSignedIn(t *testing.T) {
	cookie, token := map[string]any{"sessionCookie": []any{}}, map[string]any{"bearerAuth": []any{}}
	for description, want := range map[string][]any{
		"Needs a credential. Any will do.": {token, cookie},
		"Needs a session, and ends it.":    {cookie},
		"Needs a session.":                 {cookie},
	} {
		in := sample(t)
		op := in.Paths["/accounts"]["get"]
		op.Description = description
		in.Paths["/accounts"]["get"] = op
		b, err := generate(in, sampleKinds())
		require.NoError(t, err)
		var doc map[string]any
		require.NoError(t, yaml.Unmarshal(b, &doc))
		list := at(t, doc, "paths", "/api/v1/accounts", "get")
		require.Equal(t, "signed-in", at(t, list, "x-scope"))
		require.Equal(t, want, at(t, list, "security"))
	}
}

// What is for machines takes no session.
func TestSecurityOfWhatIsForMachines(t *testing.T) {
	in := sample(t)
	op := in.Paths["/accounts"]["get"]
	op.Description = "Needs the scope accounts:read. Needs a token: a session is refused."
	in.Paths["/accounts"]["get"] = op
	b, err := generate(in, sampleKinds())
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, yaml.Unmarshal(b, &doc))
	want := []any{map[string]any{"bearerAuth": []any{"accounts:read"}}}
	require.Equal(t, want, at(t, doc, "paths", "/api/v1/accounts", "get", "security"))
}

func TestUnions(t *testing.T) {
	schemas := at(t, made(t), "components", "schemas")
	for union, suffix := range map[string]string{
		"Account": "Account", "AccountCreate": "Create", "AccountReplace": "Replace", "AccountCredentials": "Credentials",
	} {
		require.Equal(t, map[string]any{
			"propertyName": "type",
			"mapping": map[string]any{
				"post_box": "#/components/schemas/PostBox" + suffix, "plain": "#/components/schemas/Plain" + suffix,
			},
		}, at(t, schemas, union, "discriminator"))
		require.Len(t, at(t, schemas, union, "oneOf"), 2)
		require.Equal(t, false, at(t, schemas, "PostBox"+suffix, "additionalProperties"))
		require.Equal(t, "post_box", at(t, schemas, "PostBox"+suffix, "properties", "type", "const"))
		require.Contains(t, at(t, schemas, "PostBox"+suffix, "required"), "type")
	}
	properties := func(name string) any { return at(t, schemas, name, "properties", "properties", "properties") }
	require.Equal(t, true, at(t, properties("PostBoxCreate"), "key", "writeOnly"))
	require.Equal(t, true, at(t, properties("PostBoxReplace"), "key", "writeOnly"))
	require.NotContains(t, properties("PostBoxAccount"), "key")
	require.NotContains(t, at(t, properties("PostBoxCredentials"), "key"), "writeOnly")
	require.Equal(t, true, at(t, schemas, "PostBoxReplace", "properties", "etag", "readOnly"))
	require.NotContains(t, at(t, schemas, "PostBoxCreate", "properties"), "etag")
	example, _ := at(t, schemas, "PostBoxCreate", "examples").([]any)
	require.Equal(t, "made-up", at(t, example[0], "properties", "key"))
	require.Equal(t, []any{"string", "null"}, at(t, schemas, "AccountPatch", "properties", "description", "type"))
}

func TestProblems(t *testing.T) {
	doc := made(t)
	problem := at(t, doc, "components", "schemas", "Problem")
	require.Contains(t, at(t, problem, "properties", "code", "enum"), "not-found")
	require.Equal(t, "array", at(t, problem, "properties", "references", "type"))
	require.Contains(t, at(t, problem, "properties", "existingId", "description"), "limit-reached")
	answer := at(t, doc, "components", "responses", "Unauthorized")
	require.Equal(t, "#/components/headers/WWWAuthenticate", at(t, answer, "headers", "WWW-Authenticate", "$ref"))
	example := at(t, answer, "content", "application/problem+json", "examples", "unauthenticated", "value")
	require.Equal(t, 401, at(t, example, "status"))
	require.Equal(t, true, at(t, doc, "components", "headers", "Allow", "required"))
}

func TestMistakesAreReported(t *testing.T) {
	change := func(f func(op *operation)) func(*swagger) {
		return func(in *swagger) {
			op := in.Paths["/accounts"]["get"]
			f(&op)
			in.Paths["/accounts"]["get"] = op
		}
	}
	for name, tt := range map[string]struct {
		change func(*swagger)
		want   string
	}{
		"no scope": {change(func(op *operation) { op.Description = "" }), "says which scope"},
		"two scopes": {change(func(op *operation) {
			op.Description += " Needs a session."
		}), "says which scope"},
		"scope of nobody":  {change(func(op *operation) { op.Security = nil }), "says which scope"},
		"unknown header":   {change(func(op *operation) { op.Responses["200"].Headers["X-New"] = nil }), "X-New"},
		"no status":        {change(func(op *operation) { op.Responses["ok"] = answer{} }), "no status"},
		"status of nobody": {change(func(op *operation) { op.Responses["418"] = op.Responses["401"] }), "418"},
		"unknown method": {func(in *swagger) {
			in.Paths["/accounts"]["trace"] = in.Paths["/healthz"]["get"]
		}, "method"},
		"missing definition": {func(in *swagger) { delete(in.Definitions, "api.Liveness") }, "api.Liveness"},
		"foreign definition": {func(in *swagger) {
			in.Definitions["api.Other"] = in.Definitions["api.Liveness"]
			in.Definitions["api.Liveness"].Properties["x"] = &schema{Ref: "#/definitions/api.Other"}
		}, "api.Other"},
		"foreign member": {func(in *swagger) {
			in.Definitions["api.Liveness"].Properties["x"] = &schema{Type: "string"}
		}, "1 members"},
	} {
		t.Run(name, func(t *testing.T) {
			in := sample(t)
			tt.change(in)
			_, err := generate(in, sampleKinds())
			require.ErrorContains(t, err, tt.want)
		})
	}
	twice := sampleKinds()
	twice[1].key = "postBox"
	_, err := generate(sample(t), twice)
	require.ErrorContains(t, err, "two schemas are named PostBoxAccount")
}

func TestKindsNeedAnExample(t *testing.T) {
	all := catalog.All()
	all[0].Example = "[]"
	_, err := kinds(all)
	require.ErrorContains(t, err, all[0].Type)
}

func TestNewAccountsHaveAnExampleOfEachType(t *testing.T) {
	b, err := os.ReadFile(committedContract)
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, yaml.Unmarshal(b, &doc))
	for path, probed := range map[string]bool{"": false, "/validate": false, "/test": true} {
		body := at(t, doc, "paths", "/api/v1/integration-accounts"+path, "post", "requestBody", "content", "application/json")
		want := map[string]any{}
		for _, d := range catalog.All() {
			if d.NoProbe == "" || !probed {
				want[d.Type] = map[string]any{"$ref": "#/components/examples/" + pascal(d.Type) + "Draft"}
			}
			example := at(t, doc, "components", "examples", pascal(d.Type)+"Draft")
			require.Equal(t, d.Label, at(t, example, "summary"))
			require.Equal(t, d.Type, at(t, example, "value", "type"))
			properties, err := json.Marshal(at(t, example, "value", "properties"))
			require.NoError(t, err)
			require.JSONEq(t, d.Example, string(properties))
		}
		require.Equal(t, want, at(t, body, "examples"))
	}
	stored := at(t, doc, "paths", "/api/v1/integration-accounts/{id}/test", "post", "requestBody", "content", "application/json")
	require.NotContains(t, stored, "examples", "edits are no new account")
}
