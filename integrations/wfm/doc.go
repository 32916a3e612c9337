// Package wfm describes the types of the family WFM, one file each: workforce
// management systems that are told the states of agents as they change, and get
// files with what happened before.
//
// It judges what an administrator enters and can test it against the system. It
// sends no state and no file.
package wfm
