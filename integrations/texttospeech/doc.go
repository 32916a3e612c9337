// Package texttospeech describes the types of the family Text To Speech, one
// file each: accounts whose voices speak prompts to callers.
//
// It judges what an administrator enters and can test it against the vendor. It
// has nothing spoken.
package texttospeech
