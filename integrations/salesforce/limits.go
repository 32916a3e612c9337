package salesforce

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"slices"

	"admin-api/integrations"
)

// stepLimits is the last step of reading limits; the one before is that of a
// probe.
const stepLimits = "limits"

// ReadLimits implements integrations.LimitReader
// (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_limits.htm).
func (p *Properties) ReadLimits(ctx context.Context, s *integrations.Session) ([]integrations.Usage, error) {
	g, err := p.signIn(ctx, s, stepLimits)
	if err != nil {
		return nil, err
	}
	var usage []integrations.Usage
	err = s.Step(stepLimits, func() error {
		answer, err := p.askLimits(ctx, s, g)
		if err != nil {
			return err
		}
		f := refusedCall(answer)
		switch {
		case hidesLimits(f, answer):
			return limitsHidden.From(answer)
		case f != nil:
			return f
		}
		usage, err = readLimits(answer)
		return err
	})
	return usage, err
}

func (p *Properties) askLimits(ctx context.Context, s *integrations.Session, g grant) (*integrations.Answer, error) {
	return read(ctx, s, g, versionsPath+p.APIVersion+"/limits")
}

// hidesLimits reports whether Salesforce itself, and nobody on the way, says
// that the user may not see the limits.
func hidesLimits(f *integrations.Failure, answer *integrations.Answer) bool {
	return f != nil && f.Code == "permission_denied" && len(errorCodes(answer)) > 0
}

// limitName is how Salesforce names limits. Others are left out: a remote
// system's free texts are not passed on.
var limitName = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,79}$`)

// readLimits returns what every organization has, DailyApiRequests, and all
// other limits in the order of their names.
func readLimits(answer *integrations.Answer) ([]integrations.Usage, error) {
	var document map[string]json.RawMessage
	if err := answer.JSON(&document); err != nil {
		return nil, err
	}
	usage := []integrations.Usage{}
	daily := false
	for name, raw := range document {
		var limit struct{ Max, Remaining *int64 }
		bad := json.Unmarshal(raw, &limit) != nil || limit.Max == nil || limit.Remaining == nil
		if bad || !limitName.MatchString(name) {
			continue
		}
		daily = daily || name == "DailyApiRequests"
		usage = append(usage, integrations.Usage{Name: name, Max: *limit.Max, Remaining: *limit.Remaining})
	}
	if !daily {
		return nil, unexpected()
	}
	slices.SortFunc(usage, func(a, b integrations.Usage) int { return cmp.Compare(a.Name, b.Name) })
	return usage, nil
}
