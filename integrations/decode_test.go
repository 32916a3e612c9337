package integrations

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/secret"
	"admin-api/validation"
)

func TestCheck(t *testing.T) { require.NoError(t, sample.Check()) }

func TestDecodeSample(t *testing.T) {
	p, c := decodeSample(t, sampleDocument)
	require.NoError(t, c.Err())
	require.Empty(t, c.Warnings())
	require.Equal(t, "abcd1234", p.Token.Reveal())
	require.Equal(t, 5, *p.Retries)
	require.Equal(t, map[string]string{"k/1": "x1"}, p.Headers)
	require.Equal(t, []sampleRoute{{"r1", 1}}, p.Routes)
}

func TestDecodeFinds(t *testing.T) {
	tests := []struct {
		name, patch string
		want        []string
	}{
		{"nothing", `{}`, nil},
		{"unknown members", `{"Url":1,"x/y":null}`, []string{"/Url unknown_member", "/x~1y unknown_member"}},
		{"nested unknown member", `{"feed":{"x":1}}`, []string{"/feed/x unknown_member"}},
		{"text", `{"url":1}`, []string{"/url type"}},
		{"null is absent", `{"url":null}`, []string{"/url required"}},
		{"empty is absent", `{"url":" "}`, []string{"/url required"}},
		{"optional null", `{"note":null,"hosts":null,"retries":null,"feed":null,"port":null}`, nil},
		{"optional empty", `{"note":"","hosts":[],"owner":"","headers":{},"feed":{},"routes":[]}`, nil},
		{"boolean", `{"verified":"true"}`, []string{"/verified type"}},
		{"integer", `{"port":"443"}`, []string{"/port type"}},
		{"fraction", `{"port":1.5}`, []string{"/port type"}},
		{"whole fraction", `{"port":443.0}`, nil},
		{"huge", `{"port":1e400}`, []string{"/port type"}},
		{"beyond exact", `{"port":9007199254740993}`, []string{"/port type"}},
		{"integer bounds", `{"port":0}`, []string{"/port min"}},
		{"integer enum", `{"retries":2}`, []string{"/retries enum"}},
		{"list", `{"hosts":"a"}`, []string{"/hosts type"}},
		{"elements", `{"hosts":["a",1,null,"-"]}`, []string{"/hosts max"}},
		{"elements of types", `{"hosts":["a",null,"-"]}`, []string{"/hosts/1 type", "/hosts/2 host"}},
		{"few", `{"hosts":["a"]}`, []string{"/hosts min"}},
		{"twice", `{"hosts":["a","a"]}`, []string{"/hosts unique"}},
		{"element enum", `{"tags":["a","d"]}`, []string{"/tags/1 enum"}},
		{"empty element of an enum", `{"tags":["a"," "]}`, []string{"/tags/1 enum"}},
		{"map", `{"headers":["x"]}`, []string{"/headers type"}},
		{"map values", `{"headers":{"a":1,"b/":"y"}}`, []string{"/headers/a type", "/headers/b~1 pattern"}},
		{"map keys", `{"headers":{"":"x"," a":"x"}}`, []string{"/headers/ invalid_key", "/headers/ a invalid_key"}},
		{"large map", `{"headers":{"a":"x","b":"x","c":"x"}}`, []string{"/headers max"}},
		{"object", `{"feed":[]}`, []string{"/feed type"}},
		{"objects", `{"routes":[1,{"name":"toolong","weight":10},{}]}`, []string{
			"/routes/0 type", "/routes/2/name required", "/routes/1/name max", "/routes/1/weight max",
		}},
		{"required while it applies", `{"token":null}`, []string{"/token required"}},
		{"required not while it does not", `{"mode":"none","token":null,"verified":null}`, nil},
		{"secret type", `{"token":1}`, []string{"/token type"}},
		{"secret mask", `{"token":"****"}`, []string{"/token secret_mask_submitted"}},
		{"secret empty", `{"token":""}`, []string{"/token secret_mask_submitted"}},
		{"secret line ends only", `{"token":"\r\n"}`, []string{"/token secret_mask_submitted"}},
		{"secret line end", `{"token":"abcd\r\n"}`, nil},
		{"secret blank", `{"token":" abcd"}`, []string{"/token pattern"}},
		{"secret length", `{"token":"abc"}`, []string{"/token min"}},
		{"secret control character", `{"token":"ab\u0000cd"}`, []string{"/token control_character"}},
		{"control character", `{"user":"x","note":"a\u0007"}`, []string{
			"/user not_applicable", "/note control_character",
		}},
		{"too long", `{"note":"` + strings.Repeat("é", 51) + `"}`, []string{"/note max"}},
		{"just fits", `{"note":"` + strings.Repeat("é", 50) + `"}`, nil},
		{"not applicable", `{"mode":"none"}`, []string{"/token not_applicable", "/verified not_applicable"}},
		{"unset where not applicable", `{"mode":"none","token":null,"verified":false,"user":""}`, nil},
		{"nested condition", `{"feed":{"enabled":false,"host":"a"}}`, []string{"/feed/host not_applicable"}},
		{"nested requirement", `{"feed":{"enabled":true}}`, []string{"/feed/host required"}},
		{"object required", `{"proxy":null}`, []string{"/proxy required"}},
		{"certificate", `{"issuers":["x"],"ca":"x"}`, []string{"/issuers/0 pem_certificate"}},
		{"own rule", `{"url":"https://forbidden.example/"}`, []string{"/url forbidden_host"}},
		{"own rule after a broken one", `{"url":"http://forbidden.example"}`, []string{"/url https_url"}},
		{"enum", `{"mode":"x","token":null,"verified":null}`, []string{"/mode enum"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, c := decodeSample(t, patched(t, tt.patch))
			require.Equal(t, tt.want, lines(c.Errors()))
			require.Empty(t, c.Warnings())
		})
	}
}

func TestDecodeRefusesWhatIsNoObject(t *testing.T) {
	for document, want := range map[string]string{
		``: " type", `[]`: " type", `null`: " type", `{`: " type", `{} {}`: " type", `"x"`: " type",
		`{"url":1,"url":2}`: "/url duplicate_member", `{"feed":{"x":1,"x":1}}`: "/feed/x duplicate_member",
	} {
		c := new(validation.Context)
		require.Nil(t, sample.Decode(json.RawMessage(document), nil, c))
		require.Equal(t, []string{want}, lines(c.Errors()))
	}
}

func TestDecodeKept(t *testing.T) {
	const all = `/token /password /key /feed/secret /proxy/secret`
	tests := []struct{ name, patch, want string }{
		{"all that apply", `{"token":"x","key":"x","feed":{"enabled":true,"host":"a","secret":"x"},"proxy":{"enabled":true,"host":"a"}}`, "/proxy/secret"},
		{"no secret given", `{}`, ""},
	}
	for _, tt := range tests {
		p, _ := decodeSample(t, patched(t, tt.patch), strings.Fields(all)...)
		require.Equal(t, strings.Fields(tt.want), append([]string{}, sample.KeptSecrets(p)...), tt.name)
	}
	document := `{"url":"https://a.example","mode":"token","feed":{"enabled":false},"proxy":{"enabled":true,"host":"b.example"}}`
	p, c := decodeSample(t, document, strings.Fields(all)...)
	require.NoError(t, c.Err())
	require.Empty(t, c.Warnings())
	require.Equal(t, []string{"/token", "/key", "/proxy/secret"}, sample.KeptSecrets(p))
	require.True(t, p.Token.IsKept())
	require.True(t, p.Password.IsZero(), "what does not apply is dropped")

	p, c = decodeSample(t, strings.Replace(document, `"mode"`, `"token":null,"mode"`, 1), "/token")
	require.Equal(t, []string{"/token required"}, lines(c.Errors()), "null clears")
	require.Empty(t, sample.KeptSecrets(p))

	p, c = decodeSample(t, `{"url":"https://a.example"}`, "/proxy/secret", "/nonsense", "/url")
	require.NoError(t, c.Err())
	require.Nil(t, p.Proxy, "a kept secret makes no parent")
}

// A leftover is dropped where the request does not set it.
func TestDecodeDropsLeftovers(t *testing.T) {
	c := &validation.Context{Changed: func(string) bool { return false }}
	c.Prefix("/properties")
	document := `{"url":"https://a.example","mode":"none","user":"ann@acme.example","verified":true,"feed":{"host":"a"}}`
	p, ok := sample.Decode(json.RawMessage(document), nil, c).(*sampleProperties)
	require.True(t, ok)
	require.NoError(t, c.Err())
	require.Equal(t, []string{
		"/properties/user property_dropped", "/properties/verified property_dropped", "/properties/feed/host property_dropped",
	}, lines(c.Warnings()))
	require.Empty(t, p.User)
	require.False(t, p.Verified)
}

func TestEncode(t *testing.T) {
	p, c := decodeSample(t, sampleDocument)
	require.NoError(t, c.Err())
	encoded, err := sample.Encode(p)
	require.NoError(t, err)
	require.Equal(t, `{"url":"https://acme.example","mode":"token","scheme":"plain","verified":true,"port":8443,"retries":5,"note":"two\nlines",`+
		`"owner":"0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60","hosts":["a.example","192.0.2.1"],"tags":["a"],"headers":{"k/1":"x1"},`+
		`"feed":{"enabled":true,"host":"b.example"},"proxy":{"enabled":false},"routes":[{"name":"r1","weight":1}]}`, string(encoded))

	full, err := sample.EncodeWithSecrets(p)
	require.NoError(t, err)
	again, c := decodeSample(t, string(full))
	require.NoError(t, c.Err())
	require.Equal(t, p, again)

	p.Token = secret.Kept()
	_, err = sample.EncodeWithSecrets(p)
	require.EqualError(t, err, "secret /token is not at hand")
	_, err = sample.Encode(nil)
	require.Error(t, err)

	minimal, c := decodeSample(t, `{"url":"https://acme.example","note":"<é>"}`)
	require.NoError(t, c.Err())
	encoded, err = sample.Encode(minimal)
	require.NoError(t, err)
	require.Equal(t, `{"url":"https://acme.example","mode":"none","port":443,"note":"<é>","feed":{"enabled":false}}`, string(encoded))
}

func TestSecrets(t *testing.T) {
	p, _ := decodeSample(t, sampleDocument)
	require.Equal(t, []string{"/token", "/password", "/key", "/feed/secret", "/proxy/secret"}, sample.SecretPointers())
	values := sample.Secrets(p)
	require.Len(t, values, 3)
	require.Equal(t, "s1", values["/feed/secret"].Reveal())

	require.NoError(t, sample.SetSecret(p, "/proxy/secret", secret.New("p")))
	require.Equal(t, "p", p.Proxy.Secret.Reveal())
	require.Error(t, sample.SetSecret(p, "/url", secret.New("p")))
	p.Proxy = nil
	require.EqualError(t, sample.SetSecret(p, "/proxy/secret", secret.New("p")), "secret /proxy/secret: parent object is absent")
}

// TestMaskedSecretCountsAsGiven: who sends a placeholder is not told as well that
// something is missing.
func TestMaskedSecretCountsAsGiven(t *testing.T) {
	def := sample
	def.NoProbe, def.New = "None.", func() Properties {
		return new(checked[struct {
			Key   secret.Text `json:"key" validate:"required_without=Token" label:"Key"`
			Token secret.Text `json:"token" validate:"required_without=Key" label:"Token"`
		}])
	}
	c := new(validation.Context)
	def.Decode(json.RawMessage(`{"inner":{"token":"***"}}`), nil, c)
	require.EqualError(t, c.Err(), "invalid: /inner/token secret_mask_submitted")
}

func TestDestinations(t *testing.T) {
	require.Equal(t, []string{"/url", "/mode", "/port", "/hosts", "/feed/host", "/proxy/host"}, sample.Destinations())
	for patch, want := range map[string][]string{
		`{}`:                                    nil,
		`{"note":"x","token":"abcd"}`:           nil,
		`{"url":"https://acme.example/"}`:       nil,
		`{"url":"https://b.example"}`:           {"/url"},
		`{"port":1,"hosts":["a","b"]}`:          {"/port", "/hosts"},
		`{"feed":{"enabled":false}}`:            {"/feed/host"},
		`{"proxy":null}`:                        nil,
		`{"proxy":{"enabled":true,"host":"x"}}`: {"/proxy/host"},
	} {
		before, _ := decodeSample(t, sampleDocument)
		after, _ := decodeSample(t, patched(t, patch))
		require.Equal(t, want, sample.ChangedDestinations(before, after), patch)
		require.Equal(t, want, sample.ChangedDestinations(after, before), patch)
	}
}

func BenchmarkDecode(b *testing.B) {
	document := json.RawMessage(`{"url":"https://acme.example","mode":"user","user":"ann@acme.example","password":"s3cr3t"}`)
	for b.Loop() {
		sample.Decode(document, nil, new(validation.Context))
	}
}
