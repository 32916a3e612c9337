package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// target is something that is read, and the part of the floor's speed that is
// promised for it.
type target struct {
	name, file, path string
	atLeast          float64
}

func targets(id string) []target {
	return []target{
		{name: "read one account", file: "account", path: accountsPath + "/" + id, atLeast: 0.3},
		{name: fmt.Sprintf("page of %d accounts", pageSize), file: "page", path: accountsPath, atLeast: 0.06},
	}
}

// readResult is what came of one target.
type readResult struct {
	Name    string      `json:"name"`
	Bytes   int         `json:"bytes"`
	Rounds  []readRound `json:"rounds"`
	Ratio   float64     `json:"ratio"` // median of the rounds
	AtLeast float64     `json:"atLeast"`
}

// readRound is one turn of both sides, one right behind the other.
type readRound struct {
	Floor sample  `json:"floor"`
	Ours  sample  `json:"ours"`
	Ratio float64 `json:"ratio"`
	// CPURatio compares the processor time per request; noise moves it least.
	CPURatio float64 `json:"cpuRatio"`
	// Others is the part of the machine that was used by neither side.
	Others float64 `json:"others"`
}

// sample is how one side fared.
type sample struct {
	Rate   float64 `json:"requestsPerSecond"`
	Median float64 `json:"medianMs"`
	P99    float64 `json:"p99Ms"`
	CPU    float64 `json:"cpuMicrosecondsPerRequest"`
}

// readBench measures reads against the floor.
type readBench struct {
	options
	wrk    string
	ours   *server
	client *client
	dir    string
}

// run measures all targets, every round each of them on both sides.
func (b *readBench) run(ctx context.Context, list []target) (_ []readResult, err error) {
	results, err := b.record(ctx, list)
	if err != nil {
		return nil, err
	}
	floor, err := startFloor(ctx, b.floorDir(), b.ours.token)
	if err != nil {
		return nil, fmt.Errorf("floor: %w", err)
	}
	defer floor.kill()
	if err := b.same(ctx, floor, list); err != nil {
		return nil, err
	}
	for round := range b.rounds {
		for i, t := range list {
			r, err := b.round(ctx, floor, t, round)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.name, err)
			}
			results[i].Rounds = append(results[i].Rounds, r)
		}
	}
	for i := range results {
		results[i].Ratio = median(results[i].Rounds, func(r readRound) float64 { return r.Ratio })
	}
	return results, nil
}

func (b *readBench) floorDir() string { return filepath.Join(b.dir, "floor") }

// record keeps what the program answers, for the floor to answer too.
func (b *readBench) record(ctx context.Context, list []target) ([]readResult, error) {
	if err := os.Mkdir(b.floorDir(), 0o700); err != nil {
		return nil, err
	}
	results := make([]readResult, 0, len(list))
	for _, t := range list {
		a, err := b.client.get(ctx, t.path)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(b.floorDir(), t.file), a.body, 0o600); err != nil {
			return nil, err
		}
		results = append(results, readResult{Name: t.name, Bytes: len(a.body), AtLeast: t.atLeast})
	}
	return results, nil
}

// same makes sure that both sides answer the same bytes, and that both look at
// the token.
func (b *readBench) same(ctx context.Context, floor *server, list []target) error {
	for _, t := range list {
		ours, err := b.client.get(ctx, t.path)
		if err != nil {
			return err
		}
		theirs, err := newClient(floor.url, floor.token, 1).get(ctx, "/"+t.file)
		if err != nil {
			return fmt.Errorf("floor: %w", err)
		}
		if !bytes.Equal(ours.body, theirs.body) {
			return fmt.Errorf("%s: the floor answers something else", t.name)
		}
		read := request{method: http.MethodGet, path: "/" + t.file}
		if _, err := newClient(floor.url, "wrong", 1).expect(ctx, http.StatusUnauthorized, read); err != nil {
			return fmt.Errorf("floor: %w", err)
		}
	}
	return nil
}

// side is what one turn reads.
type side struct {
	*server
	path string
}

// round measures both sides, which take turns at being first.
func (b *readBench) round(ctx context.Context, floor *server, t target, n int) (readRound, error) {
	sides := [2]side{{floor, "/" + t.file}, {b.ours, t.path}}
	if err := b.warm(ctx, sides[:], n); err != nil {
		return readRound{}, err
	}
	m := newMeter(os.Getpid(), floor.pid(), b.ours.pid())
	var got [2]sample
	var spent time.Duration
	for i := range sides {
		at := (i + n) % 2
		s, used, err := b.turn(ctx, sides[at], b.duration)
		if err != nil {
			return readRound{}, err
		}
		got[at] = s
		spent += used
	}
	r := readRound{Floor: got[0], Ours: got[1], Ratio: got[1].Rate / got[0].Rate, Others: m.others(spent)}
	if r.Ours.CPU > 0 {
		r.CPURatio = r.Floor.CPU / r.Ours.CPU
	}
	return r, nil
}

// warm lets both sides run for a moment before their first round.
func (b *readBench) warm(ctx context.Context, sides []side, round int) error {
	if round > 0 {
		return nil
	}
	for _, s := range sides {
		if _, _, err := b.turn(ctx, s, time.Second); err != nil {
			return err
		}
	}
	return nil
}

// turn loads one side. It also returns what the load itself took of the
// processors.
func (b *readBench) turn(ctx context.Context, s side, duration time.Duration) (sample, time.Duration, error) {
	before := processTime(s.pid())
	o, err := runWrk(ctx, b.wrk, load{url: s.url + s.path, token: s.token, connections: b.connections, duration: duration})
	if err != nil {
		return sample{}, 0, err
	}
	used := processTime(s.pid()) - before
	return sample{
		Rate: o.rate, Median: milliseconds(o.median), P99: milliseconds(o.p99),
		CPU: float64(used.Microseconds()) / float64(o.requests),
	}, o.cpu, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
