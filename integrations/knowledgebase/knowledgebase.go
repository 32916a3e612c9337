// Package knowledgebase describes the type external_knowledge_base: a search
// over HTTPS through which agents find articles of a knowledge base outside the
// contact center.
//
// It judges what an administrator enters and can search once to test it. It
// shows no articles; that is Agent Desktop's part.
package knowledgebase

import (
	"admin-api/integrations"
	"admin-api/integrations/platform/oauth"
	"admin-api/secret"
)

// Definition lists the knowledge base in the catalogue.
var Definition = integrations.Definition{
	Type:        "external_knowledge_base",
	Family:      integrations.ExternalKnowledgeBase,
	Label:       "External Knowledge Base",
	Description: "Articles of another system, which agents search from Agent Desktop.",
	DocumentationURL: "https://help.brightpattern.com/5.19:AgentDesktop-client-side-javascript-api-specification/" +
		"onSearchKnowledgeBase",
	Shape: integrations.Proposed,
	Notes: []string{
		"Only the name of this type is documented; all properties are proposed, for searches that are answered in JSON.",
		"The linked documentation describes what Agent Desktop makes of a search: a list of articles with id and text.",
		"With the method POST the words stand in the address too, and the body is empty.",
	},
	ProbeDoes: "It searches once for the word test, after getting an access token where OAuth 2.0 is used. " +
		"No article is opened.",
	Privileges: "Searching and reading articles.",
	Diagnoses:  append(oauth.Diagnoses(), resultsMissing, idMissing, titleMissing, textMissing, searchRefused, tooSlow),
	New: func() integrations.Properties {
		return &Properties{ //nolint:gosec // The name of a header, not a credential.
			Method: methodGet, AuthenticationMethod: authNone, APIKeyHeader: "X-API-Key",
			ResultsPath: "$", IDPath: "id", TitlePath: "title", TextPath: "text", MaxResults: 10, TimeoutMS: 3000,
		}
	},
	Example: `{
	"url": "https://kb.acme.com/api/v2",
	"searchUrlTemplate": "https://kb.acme.com/api/v2/search?q={query}&limit=10",
	"articleUrlTemplate": "https://kb.acme.com/api/v2/articles/{id}",
	"method": "GET",
	"authenticationMethod": "apiKeyHeader",
	"apiKeyHeader": "X-API-Key",
	"apiKey": "made-up-key-of-the-knowledge-base",
	"resultsPath": "data.articles",
	"idPath": "id",
	"titlePath": "title",
	"textPath": "summary",
	"maxResults": 10,
	"timeoutMs": 3000
}`,
}

// The methods of a search.
const (
	methodGet  = "GET"
	methodPost = "POST"
)

// How searches authenticate.
const (
	authNone   = "none"
	authBasic  = "basic"
	authKey    = "apiKeyHeader"
	authBearer = "bearer"
	authOAuth  = "oauth2ClientCredentials"
)

// Properties configure one knowledge base.
type Properties struct {
	URL string `json:"url" validate:"required,https_url" label:"URL" help:"Base address of the knowledge base; searches and articles stay on its host." example:"https://kb.acme.com/api/v2" format:"url" dest:"true"`

	SearchURLTemplate string `json:"searchUrlTemplate" validate:"required" label:"Search URL" help:"How a search is asked; {query} stands for the words. A path alone continues the URL." example:"https://kb.acme.com/api/v2/search?q={query}" pattern:"^https://[A-Za-z0-9._:\\[\\]-]+[/?][!$-z|~]*\\{query\\}[!$-z|~]*$" hint:"https://HOST/PATH with {query} once in path or query" max:"2048" dest:"true"`

	ArticleURLTemplate string `json:"articleUrlTemplate" label:"Article URL" help:"How one article is fetched; {id} stands for its id. A path alone continues the URL." example:"https://kb.acme.com/api/v2/articles/{id}" pattern:"^https://[A-Za-z0-9._:\\[\\]-]+[/?][!$-z|~]*\\{id\\}[!$-z|~]*$" hint:"https://HOST/PATH with {id} once in path or query" max:"2048" dest:"true"`

	Method string `json:"method" validate:"required" label:"Method" help:"Of the search." enum:"GET,POST"`

	AuthenticationMethod string `json:"authenticationMethod" validate:"required" label:"Authentication" help:"How the contact center proves to the knowledge base who it is." enum:"none,basic,apiKeyHeader,bearer,oauth2ClientCredentials" enumLabels:"None,User name and password,API key in a header,Bearer token,OAuth 2.0 client credentials" dest:"true"`

	Username string `json:"username" validate:"required" label:"Username" help:"Of an account that may search." pattern:"^[^:]+$" hint:"no colon, which HTTP Basic authentication cannot carry" max:"256" when:"authenticationMethod=basic"`

	Password secret.Text `json:"password" validate:"required" label:"Password" help:"Belongs to the username." max:"256" when:"authenticationMethod=basic"`

	APIKeyHeader string `json:"apiKeyHeader" validate:"required,header_name" label:"API key header" help:"The header that carries the API key." example:"X-API-Key" max:"100" dest:"true" when:"authenticationMethod=apiKeyHeader"`

	APIKey secret.Text `json:"apiKey" validate:"required" label:"API key" help:"Issued by the knowledge base." pattern:"^[!-~](?:[ -~]*[!-~])?$" hint:"printable ASCII characters" max:"1024" when:"authenticationMethod=apiKeyHeader"`

	BearerToken secret.Text `json:"bearerToken" validate:"required" label:"Bearer token" help:"A token that does not expire, issued by the knowledge base." pattern:"^[!-~]+$" hint:"printable ASCII characters without spaces" max:"4096" when:"authenticationMethod=bearer"`

	TokenURL string `json:"tokenUrl" validate:"required,https_url" label:"Token URL" help:"Where access tokens are issued." example:"https://login.acme.com/oauth2/token" format:"url" dest:"true" when:"authenticationMethod=oauth2ClientCredentials"`

	ClientID string `json:"clientId" validate:"required" label:"Client ID" help:"Of the app that is registered for the contact center." max:"256" when:"authenticationMethod=oauth2ClientCredentials"`

	ClientSecret secret.Text `json:"clientSecret" validate:"required" label:"Client secret" help:"Of the same app." max:"1024" when:"authenticationMethod=oauth2ClientCredentials"`

	Scope string `json:"scope" label:"Scope" help:"Access to ask for, where the token endpoint wants it named." example:"kb.read" pattern:"^[!#-\\[\\]-~]+(?: [!#-\\[\\]-~]+)*$" hint:"scopes with single spaces between them" max:"1024" when:"authenticationMethod=oauth2ClientCredentials"`

	ResultsPath string `json:"resultsPath" validate:"required" label:"Results" help:"Where the list of articles lies in the answer; $ is the answer itself." example:"data.articles" pattern:"^(?:\\$|(?:/(?:[^~/]|~[01])*)+|[^\\x00-\\x20\\x7f./$]+(?:\\.[^\\x00-\\x20\\x7f./]+)*)$" hint:"$, a dotted path such as data.articles, or a JSON Pointer such as /data/articles" max:"256"`

	IDPath string `json:"idPath" validate:"required" label:"ID" help:"Where the id lies in an article." example:"id" pattern:"^(?:(?:/(?:[^~/]|~[01])*)+|[^\\x00-\\x20\\x7f./$]+(?:\\.[^\\x00-\\x20\\x7f./]+)*)$" hint:"a dotted path such as meta.id, or a JSON Pointer such as /meta/id" max:"256"`

	TitlePath string `json:"titlePath" validate:"required" label:"Title" help:"Where the title lies in an article." example:"title" pattern:"^(?:(?:/(?:[^~/]|~[01])*)+|[^\\x00-\\x20\\x7f./$]+(?:\\.[^\\x00-\\x20\\x7f./]+)*)$" hint:"a dotted path such as meta.title, or a JSON Pointer such as /meta/title" max:"256"`

	TextPath string `json:"textPath" validate:"required" label:"Text" help:"Where the text, or the beginning of it, lies in an article." example:"text" pattern:"^(?:(?:/(?:[^~/]|~[01])*)+|[^\\x00-\\x20\\x7f./$]+(?:\\.[^\\x00-\\x20\\x7f./]+)*)$" hint:"a dotted path such as body.text, or a JSON Pointer such as /body/text" max:"256"`

	MaxResults int `json:"maxResults" label:"Most results" help:"How many articles agents are shown." min:"1" max:"100"`

	TimeoutMS int `json:"timeoutMs" label:"Time-out" help:"How long agents wait for a search, in milliseconds." min:"100" max:"15000"`
}
