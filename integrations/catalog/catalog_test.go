package catalog

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/validation"
)

// families are the documented ones, in their order.
var families = []integrations.Family{
	integrations.AmazonAWS, integrations.Bot, integrations.CoBrowsing, integrations.ExternalKnowledgeBase,
	integrations.LoxysoftWFM, integrations.Messenger, integrations.MicrosoftDynamics365, integrations.NaturalLanguage,
	integrations.NextCaller, integrations.NICE, integrations.RemoteAssistance, integrations.RightNow,
	integrations.Salesforce, integrations.SCIM, integrations.ServiceNow, integrations.SingleSignOn,
	integrations.SpeechToText, integrations.StatisticsDataReceiver, integrations.TeleoptiWFM, integrations.TextToSpeech,
	integrations.TheDataGroup, integrations.WFM, integrations.Zapier, integrations.Zendesk,
}

func TestOrder(t *testing.T) {
	all := All()
	require.True(t, slices.IsSortedFunc(all, func(a, b integrations.Definition) int {
		return slices.Index(families, a.Family) - slices.Index(families, b.Family)
	}))
	seen := map[string]bool{}
	for _, d := range all {
		require.Contains(t, families, d.Family, d.Type)
		require.False(t, seen[d.Type], d.Type)
		seen[d.Type] = true
	}
}

func TestDefinitions(t *testing.T) {
	all := All()
	for i := range all {
		d := &all[i]
		t.Run(d.Type, func(t *testing.T) {
			require.NoError(t, d.Check())
			require.NotEmpty(t, d.DocumentationURL)
			c := &validation.Context{Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Domain: "acme.example"}
			d.Decode(json.RawMessage(d.Example), nil, c)
			require.NoError(t, c.Err(), "the example is valid")
			found, ok := all.Definition(d.Type)
			require.True(t, ok)
			require.Equal(t, d.Label, found.Label)
		})
	}
}

func TestAllIsACopy(t *testing.T) {
	All()[0].Type = "changed"
	require.NotEqual(t, "changed", All()[0].Type)
}
