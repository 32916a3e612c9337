package contracttest

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/pb33f/libopenapi-validator/errors"
)

// most is how many violations of a schema are told.
const most = 12

// explain says what was found: where and which rule, never a value.
func explain(errs []*errors.ValidationError) []string {
	var problems []string
	for _, err := range errs {
		if len(err.SchemaValidationErrors) == 0 {
			problems = append(problems, err.Message+": "+err.Reason)
			continue
		}
		told := relevant(err.SchemaValidationErrors)
		for i, failure := range told {
			if i == most {
				problems = append(problems, fmt.Sprintf("and %d more", len(told)-most))
				break
			}
			problems = append(problems, fmt.Sprintf("%s breaks %s%s", at(err, failure), failure.KeywordLocation, why(failure)))
		}
	}
	return problems
}

// at says where: in a header field, or in the body.
func at(err *errors.ValidationError, failure *errors.SchemaValidationFailure) string {
	switch {
	case err.ParameterName != "":
		return "header field " + err.ParameterName
	case failure.FieldPath == "":
		return "the body"
	default:
		return failure.FieldPath
	}
}

// tellable are the keywords whose reason names members and types, not values.
var tellable = regexp.MustCompile(`/(required|additionalProperties|type|enum)$`)

func why(failure *errors.SchemaValidationFailure) string {
	if tellable.MatchString(failure.KeywordLocation) {
		return " (" + failure.Reason + ")"
	}
	return ""
}

// variant finds the last branch of a union in the location of a keyword.
var variant = regexp.MustCompile(`^.*/oneOf/[0-9]+`)

// otherType is the location of the keyword that tells one type from another.
var otherType = regexp.MustCompile(`/properties/type/const$`)

// relevant leaves out the branches of a union that are for other types: a
// document of one type fits none of them.
func relevant(failures []*errors.SchemaValidationFailure) []*errors.SchemaValidationFailure {
	foreign := map[string]bool{}
	for _, f := range failures {
		if otherType.MatchString(f.KeywordLocation) {
			foreign[variant.FindString(f.KeywordLocation)] = true
		}
	}
	var list []*errors.SchemaValidationFailure
	for _, f := range failures {
		if branch := variant.FindString(f.KeywordLocation); branch == "" || !foreign[branch] {
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		return failures
	}
	return list
}

func codeAndStatus(body []byte) (code string, status int) {
	var problem struct {
		Code   string `json:"code"`
		Status int    `json:"status"`
	}
	if json.Unmarshal(body, &problem) != nil {
		return "", 0 // the schema has said so
	}
	return problem.Code, problem.Status
}
