package api

import "admin-api/models"

// Webhook is an address that events are delivered to.
type Webhook struct {
	ID          string `json:"id" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	URL         string `json:"url" format:"uri" example:"https://hooks.mycompany.example/admin-api"`
	Description string `json:"description"`
	// EventTypes are those that are delivered; none means all.
	EventTypes []string `json:"eventTypes" example:"account.updated"`
	Enabled    bool     `json:"enabled" example:"true"`
	// Secret is the key by which deliveries are signed. It is present only in the
	// answer to the request that made it, and never shown again.
	Secret string `json:"secret,omitempty" example:"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw4kWjHbNRfDE="`
	// ETag is the entity tag without its quotes.
	ETag      string      `json:"etag" example:"1"`
	Version   int64       `json:"version" example:"1"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
	CreatedBy string      `json:"createdBy" example:"token:0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	UpdatedAt models.Time `json:"updatedAt" swaggertype:"string" format:"date-time"`
	UpdatedBy string      `json:"updatedBy" example:"token:0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
}

// NewWebhook returns the wire form of a webhook, without its secret.
func NewWebhook(w *models.Webhook) Webhook {
	types := w.EventTypes
	if types == nil {
		types = models.Strings{}
	}
	return Webhook{
		ID: w.ID, URL: w.URL, Description: w.Description, EventTypes: types, Enabled: w.Enabled, ETag: w.ETag(),
		Version: w.Version, CreatedAt: w.CreatedAt, CreatedBy: w.CreatedBy, UpdatedAt: w.UpdatedAt, UpdatedBy: w.UpdatedBy,
	}
}

// WebhookPage is a part of the list of webhooks, newest first.
type WebhookPage struct {
	Items []Webhook `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}

// WebhookCreate is the document of a new webhook.
type WebhookCreate struct {
	// URL begins with https:// and has neither user name nor fragment.
	URL         string `json:"url" validate:"required" format:"uri" maxLength:"2048" example:"https://hooks.mycompany.example/admin-api"`
	Description string `json:"description,omitempty" maxLength:"1024"`
	// EventTypes are those that are delivered; none means all.
	EventTypes []string `json:"eventTypes,omitempty" enums:"account.created,account.updated,account.deleted,account.undeleted,account.rolled_back,account.authorized,account.purged,account.default_moved,account.health_changed,certificate.expiring,certificate.expired"`
	// Enabled is true when absent.
	Enabled bool `json:"enabled,omitempty" example:"true"`
}

// WebhookPatch is a merge patch (RFC 7396) of a webhook: members that are absent
// stay.
type WebhookPatch struct {
	URL         string   `json:"url,omitempty" format:"uri" maxLength:"2048" example:"https://hooks.mycompany.example/admin-api"`
	Description string   `json:"description,omitempty" maxLength:"1024"`
	EventTypes  []string `json:"eventTypes,omitempty" enums:"account.created,account.updated,account.deleted,account.undeleted,account.rolled_back,account.authorized,account.purged,account.default_moved,account.health_changed,certificate.expiring,certificate.expired"`
	Enabled     *bool    `json:"enabled,omitempty"`
}

// WebhookTest is what became of a ping.
type WebhookTest struct {
	Status string `json:"status" enums:"delivered,failed" example:"delivered"`
	// HTTPStatus is that of the answer; absent without one.
	HTTPStatus int `json:"httpStatus,omitempty" example:"204"`
	// Error is a word for what went wrong.
	Error      string `json:"error,omitempty" example:"connection_refused"`
	DurationMs int64  `json:"durationMs" example:"84"`
}

// WebhookDelivery is one event on its way to a webhook.
type WebhookDelivery struct {
	ID     string `json:"id" format:"uuid" example:"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"`
	Event  Event  `json:"event"`
	Status string `json:"status" enums:"pending,delivered,failed" example:"pending"`
	// Attempts is how often it was tried.
	Attempts int64 `json:"attempts" example:"3"`
	// LastStatus is the HTTP status of the last attempt; absent where there was no
	// answer.
	LastStatus int `json:"lastStatus,omitempty" example:"503"`
	// LastError is a word for why the last attempt failed.
	LastError   string      `json:"lastError,omitempty" example:"http_status"`
	AttemptedAt models.Time `json:"attemptedAt,omitzero" swaggertype:"string" format:"date-time"`
	// NextAttemptAt is absent unless the delivery is pending, and while it waits for
	// an earlier one of the same account.
	NextAttemptAt models.Time `json:"nextAttemptAt,omitzero" swaggertype:"string" format:"date-time"`
	// GiveUpAt is when the last attempt is made.
	GiveUpAt  models.Time `json:"giveUpAt" swaggertype:"string" format:"date-time"`
	CreatedAt models.Time `json:"createdAt" swaggertype:"string" format:"date-time"`
}

// NewWebhookDelivery returns the wire form of a delivery.
func NewWebhookDelivery(d *models.WebhookDelivery) WebhookDelivery {
	return WebhookDelivery{
		ID: d.ID, Event: Event(d.Event().Document()), Status: d.Status, Attempts: d.Attempts, LastStatus: d.LastStatus,
		LastError: d.LastError, AttemptedAt: d.AttemptedAt, NextAttemptAt: d.NextAttemptAt, GiveUpAt: d.GiveUpAt,
		CreatedAt: d.CreatedAt,
	}
}

// WebhookDeliveryPage is a part of the deliveries to a webhook, newest first.
type WebhookDeliveryPage struct {
	Items []WebhookDelivery `json:"items"`
	// NextCursor is absent on the last page.
	NextCursor string `json:"nextCursor,omitempty"`
}
