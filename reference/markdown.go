package reference

import (
	"bytes"
	"embed"
	"fmt"
	"path"
	"regexp"
	"strings"
	"text/template"
)

// Names of folders, from the root of the repository.
const (
	PagesFolder    = "docs/types"
	ExamplesFolder = "examples/accounts"
)

//go:embed templates
var templates embed.FS

// Files returns every generated file by its path from the root of the
// repository. The same catalogue makes the same bytes.
func (r *Reference) Files() (map[string][]byte, error) {
	set, err := template.New("").Funcs(template.FuncMap{"md": markdown}).
		ParseFS(templates, "templates/*.md")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	files := map[string][]byte{}
	render := func(page, name string, data any) error {
		var b bytes.Buffer
		if err := set.ExecuteTemplate(&b, name, data); err != nil {
			return fmt.Errorf("page %s: %w", page, err)
		}
		files[path.Join(PagesFolder, page)] = b.Bytes()
		return nil
	}
	if err := render("README.md", "index.md", r); err != nil {
		return nil, err
	}
	if err := render("failures.md", "failures.md", r); err != nil {
		return nil, err
	}
	for _, t := range r.Types() {
		if err := render(t.Key+".md", "type.md", t); err != nil {
			return nil, err
		}
		files[path.Join(ExamplesFolder, t.Key+".json")] = t.Example
	}
	return files, nil
}

// special are characters that mean something to Markdown within a line. An
// underscore inside a word does not.
var special = regexp.MustCompile("[\\\\*\\[\\]<>|`]|\\b_|_\\b|&[a-z#]")

// markdown writes a text so that it reads the same in a table or a paragraph.
func markdown(text string) string {
	var b strings.Builder
	for _, s := range Spans(strings.Join(strings.Fields(text), " ")) {
		if s.Code {
			b.WriteString("`" + strings.ReplaceAll(s.Text, "|", `\|`) + "`")
			continue
		}
		b.WriteString(special.ReplaceAllString(s.Text, `\$0`))
	}
	return b.String()
}
