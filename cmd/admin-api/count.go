package main

import "strconv"

// count writes how many things there are, one of them without an s.
func count[N int | int64](n N, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.FormatInt(int64(n), 10) + " " + thing
}
