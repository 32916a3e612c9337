package speechtotext

import (
	"context"
	"net/http"

	"admin-api/integrations"
	"admin-api/integrations/platform/google"
)

// stepRecognize is the step in which Google is asked to recognize nothing.
const stepRecognize = "recognize"

const googleProbeDoes = "It asks Google to recognize speech without sending any, which Google must refuse as " +
	"incomplete once it has accepted the caller; that costs nothing."

// noAudio is a request that lacks what is to be recognized.
const noAudio = `{"config":{"encoding":"LINEAR16","sampleRateHertz":8000,"languageCode":"en-US"},"audio":{}}`

// recognizeNothing finds out whether recognition is open to the caller. Google
// has no read-only method for API keys, and it charges for the least bit of
// audio that it processes. So none is sent: with neither content nor address of
// audio the method returns INVALID_ARGUMENT
// (https://cloud.google.com/speech-to-text/docs/reference/rest/v1/RecognitionAudio),
// but not before key, token, API and billing have been looked at.
func recognizeNothing(ctx context.Context, s *integrations.Session, root string, header http.Header) error {
	header.Set("Content-Type", "application/json")
	answer, err := s.Exchange(ctx, integrations.Request{
		Method: http.MethodPost,
		URL:    root + "speech:recognize",
		Header: header,
		Body:   []byte(noAudio),
	})
	if err != nil {
		return err
	}
	status, reason := google.Status(answer)
	switch f := google.Refusal(answer); {
	case answer.Status == http.StatusBadRequest && status == "INVALID_ARGUMENT" && reason == "":
		return nil
	case f != nil:
		return adviseGoogle(f)
	}
	if err := answer.JSON(new(map[string]any)); err != nil {
		return err
	}
	return google.Unexpected(answer)
}

func adviseGoogle(f *integrations.Failure) *integrations.Failure {
	switch f.Code {
	case "not_found":
		f.Hint = "Check the URL; Google's own is https://speech.googleapis.com/v1/."
	case "permission_denied":
		f.Hint = "Give the service account the role Cloud Speech Client, or look for restrictions of the API key."
	}
	return f
}
