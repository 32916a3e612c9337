package outbound

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// site is a vendor with two host names, one over TLS and one without, and an
// inside server that nobody may come to.
type site struct {
	client  *Client
	plain   *socket
	secure  *socket
	inside  *socket
	headers []http.Header // by hop, over TLS
	bodies  []int64
}

// redirecting answers /hop0 with a redirect to targets[0], /hop1 to targets[1]
// and so on; everything else with 200.
func redirecting(t *testing.T, status int, targets ...string) *site {
	t.Helper()
	ca := newAuthority(t)
	w := &site{inside: talk(t, silence)}
	expand := strings.NewReplacer("$inside", w.inside.addr(), "$port", w.inside.port())
	handler := func(rw http.ResponseWriter, r *http.Request) {
		w.headers = append(w.headers, r.Header.Clone())
		w.bodies = append(w.bodies, r.ContentLength)
		for i, target := range targets {
			if r.URL.Path == "/hop"+string(rune('0'+i)) {
				rw.Header().Set("Location", expand.Replace(target))
				rw.WriteHeader(status)
				return
			}
		}
	}
	w.secure = serveTLS(t, handler, ca.issue(t, nil))
	w.plain = serve(t, handler)
	w.client = newClient(t, Config{
		CAFile: ca.file(t),
		ConnectTo: []string{
			vendor + ":443=" + w.secure.addr(), vendor + ":80=" + w.plain.addr(),
			"other.test:443=" + w.secure.addr(), "other.test:80=" + w.plain.addr(),
		},
		Resolver: resolving("inside.test", "127.0.0.1"),
	})
	return w
}

func TestRedirects(t *testing.T) {
	const hop0 = "https://vendor.test/hop0"
	tests := []struct {
		name    string
		from    string
		policy  Redirects
		targets []string
		addr    string // of the refused target; "" when it is followed
		dials   uint64
	}{
		{"same host", hop0, SameHost, []string{"/end"}, "", 2},
		{"same host, absolute", hop0, SameHost, []string{"https://VENDOR.test.:443/end"}, "", 2},
		{"same host without TLS", "http://vendor.test/hop0", SameHost, []string{"/end"}, "", 2},
		{"three in a row", hop0, SameHost, []string{"/hop1", "/hop2", "/end"}, "", 4},
		{"four in a row", hop0, SameHost, []string{"/hop1", "/hop2", "/hop3", "/end"}, "vendor.test:443", 4},
		{"loop", hop0, AnyHost, []string{"/hop0"}, "vendor.test:443", 4},
		{"other host", hop0, SameHost, []string{"https://other.test/end?token=Secret"}, "other.test:443", 1},
		{"other host on the second hop", hop0, SameHost, []string{"/hop1", "//other.test/end"}, "other.test:443", 2},
		{"other port", hop0, SameHost, []string{"https://vendor.test:8443/end"}, "vendor.test:8443", 1},
		{"sub-domain", hop0, SameHost, []string{"https://www.vendor.test/end"}, "www.vendor.test:443", 1},
		{"down to http", hop0, SameHost, []string{"http://vendor.test/end"}, "vendor.test:80", 1},
		{"down to http at the same port", hop0, AnyHost, []string{"http://vendor.test:443/end"}, "vendor.test:443", 1},
		{"down to http, any host", hop0, AnyHost, []string{"http://vendor.test/end"}, "vendor.test:80", 1},
		{"up to https", "http://vendor.test/hop0", SameHost, []string{"https://vendor.test/end"}, "vendor.test:443", 1},
		{"up to https, any host", "http://vendor.test/hop0", AnyHost, []string{"https://vendor.test/end"}, "", 2},
		{"http to another host", "http://vendor.test/hop0", AnyHost, []string{"http://other.test/end"}, "other.test:80", 1},
		{"any host", hop0, AnyHost, []string{"https://other.test/end"}, "", 2},
		{"inside address", hop0, SameHost, []string{"https://$inside/"}, "127.0.0.1:$port", 1},
		{"metadata", hop0, SameHost, []string{"http://169.254.169.254/latest/meta-data/"}, "169.254.169.254:80", 1},
		{"other scheme", hop0, AnyHost, []string{"file:///etc/passwd"}, "-", 1},
		{"user in the target", hop0, SameHost, []string{"https://Secret:Secret@other.test/"}, "other.test:443", 1},
		{"no URL", hop0, SameHost, []string{"https://Secret:x y/%zz"}, "-", 1},
		{"no address", hop0, SameHost, []string{"https://0x7f.1/"}, "-", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := redirecting(t, http.StatusFound, tt.targets...)
			status, _, err := fetch(w.client, get(t, tt.from), WithRedirects(tt.policy))
			require.Equal(t, tt.dials, w.client.Dials())
			require.Zero(t, w.inside.accepted.Load())
			if tt.addr == "" {
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, status)
				return
			}
			require.ErrorIs(t, err, &Error{Phase: PhaseRedirect, Kind: RedirectRefused})
			require.NotContains(t, err.Error(), "Secret")
			require.NotContains(t, err.Error(), "/")
			if tt.addr != "-" {
				require.ErrorContains(t, err, "redirect "+strings.ReplaceAll(tt.addr, "$port", w.inside.port())+": ")
			}
		})
	}
}

// TestRedirectInside follows to any host, and still nothing inside is dialled.
func TestRedirectInside(t *testing.T) {
	for _, target := range []string{
		"https://$inside/", "https://inside.test:$port/", "https://[::1]:$port/", "https://[::ffff:7f00:1]:$port/",
		"https://127.1:$port/", "https://2130706433:$port/", "https://0x7f.1:$port/", "https://169.254.169.254/",
	} {
		t.Run(target, func(t *testing.T) {
			w := redirecting(t, http.StatusFound, target)
			_, _, err := fetch(w.client, get(t, "https://vendor.test/hop0"), WithRedirects(AnyHost))
			require.ErrorIs(t, err, &Error{Kind: Blocked})
			require.EqualValues(t, 1, w.client.Dials())
			require.Zero(t, w.inside.accepted.Load())
		})
	}
}

// TestRedirectToReboundHost redirects to the very same host, whose name has
// become an inside one meanwhile.
func TestRedirectToReboundHost(t *testing.T) {
	var asked atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, "/again", http.StatusFound)
	})
	rebinding := &names{answers: map[string][][]string{vendor: {{"93.184.216.34"}, {"10.0.0.1"}}}}
	c := newClient(t, Config{Resolver: rebinding})
	o := &opener{real: s.addr()}
	c.open = o.open
	_, _, err := fetch(c, get(t, "http://"+vendor+"/"))
	require.ErrorIs(t, err, &Error{Phase: PhaseConnect, Kind: Blocked})
	require.Equal(t, []string{"93.184.216.34:80"}, o.opened)
	require.EqualValues(t, 1, asked.Load())
}

func TestNoRedirects(t *testing.T) {
	w := redirecting(t, http.StatusMovedPermanently, "https://other.test/end")
	resp, err := w.client.Do(get(t, "https://vendor.test/hop0"), WithRedirects(NoRedirects))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusMovedPermanently, resp.StatusCode)
	require.Equal(t, "https://other.test/end", resp.Header.Get("Location"))
	require.EqualValues(t, 1, w.client.Dials())
}

func TestAnswersThatOnlyLookLikeRedirects(t *testing.T) {
	for _, status := range []int{http.StatusCreated, http.StatusNotModified, http.StatusMultipleChoices} {
		w := redirecting(t, status, "https://other.test/end")
		got, _, err := fetch(w.client, get(t, "https://vendor.test/hop0"))
		require.NoError(t, err)
		require.Equal(t, status, got)
	}
	w := redirecting(t, http.StatusFound, "")
	got, _, err := fetch(w.client, get(t, "https://vendor.test/hop0"))
	require.NoError(t, err)
	require.Equal(t, http.StatusFound, got)
}

func credentials(t *testing.T) *http.Request {
	t.Helper()
	req := get(t, "https://vendor.test/hop0?key=Secret")
	req.Header = http.Header{
		"Authorization": {"Bearer Secret"}, "Cookie": {"session=Secret"}, "X-Api-Key": {"Secret"}, "Accept": {"text/x"},
		"User-Agent": {"probe"},
	}
	return req
}

func TestCredentialsStayWithTheirHost(t *testing.T) {
	w := redirecting(t, http.StatusFound, "https://other.test/hop1", "https://vendor.test/hop2", "/end")
	_, _, err := fetch(w.client, credentials(t), WithRedirects(AnyHost))
	require.NoError(t, err)
	require.Len(t, w.headers, 4)
	require.Equal(t, "Bearer Secret", w.headers[0].Get("Authorization"))
	for i, h := range w.headers[1:] {
		require.Equal(t, "text/x", h.Get("Accept"))
		require.Equal(t, "probe", h.Get("User-Agent"))
		for name, values := range h {
			require.NotContains(t, strings.Join(values, " "), "Secret", "hop %d, %s", i+1, name)
		}
	}
}

func TestCredentialsGoWithTheSameHost(t *testing.T) {
	w := redirecting(t, http.StatusTemporaryRedirect, "/end")
	req := credentials(t)
	post, err := http.NewRequestWithContext(t.Context(), http.MethodPost, req.URL.String(), strings.NewReader("body"))
	require.NoError(t, err)
	post.Header = req.Header
	_, _, err = fetch(w.client, post)
	require.NoError(t, err)
	require.Equal(t, "Secret", w.headers[1].Get("X-Api-Key"))
	require.Equal(t, []int64{4, 4}, w.bodies)
}

func TestBodyStaysWithItsHost(t *testing.T) {
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		w := redirecting(t, status, "https://other.test/end")
		body := strings.NewReader("body")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://vendor.test/hop0", body)
		require.NoError(t, err)
		_, _, err = fetch(w.client, req, WithRedirects(AnyHost))
		require.ErrorIs(t, err, &Error{Kind: RedirectRefused})
		require.Equal(t, []int64{4}, w.bodies)
	}
}
