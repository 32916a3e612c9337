// Package messenger describes the types of the family Messenger, one file each:
// accounts through which customers write to the contact center from a messenger.
//
// It judges what an administrator enters and can test it against the vendor. It
// receives and sends no message.
package messenger
