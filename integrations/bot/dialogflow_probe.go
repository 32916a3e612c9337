package bot

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"admin-api/integrations"
	"admin-api/integrations/platform/google"
	"admin-api/secret"
)

// Steps of the probe of Dialogflow.
const (
	dialogflowAuthenticate = "authenticate"
	dialogflowAgent        = "agent"
)

var (
	agentNotFound = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "agent_not_found",
		Detail: "The project has no such agent.",
		Hint: "Compare project, location and agent ID with the agent's address in the console; " +
			"check that the edition is the agent's.",
	}
	locationRefused = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "location_refused",
		Detail: "Dialogflow refuses the request, most likely because the agent is not served at this location.",
		Hint:   "Enter the location that the agent's address in the console names.",
	}
)

func dialogflowDiagnoses() []integrations.Diagnosis {
	return slices.Concat(google.TokenDiagnoses(), google.Diagnoses(),
		[]integrations.Diagnosis{agentNotFound, locationRefused})
}

// Probe implements integrations.Prober. It reads what the agent is, as
// https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/projects/getAgent and
// https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/projects.locations.agents/get say.
func (p *DialogflowProperties) Probe(ctx context.Context, s *integrations.Session) error {
	var token secret.Text
	err := s.Step(dialogflowAuthenticate, func() (err error) {
		token, err = google.Token(ctx, s, p.ServiceAccountKey)
		return err
	})
	if err != nil {
		s.Skip(dialogflowAgent)
		return err
	}
	key, err := google.ParseKey(p.ServiceAccountKey)
	if err != nil {
		return err // the token says that the key can be read
	}
	s.SetIdentity(key.ClientEmail)
	return s.Step(dialogflowAgent, func() error {
		answer, err := s.Exchange(ctx, integrations.Request{
			URL: p.agentURL(key.ProjectID), Header: integrations.Bearer(token),
		})
		if err != nil {
			return err
		}
		return p.judge(answer)
	})
}

// agentURL returns the address of the agent; project is the key's.
func (p *DialogflowProperties) agentURL(project string) string {
	if p.ProjectID != "" {
		project = p.ProjectID
	}
	const host = "dialogflow.googleapis.com"
	project = url.PathEscape(project)
	switch {
	case p.Edition == editionES:
		return "https://" + host + "/v2/projects/" + project + "/agent"
	case p.Location == locationGlobal:
		return "https://" + host + p.agentPath(project)
	}
	return "https://" + p.Location + "-" + host + p.agentPath(project)
}

func (p *DialogflowProperties) agentPath(project string) string {
	return "/v3/projects/" + project + "/locations/" + p.Location + "/agents/" + p.AgentID
}

func (p *DialogflowProperties) judge(answer *integrations.Answer) error {
	if f := google.Refusal(answer); f != nil {
		return p.advise(f, answer)
	}
	var agent struct {
		DisplayName string `json:"displayName"`
	}
	if err := answer.JSON(&agent); err != nil {
		return err
	}
	if agent.DisplayName == "" {
		return google.Unexpected(answer)
	}
	return nil
}

// advise says what an error of Dialogflow's own means.
func (p *DialogflowProperties) advise(f *integrations.Failure, answer *integrations.Answer) *integrations.Failure {
	switch status, _ := google.Status(answer); {
	case status == "NOT_FOUND":
		return agentNotFound.From(answer)
	case status == "INVALID_ARGUMENT" && answer.Status == http.StatusBadRequest && p.Edition == editionCX:
		return locationRefused.From(answer)
	case f.Code == "permission_denied":
		f.Hint = "Give the service account the role Dialogflow API Reader in the agent's project."
	}
	return f
}
