package handlers

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"

	"admin-api/accounts"
	"admin-api/api"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/reference"
)

//go:embed pages
var pageFiles embed.FS

// page is a file that browsers load.
type page struct {
	body   []byte
	media  string
	policy string
	etag   string
}

func newPage(body []byte, media, policy string) page {
	sum := sha256.Sum256(body)
	return page{body: body, media: media, policy: policy, etag: hex.EncodeToString(sum[:16])}
}

// unknownProblem is the name of the page for browsers that ask for a kind of
// problem that is not there; no path leads to it.
const unknownProblem = "problems//unknown"

// readPages returns everything below /docs/ by its path there: the files of
// Swagger UI (nil for none), a page for each kind of problem and one for each
// type of account.
func readPages(swagger fs.FS, catalog integrations.Catalog) (map[string]page, error) {
	pages := map[string]page{}
	if swagger != nil {
		if err := readSwagger(pages, swagger); err != nil {
			return nil, err
		}
	}
	style, err := pageFiles.ReadFile("pages/pages.css")
	if err != nil {
		return nil, err
	}
	pages["pages.css"] = newPage(style, "text/css; charset=utf-8", pagePolicy)
	set, err := template.New("").Funcs(template.FuncMap{"spans": reference.Spans}).ParseFS(pageFiles, "pages/*.html")
	if err != nil {
		return nil, err
	}
	r := renderer{pages: pages, templates: set}
	if err := r.problems(); err != nil {
		return nil, err
	}
	return pages, r.types(catalog)
}

func readSwagger(pages map[string]page, swagger fs.FS) error {
	return fs.WalkDir(swagger, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(swagger, name)
		if err != nil {
			return err
		}
		pages[name] = newPage(body, mediaOf(name), pagePolicy)
		if name == "index.html" {
			pages[""] = pages[name]
		}
		return nil
	})
}

// mediaOf does not ask the operating system, which may know none.
func mediaOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".png":
		return "image/png"
	case ".html", ".css":
		return mime.TypeByExtension(path.Ext(name)) // known to package mime itself
	default:
		return "text/plain; charset=utf-8"
	}
}

// problemPage is what the template of one kind shows.
type problemPage struct {
	api.ProblemKind
	StatusText, JSON string
}

// problemIndex is what the template of the index shows.
type problemIndex struct {
	Kinds []api.ProblemKind
	SSO   []api.SSOKind
}

// renderer draws pages from templates.
type renderer struct {
	pages     map[string]page
	templates *template.Template
}

func (r *renderer) render(name, tmpl string, data any) error {
	var b bytes.Buffer
	if err := r.templates.ExecuteTemplate(&b, tmpl, data); err != nil {
		return err
	}
	r.pages[name] = newPage(b.Bytes(), pageType+"; charset=utf-8", pagePolicy)
	return nil
}

func (r *renderer) problems() error {
	kinds := api.ProblemKinds()
	for _, k := range kinds {
		example, err := json.MarshalIndent(k.Example(), "", "  ")
		if err != nil {
			return fmt.Errorf("example of %s: %w", k.Code, err)
		}
		data := problemPage{ProblemKind: k, StatusText: http.StatusText(k.Status), JSON: string(example)}
		if err := r.render("problems/"+k.Code, "problem.html", data); err != nil {
			return err
		}
	}
	if err := r.render(unknownProblem, "unknown.html", nil); err != nil {
		return err
	}
	for _, k := range api.SSOKinds() {
		if err := r.render("problems/"+k.Code, "ssoproblem.html", &k); err != nil {
			return err
		}
	}
	return r.render("problems/", "problems.html", problemIndex{Kinds: kinds, SSO: api.SSOKinds()})
}

// types draws the pages of the types from what docs/types/ is made from.
func (r *renderer) types(catalog integrations.Catalog) error {
	all, err := reference.New(catalog, accounts.Diagnoses())
	if err != nil {
		return err
	}
	for _, t := range all.Types() {
		if err := r.render("types/"+t.Key, "type.html", t); err != nil {
			return err
		}
	}
	if err := r.render("types/failures", "failures.html", all); err != nil {
		return err
	}
	return r.render("types/", "types.html", all)
}

// answer sends the page, or 304 where the client has it.
func (p *page) answer(x *exchange) error {
	x.set(echo.HeaderContentSecurityPolicy, p.policy)
	x.set(echo.HeaderCacheControl, "no-cache")
	if done, err := x.unchanged(p.etag); done {
		return err
	}
	return x.send(http.StatusOK, p.media, p.body)
}

// start leads to where people begin, whatever the query says of the contact center.
func (s *Server) start(x *exchange) error {
	to := agentDesktopStart
	if query := x.Request().URL.Query().Encode(); query != "" {
		to += "?" + query
	}
	return x.Redirect(http.StatusFound, to)
}

// toReference leads to the reference.
func (s *Server) toReference(x *exchange) error { return x.Redirect(http.StatusFound, "/docs/") }

// icon leads browsers to the icon, whatever they show.
func (s *Server) icon(x *exchange) error {
	return x.Redirect(http.StatusFound, "/docs/favicon-32x32.png")
}

// readPage answers what stands below /docs/.
func (s *Server) readPage(x *exchange) error {
	name := x.Param("*")
	if name == "problems" || name == "types" {
		return x.Redirect(http.StatusFound, "/docs/"+name+"/")
	}
	problem := strings.HasPrefix(name, "problems/")
	p, ok := s.pages[name]
	if !ok && (problem || strings.HasPrefix(name, "types/")) {
		p, ok = s.pages[strings.TrimSuffix(name, "/")]
	}
	if ok && name != unknownProblem {
		return p.answer(x)
	}
	if problem && wantsPage(x.Request().Header) {
		p = s.pages[unknownProblem]
		x.set(echo.HeaderContentSecurityPolicy, p.policy)
		return x.send(http.StatusNotFound, p.media, p.body)
	}
	return models.ErrNotFound
}

// readContract answers openapi.yaml.
func (s *Server) readContract(x *exchange) error {
	if s.contract == nil {
		return models.ErrNotFound
	}
	return s.contract.answer(x)
}
