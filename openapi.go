// Package adminapi embeds the API's contract, so that the program can serve it.
// It holds nothing else.
package adminapi

import _ "embed" // for the directive below

// OpenAPI is openapi.yaml.
//
//go:embed openapi.yaml
var OpenAPI []byte
