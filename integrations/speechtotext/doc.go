// Package speechtotext describes the types of the family Speech To Text, one
// file each: accounts with which calls are transcribed and callers understood.
//
// It judges what an administrator enters and can test it against the vendor. It
// has no speech recognized.
package speechtotext
