// Package ibm knows how the Watson services of IBM Cloud are addressed, how they
// authenticate callers, and how they word refusals.
//
// It does not know what to ask of which service; that belongs to the types.
// Facts come from https://cloud.ibm.com/docs/watson?topic=watson-iam and
// https://cloud.ibm.com/docs/account?topic=account-iamtoken_from_apikey
package ibm

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"admin-api/integrations"
	"admin-api/validation"
)

// Service is how accounts of one Watson service are addressed.
type Service struct {
	// Host is what hosts of the service end in, before watson.cloud.ibm.com.
	Host string
	// Label is what people call it.
	Label string
	// Strict: only IBM Cloud offers it, nobody runs one of their own.
	Strict bool
	// Gateway: documents of old still name the gateway that is gone, so that it
	// is accepted with a warning.
	Gateway bool
}

// TidyURL cuts white space and the slash at the end, brings scheme and host to
// lower case and drops the port that goes without saying. What cannot be read
// is only trimmed.
func TidyURL(raw string) string {
	raw = strings.TrimSpace(raw)
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return raw
	}
	tidy := strings.ToLower(u.Scheme) + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443") +
		strings.TrimRight(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		tidy += "?" + u.RawQuery
	}
	return tidy
}

// HTTPS returns the address at which a service that was entered with wss:// is
// asked over HTTP.
func HTTPS(address string) string {
	if rest, ok := strings.CutPrefix(address, "wss://"); ok {
		return "https://" + rest
	}
	return address
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.Hostname(), ".")
}

// usablePort reports whether the address names no port or one that there can be.
func usablePort(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Port() == "" {
		return err == nil
	}
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && n > 0
}

func under(host, domain string) bool { return host == domain || strings.HasSuffix(host, "."+domain) }

// onCloud reports whether the address is IBM Cloud's own, where keys are good.
func onCloud(address string) bool { return under(hostOf(address), "cloud.ibm.com") }

// retired reports whether the address is below the domain that IBM switched off
// on 26 May 2021 (https://github.com/watson-developer-cloud/go-sdk#announcements).
func retired(address string) bool { return under(hostOf(address), "watsonplatform.net") }

// CheckURL judges whether the address, which has the right form, is one of the
// service.
func (v Service) CheckURL(c *validation.Context, pointer, address string) {
	host := hostOf(address)
	if host == "" || c.Broken(pointer) {
		return
	}
	instead := fmt.Sprintf("https://api.REGION.%s.watson.cloud.ibm.com", v.Host)
	switch {
	case !usablePort(address):
		port := validation.Rule("port", "", validation.KindText)
		port.Pointer = pointer
		c.Add(port)
	case under(host, v.Host+".watson.cloud.ibm.com"):
	case retired(address) && v.Gateway:
		c.Warn(pointer, "endpoint_retired",
			"Is a host that IBM switched off in 2021; copy the present URL from the service's credentials.")
	case retired(address):
		c.Violate(pointer, "endpoint_retired",
			"Is a host that IBM switched off in 2021; enter the present URL of the service, such as "+instead+".")
	case under(host, "watson.cloud.ibm.com"):
		c.Violate(pointer, "other_service", "Is another service's address; copy the URL from the credentials of "+v.Label+".")
	case v.Strict:
		c.Violate(pointer, "ibm_host", "Must be an address of "+v.Label+" on IBM Cloud, such as "+instead+".")
	case !onCloud(address):
		c.Warn(pointer, "unusual_host", "Is not an address under cloud.ibm.com; check that it leads to "+v.Label+".")
	}
}

// ByAPIKey is the method of authentication that is not of old.
const ByAPIKey = "apiKey"

// CheckMethod warns of a method whose credentials are of old.
func CheckMethod(c *validation.Context, pointer, method string) {
	if method != ByAPIKey && !c.Broken(pointer) {
		c.Warn(pointer, "legacy_credentials",
			"IBM Cloud stopped accepting user names and passwords on 30 October 2019; use an API key.")
	}
}

// Unexpected is the failure for an answer that is JSON but not what IBM
// documents.
func Unexpected(a *integrations.Answer) *integrations.Failure {
	f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The answer is JSON but not what IBM documents.", "Check that the URL is that of the service's credentials.")
	f.HTTPStatus = a.Status
	return f
}
