// Package naturallanguage describes the types of the family Natural Language
// Understanding, one file each: accounts whose services tell the sentiment of
// what customers say and write.
//
// It judges what an administrator enters and can test it against the vendor. It
// has no text analysed.
package naturallanguage
