package api_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/models"
)

// The contract lists the scopes and features that there are.
func TestWordsOfTheContract(t *testing.T) {
	features, scopes := strings.Join(models.AllFeatures(), ","), strings.Join(models.AllScopes(), ",")
	for _, m := range []struct {
		document any
		member   string
		want     string
	}{
		{api.ContactCenter{}, "Features", features},
		{api.ContactCenterCreate{}, "Features", features},
		{api.ContactCenterPatch{}, "Features", features},
		{api.Features{}, "Features", features},
		{api.Features{}, "Available", features},
		{api.FeaturesInput{}, "Features", features},
		{api.Token{}, "Scopes", scopes},
		{api.Token{}, "EffectiveScopes", scopes},
		{api.TokenCreate{}, "Scopes", scopes},
	} {
		field, ok := reflect.TypeOf(m.document).FieldByName(m.member)
		require.True(t, ok)
		require.Equal(t, m.want, field.Tag.Get("enums"), "%T %s", m.document, m.member)
	}
}
