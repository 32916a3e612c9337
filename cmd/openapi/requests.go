package main

import (
	"encoding/json"
	"strings"

	"gopkg.in/yaml.v3"
)

// requests returns the examples of what an operation takes: of those that read a new
// account one of each type, of others where a member of each property of the schema
// would make a document that is refused. A test sends them.
func (c *contract) requests(op *operation, p *parameter) *yaml.Node {
	if n := c.drafts(p); n != nil {
		return n
	}
	switch op.ID {
	case "importSsoMetadata":
		return object(
			"document", example(map[string]string{"section": "agentDesktop", "xml": c.metadata()}),
			"address", example(map[string]string{
				"section": "agentDesktop",
				"url":     "https://login.microsoftonline.com/" + directory + "/federationmetadata/2007-06/federationmetadata.xml",
			}),
		)
	case "createUser":
		return written("agent", `{"username":"ann","firstName":"Ann","lastName":"Archer","email":"ann@acme.example",`+
			`"roles":["Agent"],"skills":{"English":90}}`)
	case "patchUser":
		return written("disable", `{"disabled":true}`, "roles", `{"roles":["Agent","Supervisor"]}`)
	case "createRole":
		return written("emergency", `{"name":"Emergency","description":"Signs in while the identity provider is down",`+
			`"privileges":["sso:bypass"]}`)
	case "createTeam":
		return written("team", `{"name":"Support EU"}`)
	}
	return scimRequests(op.ID)
}

// scimRequests are in the ways of Microsoft Entra ID and Okta.
func scimRequests(id string) *yaml.Node {
	const (
		user  = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`
		group = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],`
		patch = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`
		some  = `0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a`
	)
	switch id {
	case "createSCIMUser", "putSCIMUser":
		return written("entra", user+`"externalId":"701984","userName":"bob@acme.example","active":true,`+
			`"name":{"givenName":"Bob","familyName":"Brown"},`+
			`"emails":[{"primary":true,"type":"work","value":"bob@acme.example"}],"roles":[{"value":"Agent"}]}`,
			"least", user+`"userName":"carol@acme.example"}`)
	case "patchSCIMUser":
		return written("entra", patch+`{"op":"Replace","path":"active","value":"False"}]}`,
			"okta", patch+`{"op":"replace","value":{"active":false}}]}`,
			"email", patch+`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"ann@acme.example"}]}`)
	case "createSCIMGroup", "putSCIMGroup":
		return written("empty", group+`"externalId":"8aa1a0c0","displayName":"Support US","members":[]}`)
	case "patchSCIMGroup":
		return written("rename", patch+`{"op":"replace","path":"displayName","value":"Support"}]}`,
			"add", patch+`{"op":"Add","path":"members","value":[{"value":"`+some+`"}]}]}`,
			"remove", patch+`{"op":"remove","path":"members[value eq \"`+some+`\"]"}]}`)
	case "searchSCIMUsers":
		return written("byName", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],`+
			`"filter":"userName eq \"ann@acme.example\"","attributes":["userName","active"]}`)
	case "searchSCIMGroups":
		return written("byName", `{"schemas":["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],`+
			`"filter":"displayName eq \"Support\"","excludedAttributes":["members"]}`)
	}
	return nil
}

// written makes examples of names and JSON documents in turn; nil for none.
func written(pairs ...string) *yaml.Node {
	n := object()
	for i := 0; i+1 < len(pairs); i += 2 {
		set(n, pairs[i], object("value", raw(json.RawMessage(pairs[i+1]))))
	}
	return n
}

const directory = "3fa85f64-5717-4562-b3fc-2c963f66afa6"

// metadata are those of a provider, with the certificate of the catalogue's example.
func (c *contract) metadata() string {
	var sso struct {
		AgentDesktop struct {
			Certificates []string `json:"identityProviderCertificates"`
		} `json:"agentDesktop"`
	}
	for i := range c.kinds {
		if c.kinds[i].key == "sso" {
			_ = json.Unmarshal(c.kinds[i].example, &sso) // the catalogue's tests read it
		}
	}
	var body []string
	for line := range strings.SplitSeq(strings.Join(sso.AgentDesktop.Certificates, "\n"), "\n") {
		if !strings.Contains(line, "CERTIFICATE") {
			body = append(body, line)
		}
	}
	return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" ` +
		`entityID="https://sts.windows.net/` + directory + `/">` +
		`<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing">` +
		`<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` + strings.Join(body, "") +
		`</X509Certificate></X509Data></KeyInfo></KeyDescriptor>` +
		`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" ` +
		`Location="https://login.microsoftonline.com/` + directory + `/saml2"/></IDPSSODescriptor></EntityDescriptor>`
}
