// Package amazonaws describes the types of the family Amazon AWS, one file each.
//
// It judges what an administrator enters and can test it against AWS with
// requests that it signs itself (Signature Version 4). It stores no recording
// and invokes no function.
package amazonaws
