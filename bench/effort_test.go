//go:build !long

package main

// long says that tests do all they can.
const long = false
