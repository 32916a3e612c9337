package input_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/input"
	"admin-api/strict"
	"admin-api/validation"
)

type place struct {
	City string `json:"city" validate:"required"`
}

type person struct {
	Name   string         `json:"name" validate:"required,max=5"`
	Roles  []string       `json:"roles"`
	Skills map[string]int `json:"skills"`
	Lead   bool           `json:"lead"`
	Home   *place         `json:"home"`
}

func codes(c *validation.Context) map[string]string {
	found := map[string]string{}
	for _, v := range c.Errors() {
		found[v.Pointer] = v.Code
	}
	return found
}

func TestDecode(t *testing.T) {
	tests := map[string]struct {
		body string
		want person
		errs map[string]string
	}{
		"everything": {
			body: `{"name":"Ann","roles":["Agent"],"skills":{"en":90},"lead":true,"home":{"city":"Ulm"}}`,
			want: person{Name: "Ann", Roles: []string{"Agent"}, Skills: map[string]int{"en": 90}, Lead: true, Home: &place{"Ulm"}},
		},
		"null is absent":      {body: `{"name":"Ann","roles":null,"home":null}`, want: person{Name: "Ann"}},
		"what is ignored":     {body: `{"name":"Ann","id":7}`, want: person{Name: "Ann"}},
		"a missing name":      {body: `{}`, errs: map[string]string{"/name": "required"}},
		"all at once":         {body: `{"name":7,"lead":"no","x":1}`, errs: map[string]string{"/name": "type", "/lead": "type", "/x": "unknown_member"}},
		"a rule":              {body: `{"name":"Annabel"}`, errs: map[string]string{"/name": "max"}},
		"a stranger inside":   {body: `{"name":"Ann","home":{"city":"Ulm","zip":1}}`, errs: map[string]string{"/home/zip": "unknown_member"}, want: person{Name: "Ann"}},
		"a rule inside":       {body: `{"name":"Ann","home":{}}`, errs: map[string]string{"/home/city": "required"}},
		"no object inside":    {body: `{"name":"Ann","home":[]}`, errs: map[string]string{"/home": "type"}},
		"case is significant": {body: `{"Name":"Ann"}`, errs: map[string]string{"/Name": "unknown_member", "/name": "required"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got person
			c := &validation.Context{}
			require.NoError(t, input.Decode([]byte(tt.body), &got, c, "id"))
			if tt.errs != nil {
				require.Equal(t, tt.errs, codes(c))
				return
			}
			require.Empty(t, c.Errors())
			require.Equal(t, tt.want, got)
		})
	}
}

func TestDecodeRefusesWhatIsNoDocument(t *testing.T) {
	var syntax *strict.SyntaxError
	require.ErrorAs(t, input.Decode([]byte(`{"name":`), &person{}, &validation.Context{}), &syntax)
	for _, body := range []string{`[]`, `null`, `{"name":"a","name":"b"}`} {
		var broken validation.Errors
		require.ErrorAs(t, input.Decode([]byte(body), &person{}, &validation.Context{}), &broken, body)
	}
}

func TestPatch(t *testing.T) {
	stored := func() person {
		return person{Name: "Ann", Roles: []string{"Agent"}, Skills: map[string]int{"en": 90, "de": 10}, Lead: true, Home: &place{"Ulm"}}
	}
	tests := map[string]struct {
		body  string
		want  person
		given []string
	}{
		"nothing": {body: `{}`, want: stored()},
		"one member": {
			body: `{"name":"Bob"}`, given: []string{"name"},
			want: person{Name: "Bob", Roles: []string{"Agent"}, Skills: map[string]int{"en": 90, "de": 10}, Lead: true, Home: &place{"Ulm"}},
		},
		"null empties, also at depth": {
			body: `{"roles":null,"skills":{"de":null,"fr":5},"lead":null}`, given: []string{"lead", "roles", "skills"},
			want: person{Name: "Ann", Skills: map[string]int{"en": 90, "fr": 5}, Home: &place{"Ulm"}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, c := stored(), &validation.Context{}
			given, err := input.Patch([]byte(tt.body), &got, c, "id")
			require.NoError(t, err)
			require.Empty(t, c.Errors())
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.given, given)
		})
	}
	old := stored()
	shared := old
	_, err := input.Patch([]byte(`{"roles":["Chief"]}`), &shared, &validation.Context{})
	require.NoError(t, err)
	require.Equal(t, []string{"Chief"}, shared.Roles)
	require.Equal(t, stored(), old, "what the struct was copied from stays as it is")
	got, c := stored(), &validation.Context{}
	_, err = input.Patch([]byte(`{"name":null,"skills":[],"home":{"city":null}}`), &got, c)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"/name": "required", "/skills": "type", "/home/city": "required"}, codes(c))
}

func FuzzPatch(f *testing.F) {
	for _, seed := range []string{`{}`, `{"skills":{"a":null}}`, `{"home":{"city":{}}}`, `{"name":null}`, `[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p := person{Name: "Ann", Home: &place{"Ulm"}}
		c := &validation.Context{}
		if _, err := input.Patch(body, &p, c); err == nil && len(c.Errors()) == 0 {
			require.NotEmpty(t, p.Name, "what breaks no rule is valid")
		}
	})
}
