package validation

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/secret"
)

// sample has one field for each way of presence and nesting.
type sample struct {
	Name    string            `json:"name" validate:"required,max=5"`
	URL     string            `json:"url" validate:"https_url"`
	Mode    string            `json:"mode" validate:"oneof=plain token"`
	Token   secret.Text       `json:"token" validate:"required_if=Mode token,omitempty,min=4"`
	Port    int               `json:"port" validate:"omitempty,port"`
	Share   *int              `json:"share" validate:"min=1,max=100"`
	Hosts   []string          `json:"hosts" validate:"omitempty,max=2,dive,hostname_dns|ip"`
	Headers map[string]string `json:"headers" validate:"omitempty,dive,max=3"`
	Section section           `json:"section"`
	Other   *section          `json:"other" validate:"omitempty"`
	Rows    []section         `json:"rows" validate:"omitempty,dive"`
}

type section struct {
	Region string `json:"region" validate:"omitempty,aws_region_name"`
}

func valid() *sample { return &sample{Name: "ann", Mode: "plain"} }

func lines(violations Errors) []string {
	var out []string
	for _, v := range violations {
		out = append(out, v.Pointer+" "+v.Code)
	}
	return out
}

func TestStruct(t *testing.T) {
	zero, hundred := 0, 100
	tests := []struct {
		name   string
		change func(*sample)
		want   []string
	}{
		{name: "valid", change: func(*sample) {}},
		{name: "required", change: func(s *sample) { s.Name = "" }, want: []string{"/name required"}},
		{name: "first of two rules", change: func(s *sample) { s.Name = "anne-marie" }, want: []string{"/name max"}},
		{name: "condition unmet", change: func(s *sample) { s.Mode = "token" }, want: []string{"/token required"}},
		{name: "secret", change: func(s *sample) { s.Mode, s.Token = "token", secret.New("abcd") }},
		{name: "short secret", change: func(s *sample) { s.Token = secret.New("abc") }, want: []string{"/token min"}},
		{name: "unset secret", change: func(s *sample) { s.Token = secret.Text{} }},
		{name: "number", change: func(s *sample) { s.Share = &hundred }},
		{name: "number zero is a value", change: func(s *sample) { s.Share = &zero }, want: []string{"/share min"}},
		{name: "port", change: func(s *sample) { s.Port = 70000 }, want: []string{"/port port"}},
		{name: "unset is no wrong value", change: func(s *sample) { s.URL, s.Mode = "", "" }},
		{name: "enum", change: func(s *sample) { s.Mode = "x" }, want: []string{"/mode enum"}},
		{
			name: "elements", change: func(s *sample) { s.Hosts = []string{"a.example", "-"} },
			want: []string{"/hosts/1 hostname_dns"},
		},
		{name: "either of two", change: func(s *sample) { s.Hosts = []string{"a.example", "192.0.2.1"} }},
		{name: "too many", change: func(s *sample) { s.Hosts = []string{"", "", ""} }, want: []string{"/hosts max"}},
		{name: "empty element is one", change: func(s *sample) { s.Hosts = []string{""} }, want: []string{"/hosts/0 hostname_dns"}},
		{
			name: "odd keys", change: func(s *sample) {
				s.Headers = map[string]string{"a/b~c": "1234", "d].e[0]": "123"}
			},
			want: []string{"/headers/a~1b~0c max"},
		},
		{
			name: "odd keys of another kind", change: func(s *sample) { s.Headers = map[string]string{"0].x[y": "1234"} },
			want: []string{"/headers/0].x[y max"},
		},
		{
			name: "nested", change: func(s *sample) {
				s.Section.Region, s.Other, s.Rows = "x", &section{"y"}, []section{{""}, {"z"}}
			},
			want: []string{"/section/region aws_region_name", "/other/region aws_region_name", "/rows/1/region aws_region_name"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := valid()
			tt.change(s)
			c := new(Context)
			Struct(s, c, nil)
			require.Equal(t, tt.want, lines(c.Errors()))
			for _, v := range c.Errors() {
				require.True(t, strings.HasSuffix(v.Detail, ".") && !strings.Contains(v.Detail, "%"), v.Detail)
			}
		})
	}
}

func TestStructKeptSecret(t *testing.T) {
	s := valid()
	s.Mode, s.Token = "token", secret.Kept()
	c := new(Context)
	Struct(s, c, func(pointer string) bool { return pointer == "/token" })
	require.Empty(t, c.Errors())

	s.Name = ""
	Struct(s, c, func(pointer string) bool { return pointer == "/token" })
	require.Equal(t, []string{"/name required"}, lines(c.Errors()))
}

// What must be given only now and then says when.
func TestConditionsAreNamed(t *testing.T) {
	type inner struct {
		On   bool   `json:"enabled"`
		URL  string `json:"url" validate:"required_if=On true"`
		Mode string `json:"mode"`
		Key  string `json:"key" validate:"required_unless=Mode open"`
	}
	type outer struct {
		One  inner    `json:"one"`
		Rows []*inner `json:"rows" validate:"dive"`
	}
	c := new(Context)
	Struct(&outer{One: inner{On: true, Mode: "open"}, Rows: []*inner{{Mode: "closed"}}}, c, nil)
	require.Equal(t, []string{"/one/url required", "/rows/0/key required"}, lines(c.Errors()))
	require.Equal(t, "Must be given while enabled is true.", c.Errors()[0].Detail)
	require.Equal(t, "Must be given unless mode is open.", c.Errors()[1].Detail)

	c = new(Context)
	Struct(&struct {
		On  bool   `json:"on"`
		URL string `json:"url" validate:"required_if=On true"`
	}{On: true}, c, nil)
	require.Equal(t, "Must be given while on is true.", c.Errors()[0].Detail)
}

// Every rule must be told in full: a code, a sentence, and a schema or a reason
// why there is none.
func TestEveryTagIsTold(t *testing.T) {
	unsayable := []string{"timezone", "unique", "lowercase", "port"}
	for _, tag := range Tags() {
		for _, kind := range []Kind{KindText, KindNumber, KindList} {
			v := Rule(tag, "7", kind)
			require.Regexp(t, `^[a-z][a-z0-9_]*$`, v.Code)
			require.Regexp(t, `^(Must|Does not) [^%]+\.$`, v.Detail, tag)
		}
		require.True(t, Known(tag))
		said := SchemaFragment(tag, "7") != nil
		require.Equal(t, isPresence(tag) || slices.Contains(unsayable, tag), !said, tag)
	}
	for code := range findings {
		require.Regexp(t, `^(Must|Does not|Is|No) [^%]+\.$`, Rule(code, "string", KindText).Detail)
	}
	require.False(t, Known("required|nonsense"))
	require.True(t, Known("hostname_dns|ip"))
}

func TestParams(t *testing.T) {
	require.Equal(t, Violation{
		Code: "min", Detail: "Must have at least 5 characters.", Params: map[string]any{"min": int64(5)},
	}, Rule("min", "5", KindText))
	require.Equal(t, Violation{
		Code: "max", Detail: "Must be at most 9.", Params: map[string]any{"max": int64(9)},
	}, Rule("lte", "9", KindNumber))
	require.Equal(t, Violation{
		Code: "enum", Detail: "Must be one of: a, b.", Params: map[string]any{"enum": []string{"a", "b"}},
	}, Rule("oneof", "a b", KindText))
	require.Equal(t, Violation{
		Code: "hostname_dns",
		Detail: "Must be a host name such as host.example, without https:// and path, " +
			"or must be an IP address.",
	}, Rule("hostname_dns|ip", "", KindText))
	require.Equal(t, []Tag{{"required", ""}, {"startswith", "a,b"}, {"ip|hostname_dns", ""}},
		ParseTags("required,startswith=a0x2Cb,ip|hostname_dns"))
}

func TestContextIsBounded(t *testing.T) {
	c := new(Context)
	for range 3 * limit {
		c.Violate("/a", "b", "C.")
		c.Warn("/a", "b", "C.")
	}
	require.Len(t, c.Errors(), limit+1)
	require.Equal(t, "too_many_violations", c.Errors()[limit].Code)
	require.Len(t, c.Warnings(), limit)
	require.Error(t, c.Err())
}

func TestContextPrefix(t *testing.T) {
	c := new(Context)
	c.Prefix("/properties")
	c.Violate("/a/b", "x", "X.")
	require.True(t, c.Broken("/a"))
	require.True(t, c.Broken("/a/b"))
	require.False(t, c.Broken("/a/bc"))
	require.Equal(t, []string{"/properties/a/b x"}, lines(c.Errors()))

	c.Changed = func(pointer string) bool { return pointer == "/new" }
	c.Timely("/new", "late", "Late.")
	c.Timely("/old", "late", "Late.")
	require.Equal(t, []string{"/properties/a/b x", "/properties/new late"}, lines(c.Errors()))
	require.Equal(t, []string{"/properties/old late"}, lines(c.Warnings()))
	require.EqualError(t, c.Err(), "invalid: /properties/a/b x, /properties/new late")
}

func BenchmarkStruct(b *testing.B) {
	s := valid()
	s.URL = "https://acme.example/x"
	for b.Loop() {
		Struct(s, new(Context), nil)
	}
}
