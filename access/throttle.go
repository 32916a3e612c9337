package access

import (
	"net/netip"
	"time"

	"admin-api/models"
)

// How attempts to sign in are slowed.
const (
	// freeFailures may come from one address under one name before each further
	// attempt has to wait.
	freeFailures = 5
	// freeEverywhere may come under one name from all addresses together that
	// nobody signed in from before, and one more in each leak.
	freeEverywhere = 100
	leak           = 36 * time.Second
	// firstBlock is the first time to wait; each further failure doubles it, up to
	// longestBlock.
	firstBlock   = time.Minute
	longestBlock = 15 * time.Minute
	// forgotten is after what time without an attempt failures do not count.
	forgotten = 24 * time.Hour
)

// count counts an attempt as failed, before anybody knows whether it is: what
// comes meanwhile sees it. Where attempts must wait it counts nothing and returns
// for how long. one is what is known of the name at the address, all what is known
// of it everywhere: where the user signed in from before, guesses from elsewhere
// change nothing.
func count(one, all *models.SignInAttempts, now time.Time) (wait time.Duration) {
	known := !one.SucceededAt.IsZero()
	wait = one.BlockedUntil.Sub(now)
	if elsewhere := all.BlockedUntil.Sub(now); !known && elsewhere > wait {
		wait = elsewhere
	}
	if wait > 0 {
		return wait
	}
	if now.Sub(one.LastAt.Time) >= forgotten {
		one.Failures = 0
	}
	one.Failures++
	one.LastAt = models.NewTime(now)
	one.BlockedUntil = block(one.Failures-freeFailures, now)
	if !known {
		drain(all, now)
		all.Failures++
		all.BlockedUntil = block(all.Failures-freeEverywhere-1, now)
	}
	return 0
}

// takeBack undoes what count did for an attempt that was not one.
func takeBack(one, all *models.SignInAttempts) {
	one.Failures = max(0, one.Failures-1)
	if one.Failures < freeFailures {
		one.BlockedUntil = models.Time{}
	}
	if !one.SucceededAt.IsZero() {
		return
	}
	all.Failures = max(0, all.Failures-1)
	if all.Failures <= freeEverywhere {
		all.BlockedUntil = models.Time{}
	}
}

// succeed notes that an attempt succeeded.
func succeed(one, all *models.SignInAttempts, now time.Time) {
	takeBack(one, all)
	one.Failures, one.BlockedUntil, one.SucceededAt = 0, models.Time{}, models.NewTime(now)
}

// block returns until when attempts wait after n failures beyond those that are
// free; never where n is negative.
func block(n int, now time.Time) models.Time {
	if n < 0 {
		return models.Time{}
	}
	wait := longestBlock
	if n < 4 {
		wait = min(firstBlock<<n, longestBlock)
	}
	return models.NewTime(now.Add(wait))
}

// drain lets failures go, one in each leak. LastAt is up to when that was done.
func drain(all *models.SignInAttempts, now time.Time) {
	n := max(0, int(now.Sub(all.LastAt.Time)/leak))
	if n >= all.Failures {
		all.Failures, all.LastAt = 0, models.NewTime(now)
		return
	}
	all.Failures -= n
	all.LastAt = models.NewTime(all.LastAt.Add(time.Duration(n) * leak))
}

// Network returns what addresses are told apart by: an IPv6 network of 64 bits
// belongs to one client. What is no address comes back as it is.
func Network(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil || addr.Is4() {
		return address
	}
	if addr = addr.Unmap().WithZone(""); addr.Is4() {
		return addr.String()
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return address
	}
	return network.String()
}
