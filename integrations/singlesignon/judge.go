package singlesignon

import (
	"bytes"
	"mime"
	"net/http"
	"regexp"
	"strings"

	"admin-api/integrations"
	"admin-api/integrations/platform/saml"
)

// azureCode is how Microsoft Entra ID names its errors on pages.
var azureCode = regexp.MustCompile(`AADSTS([0-9]{5,8})\b`)

// azureCodes are the errors that can come before anybody has signed in.
var azureCodes = map[string]integrations.Diagnosis{
	"700016": azureIdentifier,
	"50011":  azureReplyURL,
	"90002":  azureDirectory,
	"76021":  azureSigned,
	"75001":  azureRequest, // the binding
	"75005":  azureRequest, // the message
	"750054": azureRequest, // no message where one must be
	"75008":  azureRequest, // the destination
	"75016":  azureRequest, // the form of the name
}

// judgeAnswer says what is wrong with the page that a sign-in begins with: what must keep
// people out, and what only may.
func judgeAnswer(p Provider, a *integrations.Answer) (fatal, doubtful *integrations.Failure) {
	if p == Azure {
		if fatal, doubtful = judgeAzure(a); fatal != nil || doubtful != nil {
			return fatal, doubtful
		}
	}
	switch {
	case a.Status == http.StatusUnauthorized && a.Header.Get("WWW-Authenticate") != "":
		return nil, nil // AD FS lets Windows sign people in
	case a.Status == http.StatusBadRequest, a.Status == http.StatusUnprocessableEntity:
		return requestRefused.From(a), nil
	case a.Status == http.StatusMethodNotAllowed:
		return postOnly.From(a), nil
	}
	if f := a.Failure(); f != nil {
		return advise(f, p), nil
	}
	return judgePage(a), nil
}

// judgeAzure looks for an error on the page, whatever its status. An unknown one on a
// page that is in order may be a text that the page has for later.
func judgeAzure(a *integrations.Answer) (fatal, doubtful *integrations.Failure) {
	found := azureCode.FindSubmatch(a.Body)
	if found == nil {
		return nil, nil
	}
	number := string(found[1])
	if d, known := azureCodes[number]; known {
		return d.From(a), nil
	}
	f := azureError.From(a)
	f.Detail = "Microsoft Entra ID shows the error AADSTS" + number + " in place of the sign-in page."
	if a.Status >= http.StatusBadRequest {
		return f, nil
	}
	return nil, f
}

func judgePage(a *integrations.Answer) *integrations.Failure {
	kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		kind, _, _ = strings.Cut(http.DetectContentType(a.Body), ";")
	}
	switch {
	case kind == "text/html", kind == "application/xhtml+xml":
		return nil
	case bytes.Contains(a.Body, []byte("EntityDescriptor")) && bytes.Contains(a.Body, []byte(saml.NamespaceMetadata)):
		return metadataAddress.From(a)
	}
	return noSignInPage.From(a)
}

// advise adds what helps at the provider.
func advise(f *integrations.Failure, p Provider) *integrations.Failure {
	switch {
	case p == Okta && (f.HTTPStatus == http.StatusNotFound || f.HTTPStatus == http.StatusForbidden):
		f.Hint = "The application may be inactive or deleted in Okta; activate it, or copy Identity Provider Single " +
			"Sign-On URL again."
	case p == Google && (f.HTTPStatus == http.StatusNotFound || f.HTTPStatus == http.StatusForbidden):
		f.Hint = "Check in the Google Admin console that the application exists and is on under User access, and its " +
			"Entity ID."
	case f.HTTPStatus == http.StatusNotFound || f.HTTPStatus == http.StatusGone:
		f.Hint = "Copy the provider's address for signing in by SAML 2.0 again."
	case f.HTTPStatus == http.StatusUnauthorized || f.HTTPStatus == http.StatusForbidden:
		f.Hint = "The provider may let in certain networks only: check with a test sign-in from a person's browser."
	case f.HTTPStatus >= http.StatusInternalServerError:
		f.Hint = "Try again later. Some providers answer so where they do not know our entity id: check what is entered " +
			"there."
	}
	return f
}
