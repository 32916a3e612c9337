package messenger

import (
	"fmt"
	"net/http"
)

const exampleToken = "123456789:AAF1kZ8xQ2nW4vR6tY0uI3oP5aS7dG9hJ-k"

// botAPI is a double of Telegram's Bot API with one bot.
type botAPI struct {
	// me and webhook replace the results of the two methods.
	me, webhook string
}

// ServeHTTP implements http.Handler.
func (b botAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host != "api.telegram.org" || r.Method != http.MethodGet && r.Method != http.MethodPost {
		refuseTelegram(w, http.StatusNotFound, "Not Found", "")
		return
	}
	switch r.URL.Path {
	case "/bot" + exampleToken + "/getMe":
		result(w, b.me, `{"id":123456789,"is_bot":true,"first_name":"Acme","username":"Acme_Support_Bot",`+
			`"can_join_groups":true,"can_read_all_group_messages":false,"supports_inline_queries":false}`)
	case "/bot" + exampleToken + "/getWebhookInfo":
		result(w, b.webhook, `{"url":"https://acme.example/hook","has_custom_certificate":false,"pending_update_count":0}`)
	default:
		refuseTelegram(w, http.StatusUnauthorized, "Unauthorized", "")
	}
}

func result(w http.ResponseWriter, special, usual string) {
	if special == "" {
		special = usual
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"ok":true,"result":%s}`, special)
}

// refuseTelegram answers as Telegram does; more is put at the document's end.
func refuseTelegram(w http.ResponseWriter, status int, description, more string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"ok":false,"error_code":%d,"description":%q%s}`, status, description, more)
}
