package accounts

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"admin-api/audit"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/secret"
)

// change is a judged edit, ready to be written.
type change struct {
	account *models.Account
	sealed  []models.AccountSecret
	removed []string // pointers of secrets that go
	changes []models.FieldChange
	people  people // whom the properties name
	// before is the row that is replaced, nil for none.
	before *models.Account
}

// prepare builds the row of an edit without violations and seals its new
// secrets. It writes nothing.
func (s *Service) prepare(e *edit, now models.Time) (*change, error) {
	a := s.base(e, now)
	encoded, err := e.def.Encode(e.properties)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", a.Type, err)
	}
	a.Name, a.NameKey = e.doc.Name, models.NameKey(e.doc.Name)
	a.Description, a.Labels = e.doc.Description, e.doc.Labels
	a.Enabled, a.IsDefault = e.doc.Enabled, e.doc.Default
	a.SearchText = searchText(a)
	a.Properties = models.JSON(encoded)
	setCertificates(a, e.def.Certificates(e.properties))
	c := &change{account: a, removed: e.cleared, people: e.people, before: e.stored}
	if err := s.seal(e, c, now); err != nil {
		return nil, err
	}
	same := e.stored != nil && audit.SameJSON(json.RawMessage(e.stored.Properties), encoded)
	if !same || len(c.sealed)+len(c.removed) > 0 {
		resetHealth(a, e.def)
		a.HealthReset = e.stored != nil // a probe may have spoken since the row was read
	}
	c.changes, err = differences(e.stored, a, secretWords(e))
	return c, err
}

// base is the row to start from: a copy of the stored one, or a new one.
func (s *Service) base(e *edit, now models.Time) *models.Account {
	if e.stored != nil {
		a := *e.stored
		a.UpdatedAt, a.UpdatedBy = now, e.p.ID
		a.Secrets = maps.Clone(e.stored.Secrets)
		return &a
	}
	return &models.Account{
		ContactCenterID: e.p.ContactCenter.ID, ID: models.NewID(now.Time), Type: e.def.Type, Family: string(e.def.Family),
		LimitKey: limitKey(e.def), Version: 1,
		CreatedAt: now, CreatedBy: e.p.ID, UpdatedAt: now, UpdatedBy: e.p.ID,
	}
}

func limitKey(def *integrations.Definition) *string {
	var key string
	switch def.Limit {
	case integrations.OnePerType:
		key = "type:" + def.Type
	case integrations.OnePerFamily:
		key = "family:" + string(def.Family)
	case integrations.Unlimited:
		return nil
	}
	return &key
}

func searchText(a *models.Account) string {
	texts := []string{a.Name, a.Description}
	for _, key := range slices.Sorted(maps.Keys(a.Labels)) {
		texts = append(texts, key, a.Labels[key])
	}
	return models.SearchWords(texts...)
}

func setCertificates(a *models.Account, certificates models.Certificates) {
	a.Certificates, a.ExpiresAt = certificates, models.Time{}
	for _, c := range certificates {
		if a.ExpiresAt.IsZero() || c.NotAfter.Before(a.ExpiresAt.Time) {
			a.ExpiresAt = c.NotAfter
		}
	}
}

func resetHealth(a *models.Account, def *integrations.Definition) {
	a.HealthStatus, a.HealthCode, a.HealthCheckedAt = models.HealthUnknown, "", models.Time{}
	if def.NoProbe != "" {
		a.HealthStatus = models.HealthUnsupported
	}
}

// seal encrypts the new secrets and brings the facts up to date.
func (s *Service) seal(e *edit, c *change, now models.Time) error {
	a := c.account
	if a.Secrets == nil {
		a.Secrets = models.SecretFacts{}
	}
	for _, pointer := range e.cleared {
		delete(a.Secrets, pointer)
	}
	for _, pointer := range slices.Sorted(maps.Keys(e.secrets)) {
		where := secret.Where{ContactCenter: a.ContactCenterID, Account: a.ID, Pointer: pointer}
		text := e.secrets[pointer]
		sealed, keyID, err := s.Keys.Seal(text.Reveal(), where)
		if err != nil {
			return fmt.Errorf("seal %s: %w: %w", pointer, err, models.ErrUnavailable)
		}
		c.sealed = append(c.sealed, models.AccountSecret{
			ContactCenterID: a.ContactCenterID, AccountID: a.ID, Pointer: pointer, Sealed: sealed, KeyID: keyID,
		})
		a.Secrets[pointer] = models.SecretFact{
			Version: a.Secrets[pointer].Version + 1, Fingerprint: s.Keys.Fingerprint(where, text), KeyID: keyID,
			UpdatedAt: now, UpdatedBy: e.p.ID,
		}
	}
	return nil
}

// secretWords says what happens to each secret, for the audit record.
func secretWords(e *edit) map[string]string {
	words := map[string]string{}
	for pointer := range e.secrets {
		words[pointer] = "set"
		if e.stored != nil {
			if _, had := e.stored.Secrets[pointer]; had {
				words[pointer] = "changed"
			}
		}
	}
	for _, pointer := range e.cleared {
		words[pointer] = "cleared"
	}
	return words
}
