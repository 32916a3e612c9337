// Package web holds the files that browsers load, embedded into the binary.
//
// It serves nothing and knows no route: handlers decides where the files
// appear and with which headers.
package web

import (
	"embed"
	"io/fs"
)

//go:embed swagger
var files embed.FS

// Swagger returns the page of the API reference and what it loads, with
// index.html at the root. The page expects its files under /docs/ and the
// contract at /openapi.yaml. It is safe for concurrent use.
func Swagger() fs.FS {
	return sub("swagger")
}

// sub returns one embedded folder as a root. The name is one of the folders
// above: the compiler refuses to embed a folder that does not exist, so an
// error here is a mistake in this file.
func sub(name string) fs.FS {
	dir, err := fs.Sub(files, name)
	if err != nil {
		panic("web: " + err.Error())
	}
	return dir
}
