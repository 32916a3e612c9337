package aws

import (
	"encoding/json"
	"encoding/xml"
	"strings"

	"admin-api/integrations"
)

// Refusal is what a service says in the body of an answer that is none.
type Refusal struct {
	// Code is AWS's, without name space: "AccessDeniedException". Empty where the
	// answer is not one of AWS's.
	Code string
	// Region is the one that S3 wants.
	Region string

	message string
}

// ReadRefusal reads a refusal in any of AWS's protocols: JSON, with the code in a
// header field or in the body, the XML of the query protocol and that of S3.
func ReadRefusal(a *integrations.Answer) Refusal {
	r, isJSON := readJSON(a.Body)
	if !isJSON {
		r = readXML(a.Body)
	}
	if code := a.Header.Get("X-Amzn-Errortype"); code != "" {
		r.Code = code
	}
	r.Code = bare(r.Code)
	return r
}

// bare takes the name space before a code and the address behind it off
// (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization).
func bare(code string) string {
	code, _, _ = strings.Cut(code, ":")
	return strings.TrimSpace(code[strings.LastIndexByte(code, '#')+1:])
}

func readJSON(body []byte) (r Refusal, ok bool) {
	var document struct {
		Type    string `json:"__type"`
		Code    any    `json:"code"`
		Message any    `json:"message"`
	}
	if json.Unmarshal(body, &document) != nil {
		return Refusal{}, false
	}
	r.Code = document.Type
	r.message, _ = document.Message.(string)
	if r.Code == "" {
		r.Code, _ = document.Code.(string)
	}
	return r, true
}

func readXML(body []byte) Refusal {
	type text struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
		Region  string `xml:"Region"`
	}
	var document struct {
		XMLName xml.Name
		text
		Inner text `xml:"Error"`
	}
	if xml.Unmarshal(body, &document) != nil {
		return Refusal{}
	}
	said := document.text
	switch document.XMLName.Local {
	case "Error":
	case "ErrorResponse":
		said = document.Inner
	default:
		return Refusal{}
	}
	return Refusal{Code: said.Code, Region: said.Region, message: said.Message}
}

// Diagnosis returns what the refusal says about the caller; not known where it is
// about something else.
func (r Refusal) Diagnosis() (d integrations.Diagnosis, known bool) {
	d, known = diagnoses[r.Code]
	if d.Code != SecretKeyRejected.Code {
		return d, known
	}
	// Services without a code of its own for it say only in words that the
	// signature is right but of another time or place.
	switch message := strings.ToLower(r.message); {
	case strings.Contains(message, "signature expired"), strings.Contains(message, "signature not yet current"):
		return ClockSkewed, true
	case strings.Contains(message, "credential should be scoped"):
		return SignatureRefused, true
	}
	return d, known
}

// Failure returns why AWS refused, nil if it did not: a diagnosis of Diagnoses,
// "permission_denied" or "rate_limited" by AWS's own code, else what the status
// says.
func Failure(a *integrations.Answer) *integrations.Failure {
	f := a.Failure()
	if f == nil {
		return nil
	}
	if d, known := ReadRefusal(a).Diagnosis(); known {
		return d.From(a)
	}
	return f
}
