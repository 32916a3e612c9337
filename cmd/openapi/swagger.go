package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// swagger is what swag reads from the annotations (Swagger 2.0), as far as the
// contract is made from it.
type swagger struct {
	Info        info                            `json:"info"`
	BasePath    string                          `json:"basePath"`
	Tags        []tag                           `json:"tags"`
	Paths       map[string]map[string]operation `json:"paths"`
	Definitions map[string]*schema              `json:"definitions"`
	Security    map[string]struct {
		Description string `json:"description"`
	} `json:"securityDefinitions"`
}

type info struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	Version     string `json:"version"`
	License     struct {
		Name string `json:"name"`
	} `json:"license"`
}

type tag struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type operation struct {
	ID          string                `json:"operationId"`
	Summary     string                `json:"summary"`
	Description string                `json:"description"`
	Tags        []string              `json:"tags"`
	Consumes    []string              `json:"consumes"`
	Produces    []string              `json:"produces"`
	Parameters  []parameter           `json:"parameters"`
	Responses   map[string]answer     `json:"responses"`
	Security    []map[string][]string `json:"security"`
}

type parameter struct {
	Name     string `json:"name"`
	In       string `json:"in"`
	Required bool   `json:"required"`
	// Schema is that of a body; all others are described by the members below.
	Schema *schema `json:"schema"`
	schema
}

type answer struct {
	Description string             `json:"description"`
	Schema      *schema            `json:"schema"`
	Headers     map[string]*schema `json:"headers"`
}

// schema is a Schema Object of Swagger 2.0.
type schema struct {
	Ref                  string             `json:"$ref"`
	Type                 string             `json:"type"`
	Format               string             `json:"format"`
	Description          string             `json:"description"`
	Enum                 []json.RawMessage  `json:"enum"`
	Default              json.RawMessage    `json:"default"`
	Example              json.RawMessage    `json:"example"`
	Minimum              json.RawMessage    `json:"minimum"`
	Maximum              json.RawMessage    `json:"maximum"`
	MinLength            json.RawMessage    `json:"minLength"`
	MaxLength            json.RawMessage    `json:"maxLength"`
	Items                *schema            `json:"items"`
	Properties           map[string]*schema `json:"properties"`
	AdditionalProperties *schema            `json:"additionalProperties"`
	AllOf                []*schema          `json:"allOf"`
	Nullable             bool               `json:"x-nullable"`
	CollectionFormat     string             `json:"collectionFormat"`
}

// readSwagger reads the file that swag wrote.
func readSwagger(path string) (*swagger, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the path comes from the command line
	if err != nil {
		return nil, fmt.Errorf("read annotations: %w", err)
	}
	s := new(swagger)
	if err := json.Unmarshal(b, s); err != nil {
		return nil, fmt.Errorf("read annotations: %s: %w", path, err)
	}
	return s, nil
}
