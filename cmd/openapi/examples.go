package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
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
	case "listAuditEvents":
		page := api.AppendAuditEventPage(nil, []models.AuditEvent{auditUpdate()}, "")
		return object("change", example(json.RawMessage(page)))
	case "verifyAudit":
		return object("intact", example(api.AuditReport{Status: "intact", Records: 42, Checkpoint: auditCheckpoint(at)}),
			"broken", example(api.AuditReport{
				Status: "broken", Records: 16, BrokenSequence: 17, Reason: "it is missing",
			}))
	}
	return nil
}

// auditUpdate is the record of a change.
func auditUpdate() models.AuditEvent {
	return models.AuditEvent{
		ContactCenterID: "0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a", Sequence: 42, ID: "0198c0e0-11d4-7c02-8b6e-5a4f3e2d1c0b",
		At:    models.NewTime(time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)),
		Actor: "token:0198c0df-02b5-7a63-a1f8-6e5d4c3b2a19", ActorName: "deployment", Address: "192.0.2.7",
		RequestID: "0198c0e0-11d3-7f51-9c0d-2b1a09f8e7d6", Operation: "account.update",
		TargetType: "account", TargetID: "0198c0de-9a1b-7e42-8c3d-4f5e6d7c8b9a", Outcome: models.OutcomeSuccess,
		Changes: models.JSON(`[{"pointer":"/properties/url","old":"https://acme.zendesk.com",` +
			`"new":"https://acme-eu.zendesk.com"},{"pointer":"/properties/apiToken","old":"set","new":"changed"}]`),
		MAC: bytes.Repeat([]byte{0x9f, 0x3a, 0xc2, 0x10}, 8),
	}
}

func auditCheckpoint(at models.Time) *api.AuditCheckpoint {
	return &api.AuditCheckpoint{
		ContactCenterID: "0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a", Sequence: 42, At: at, MAC: strings.Repeat("9f3ac210", 16),
	}
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
