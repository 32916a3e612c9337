package main

import (
	"encoding/json"
	"fmt"
	"time"

	"gopkg.in/yaml.v3"

	"admin-api/api"
	"admin-api/models"
)

// writtenExamples returns the examples of an operation whose answers are best
// shown as a whole; nil for none.
func writtenExamples(id string) *yaml.Node {
	at := models.NewTime(time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC))
	switch id {
	case "readSalesforceLimits":
		return object("read", example(limitsRead(at)), "refused", example(limitsRefused(at)))
	case "authorizeSalesforce":
		return object("begun", example(api.Authorization{
			AuthorizationURL: "https://acme.my.salesforce.com/services/oauth2/authorize?client_id=3MVG9d8.EXAMPLE" +
				"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&prompt=consent" +
				"&redirect_uri=https%3A%2F%2Fmycompany.example%2Fadmin%2Fsalesforcecallback.html&response_type=code" +
				"&scope=api+refresh_token&state=AQAAAJ8EXAMPLE",
			RedirectURI: "https://mycompany.example/admin/salesforcecallback.html",
			ExpiresAt:   models.NewTime(at.Add(10 * time.Minute)),
		}))
	}
	return nil
}

func limitsRead(at models.Time) api.Limits {
	return api.Limits{
		Status: models.CheckPassed, CheckedAt: at, DurationMs: 640, AccountVersion: 7,
		Limits: []models.Usage{
			{Name: "DailyApiRequests", Max: 15000, Remaining: 14982}, {Name: "DataStorageMB", Max: 1024, Remaining: 1000},
		},
		Steps: []models.CheckStep{
			{Name: "authenticate", Status: "passed", DurationMs: 410}, {Name: "limits", Status: "passed", DurationMs: 220},
		},
		Identity: "user 005xx000001SwiUAAS of organization 00Dxx0000001gPLEAY",
	}
}

func limitsRefused(at models.Time) api.Limits {
	cause := "permission"
	return api.Limits{
		Status: models.CheckFailed, Cause: &cause, CheckedAt: at, DurationMs: 590, AccountVersion: 7,
		Limits: []models.Usage{},
		Steps: []models.CheckStep{
			{Name: "authenticate", Status: "passed", DurationMs: 400},
			{
				Name: "limits", Status: "failed", DurationMs: 180, Code: "limits_hidden", HTTPStatus: 403,
				Detail: "The Salesforce user may use the API but not see the organization's limits.",
				Hint:   "Give the user the permission View Setup and Configuration.",
			},
		},
		Identity: "user 005xx000001SwiUAAS of organization 00Dxx0000001gPLEAY",
	}
}

// example is an Example Object of a document.
func example(document any) *yaml.Node {
	b, err := api.Encode(document)
	if err != nil {
		panic(fmt.Sprintf("example: %v", err)) // a literal without a JSON form
	}
	return object("value", raw(json.RawMessage(b)))
}
