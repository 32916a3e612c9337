package reference

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/catalog"
	"admin-api/secret"
	"admin-api/validation"
)

// courier is a type with one property of most kinds.
var courier = integrations.Definition{
	Type: "courier", Family: integrations.Zapier, Label: "Courier <*>", Description: "Sends a|b.",
	DocumentationURL: "https://courier.example/", Shape: integrations.Proposed, Feature: "parcels",
	Limit: integrations.OnePerFamily, HasDefault: true, Notes: []string{"Its _name_ may change."},
	ProbeDoes: "Reads `GET /me`.", Privileges: "Reading.",
	Diagnoses: []integrations.Diagnosis{{
		Cause: integrations.CauseConfig, Code: "box_full", Detail: "The box is full.", Hint: "Empty it.", Retryable: true,
	}},
	New: func() integrations.Properties { return &courierProperties{Port: 22} },
	Computed: func(c integrations.Center) []integrations.Computed {
		return []integrations.Computed{{Name: "hook", Label: "Hook", Value: c.Origin + "/hook"}}
	},
	Example: `{"url":"https://a.example","mode":"fast","token":"made-up"}`,
}

type courierProperties struct {
	URL   string      `json:"url" validate:"required,https_url" label:"URL" dest:"true" example:"https://a.example"`
	Mode  string      `json:"mode" label:"Mode" enum:"fast,slow" enumLabels:"Fast,slow"`
	Token secret.Text `json:"token" validate:"required_if=Mode fast" label:"Token" when:"mode=fast" min:"4" max:"9" pattern:"^[a-z-]+$" hint:"letters and -"`
	Hook  secret.Text `json:"hook" label:"Hook" generated:"true"`
	Port  int         `json:"port" label:"Port" min:"1" max:"65535" help:"Where it listens"`
	Names []string    `json:"names" validate:"dive,email" label:"Names" max:"3"`
	Days  []string    `json:"days" label:"Days" enum:"mon,tue"`
	Box   *struct {
		Size int    `json:"size" label:"Size"`
		Lid  string `json:"lid" validate:"required_with=Size,excluded_unless=Size 4,startswith=l" label:"Lid"`
	} `json:"box" label:"Box"`
}

func (*courierProperties) Validate(*validation.Context) {}

func describeCourier(t *testing.T) *Type {
	t.Helper()
	got, err := describe(&courier)
	require.NoError(t, err)
	return got
}

func TestProperties(t *testing.T) {
	byPointer := map[string]Property{}
	for _, p := range describeCourier(t).Properties {
		byPointer[p.Pointer] = p
	}
	require.Len(t, byPointer, 10)
	require.Equal(t, Property{
		Pointer: "/token", Label: "Token", Value: "text", Facts: []string{"4 to 9 characters", "form: letters and -"},
		Required: "yes", When: "`/mode` is `fast`", Marks: []string{"secret"},
	}, byPointer["/token"], "required whenever it applies")
	require.Equal(t, Property{
		Pointer: "/url", Label: "URL", Value: "text", Facts: []string{"for example `https://a.example`"},
		Required: "yes", Marks: []string{"destination"},
	}, byPointer["/url"])
	require.Equal(t, []string{"1 to 65535", "default `22`"}, byPointer["/port"].Facts)
	require.Equal(t, "Where it listens.", byPointer["/port"].Help)
	require.Equal(t, []string{"at most 3 entries"}, byPointer["/names"].Facts)
	require.Equal(t, "list, each entry one of", byPointer["/days"].Value)
	require.Equal(t, []string{"secret", "generated"}, byPointer["/hook"].Marks)
	require.Equal(t, 1, byPointer["/box/lid"].Depth)
}

func TestRules(t *testing.T) {
	var texts []string
	for _, rule := range describeCourier(t).Rules {
		texts = append(texts, rule.Pointer+" "+rule.Text)
	}
	require.Equal(t, []string{
		"/url Must be an https address such as https://host.example/path, without user name and #fragment.",
		"/names Each entry: Must be an e-mail address such as ann@acme.example.",
		"/box/lid Must be given where `/box/size` is given.",
		"/box/lid Must be left out unless `/box/size` is `4`.",
		"/box/lid Must start with l.",
	}, texts)
}

func TestFiles(t *testing.T) {
	general := []integrations.Diagnosis{{Cause: integrations.CauseTLS, Code: "tls_odd", Detail: "Odd.", Hint: "Even it."}}
	r, err := New(integrations.Catalog{courier}, general)
	require.NoError(t, err)
	files, err := r.Files()
	require.NoError(t, err)
	require.Len(t, files, 4)
	page := string(files["docs/types/courier.md"])
	for _, want := range []string{
		"# Courier \\<\\*\\>\n", "Sends a\\|b.", "| Feature | `parcels` must be", "One account of this family", "may be the default",
		"- Its \\_name\\_ may change.", "`fast` (Fast), `slow`", "**secret**, **generated**", "**destination** |",
		"Reads `GET /me`.", "must be permitted: Reading.", "| `box_full` | Configuration | The box is full. | Empty it. | may help |",
		"`https://mycompany.example/hook`", "(failures.md)", "Proposed: ",
	} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, page, "made-up\"", "the values are in the example alone")
	require.Contains(t, string(files["docs/types/failures.md"]), "## TLS\n")
	require.Contains(t, string(files["docs/types/README.md"]), "| Zapier | [Courier \\<\\*\\>](courier.md) | `courier` | proposed | yes | `parcels` |")
	var document struct{ Type, Name string }
	require.NoError(t, json.Unmarshal(files["examples/accounts/courier.json"], &document))
	require.Equal(t, "courier", document.Type)
	require.Equal(t, courier.Label, document.Name)
}

func TestNewRefuses(t *testing.T) {
	taken := courier
	taken.Type = "failures"
	_, err := New(integrations.Catalog{taken}, nil)
	require.ErrorContains(t, err, "failures")
	broken := courier
	broken.Example = "[]"
	_, err = New(integrations.Catalog{broken}, nil)
	require.ErrorContains(t, err, "courier")
}

func TestSpans(t *testing.T) {
	for text, want := range map[string][]Span{
		"":        nil,
		"plain":   {{Text: "plain"}},
		"a `b` c": {{Text: "a "}, {Text: "b", Code: true}, {Text: " c"}},
		"`b`":     {{Text: "b", Code: true}},
		"it`s":    {{Text: "it`s"}},
		"``":      {{Text: "``"}},
		"`a``b`":  {{Text: "a", Code: true}, {Text: "b", Code: true}},
	} {
		require.Equal(t, want, Spans(text), text)
	}
}

// Pages are read as Markdown: every table has rows of one width, and nothing of
// the templates is left.
func TestPagesAreWellFormed(t *testing.T) {
	r, err := New(catalog.All(), integrations.Diagnoses())
	require.NoError(t, err)
	files, err := r.Files()
	require.NoError(t, err)
	for name, body := range files {
		if strings.HasSuffix(name, ".json") {
			require.True(t, json.Valid(body), name)
			continue
		}
		require.NotContains(t, string(body), "<no value>", name)
		require.NotContains(t, string(body), "\n\n\n", name)
		require.True(t, strings.HasSuffix(string(body), "\n") && !strings.HasSuffix(string(body), "\n\n"), name)
		width := 0
		for line := range strings.Lines(string(body)) {
			cells := strings.Count(line, "|") - strings.Count(line, `\|`)
			if !strings.HasPrefix(line, "|") {
				width = 0
				continue
			}
			if width == 0 {
				width = cells
			}
			require.Equal(t, width, cells, "%s: %s", name, line)
		}
	}
}
