package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
)

func TestSectionOf(t *testing.T) {
	administrator, _ := models.BuiltInRole(models.RoleAdministrator)
	supervisor, _ := models.BuiltInRole(models.RoleSupervisor)
	tests := map[string]struct {
		privileges models.Strings
		want       string
	}{
		"nothing":                         {nil, models.SectionAgentDesktop},
		"a supervisor":                    {supervisor.Privileges, models.SectionAgentDesktop},
		"a supervisor with the bypass":    {append(supervisor.Privileges, models.ScopeSSOBypass), models.SectionAgentDesktop},
		"the bypass alone":                {models.Strings{models.ScopeSSOBypass}, models.SectionAgentDesktop},
		"an administrator":                {administrator.Privileges, models.SectionAdmin},
		"one privilege more":              {models.Strings{models.ScopeAccountsRead, models.ScopeAuditRead}, models.SectionAdmin},
		"who provisions users":            {models.Strings{models.ScopeSCIM}, models.SectionAdmin},
		"who may act in contact centers":  {models.Strings{models.ScopeProvider}, models.SectionAdmin},
		"what no version knows any more":  {models.Strings{"old:word"}, models.SectionAdmin},
		"the bypass does not hide a word": {models.Strings{models.ScopeSSOBypass, models.ScopeUsersWrite}, models.SectionAdmin},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { require.Equal(t, tt.want, models.SectionOf(tt.privileges)) })
	}
}
