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

	"admin-api/api"
	"admin-api/models"
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

// readPages returns everything below /docs/ by its path there: the files of the
// reference (nil for none) and a page for each kind of problem.
func readPages(reference fs.FS) (map[string]page, error) {
	pages := map[string]page{}
	if reference != nil {
		if err := readReference(pages, reference); err != nil {
			return nil, err
		}
	}
	style, err := pageFiles.ReadFile("pages/problems.css")
	if err != nil {
		return nil, err
	}
	pages["problems.css"] = newPage(style, "text/css; charset=utf-8", pagePolicy)
	return pages, renderProblems(pages)
}

func readReference(pages map[string]page, reference fs.FS) error {
	return fs.WalkDir(reference, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(reference, name)
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

func renderProblems(pages map[string]page) error {
	set, err := template.ParseFS(pageFiles, "pages/*.html")
	if err != nil {
		return err
	}
	kinds := api.ProblemKinds()
	render := func(name, tmpl string, data any) error {
		var b bytes.Buffer
		if err := set.ExecuteTemplate(&b, tmpl, data); err != nil {
			return err
		}
		pages[name] = newPage(b.Bytes(), pageType+"; charset=utf-8", pagePolicy)
		return nil
	}
	for _, k := range kinds {
		example, err := json.MarshalIndent(k.Example(), "", "  ")
		if err != nil {
			return fmt.Errorf("example of %s: %w", k.Code, err)
		}
		data := problemPage{ProblemKind: k, StatusText: http.StatusText(k.Status), JSON: string(example)}
		if err := render("problems/"+k.Code, "problem.html", data); err != nil {
			return err
		}
	}
	if err := render(unknownProblem, "unknown.html", nil); err != nil {
		return err
	}
	return render("problems/", "problems.html", kinds)
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

// start leads to the reference.
func (s *Server) start(x *exchange) error { return x.Redirect(http.StatusFound, "/docs/") }

// icon leads browsers to the icon, whatever they show.
func (s *Server) icon(x *exchange) error {
	return x.Redirect(http.StatusFound, "/docs/favicon-32x32.png")
}

// readPage answers what stands below /docs/.
func (s *Server) readPage(x *exchange) error {
	name := x.Param("*")
	if name == "problems" {
		return x.Redirect(http.StatusFound, api.ProblemPath)
	}
	problem := strings.HasPrefix(name, "problems/")
	p, ok := s.pages[name]
	if !ok && problem {
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
