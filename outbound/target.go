package outbound

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// target is where a caller wants to go: a host, lower case and without a final
// dot, and a port.
type target struct {
	host string
	port uint16
}

func (t target) String() string {
	return net.JoinHostPort(t.host, strconv.Itoa(int(t.port)))
}

// literal returns the address that the host is written as, if it is one.
func (t target) literal() (netip.Addr, bool) {
	ip, err := netip.ParseAddr(t.host)
	return ip, err == nil
}

// parseTarget parses host:port. What is neither a host name nor an address is
// refused before anything is asked of a name server, and is not repeated in
// the error: somebody may have pasted a password there.
func parseTarget(addr string) (target, *Error) {
	host, service, err := net.SplitHostPort(addr)
	if err != nil {
		return target{}, &Error{Phase: PhaseResolve, Kind: InvalidAddress}
	}
	port, err := parsePort(service)
	t := target{host: canonical(host), port: port}
	if err != nil {
		return target{}, &Error{Phase: PhaseResolve, Kind: InvalidAddress}
	}
	if ip, ok := t.literal(); ok {
		return literalTarget(ip, port)
	}
	if !isHostName(t.host) {
		return target{}, &Error{Phase: PhaseResolve, Kind: InvalidAddress}
	}
	if endsInNumber(t.host) {
		return target{}, &Error{
			Phase: PhaseResolve, Kind: Blocked, Addr: t.String(), Detail: "neither a host name nor a plain IP address",
		}
	}
	return t, nil
}

// literalTarget gives every spelling of one address the same name.
func literalTarget(ip netip.Addr, port uint16) (target, *Error) {
	t := target{host: ip.WithZone("").String(), port: port}
	if ip.Zone() != "" {
		return target{}, &Error{Phase: PhaseConnect, Kind: Blocked, Addr: t.String(), Detail: "an address with a zone"}
	}
	return t, nil
}

func canonical(host string) string {
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// isHostName accepts the names of RFC 1123 and the underscore that some
// intranets use. Other scripts arrive in their ASCII form.
func isHostName(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, hostCharacters) != "" {
			return false
		}
	}
	return true
}

const hostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// endsInNumber reports whether a resolver could take host for an odd form of
// an IPv4 address, such as 127.1, 0x7f.1 or 2130706433: its last label is a
// number (https://url.spec.whatwg.org/#ends-in-a-number-checker).
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(last, "0123456789") == ""
}
