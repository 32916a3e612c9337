package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// tailAtMost is how many times the median the slowest hundredth of the writes
// may take.
const tailAtMost = 15

// writeResult is what came of one kind of write.
type writeResult struct {
	Name   string       `json:"name"`
	Rounds []writeRound `json:"rounds"`
	// Rate and Tail are medians of the rounds.
	Rate   float64 `json:"requestsPerSecond"`
	Tail   float64 `json:"p99OverMedian"`
	AtMost float64 `json:"atMost"`
}

// writeRound is one turn.
type writeRound struct {
	sample
	// Tail is P99 over Median.
	Tail float64 `json:"p99OverMedian"`
	// Others is the part of the machine that neither side used.
	Others float64 `json:"others"`
}

// writeBench measures changes, each acknowledged only when it is on disk.
type writeBench struct {
	options
	ours   *server
	client *client
	made   atomic.Int64
}

// step is one write of one client.
type step func(context.Context) error

// run measures creates and patches in turns.
func (b *writeBench) run(ctx context.Context) ([]writeResult, error) {
	patches := make([]step, b.connections)
	creates := make([]step, b.connections)
	for i := range b.connections {
		creates[i] = b.create
		var err error
		if patches[i], err = b.patcher(ctx); err != nil {
			return nil, err
		}
	}
	results := []writeResult{{Name: "create"}, {Name: "patch"}}
	for range b.rounds {
		for i, clients := range [][]step{creates, patches} {
			r, err := b.round(ctx, clients)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", results[i].Name, err)
			}
			results[i].Rounds = append(results[i].Rounds, r)
		}
	}
	for i := range results {
		results[i].AtMost = tailAtMost
		results[i].Rate = median(results[i].Rounds, func(r writeRound) float64 { return r.Rate })
		results[i].Tail = median(results[i].Rounds, func(r writeRound) float64 { return r.Tail })
	}
	return results, nil
}

func (b *writeBench) create(ctx context.Context) error {
	_, err := b.account(ctx)
	return err
}

func (b *writeBench) account(ctx context.Context) (*answer, error) {
	document := zendesk(fmt.Sprintf("Written %d", b.made.Add(1)))
	return b.client.expect(ctx, http.StatusCreated, createRequest(document, ""))
}

// patcher returns a client with an account of its own.
func (b *writeBench) patcher(ctx context.Context) (step, error) {
	a, err := b.account(ctx)
	if err != nil {
		return nil, err
	}
	id, err := a.id()
	etag := a.etag()
	return func(ctx context.Context) error {
		patch := encode(object{"labels": object{"change": fmt.Sprint(b.made.Add(1))}})
		a, err := b.client.expect(ctx, http.StatusOK, patchRequest(id, etag, patch))
		if err == nil {
			etag = a.etag()
		}
		return err
	}, err
}

// round lets every client write over and over.
func (b *writeBench) round(ctx context.Context, clients []step) (writeRound, error) {
	m := newMeter(os.Getpid(), b.ours.pid())
	before := processTime(b.ours.pid())
	took := make([][]time.Duration, len(clients))
	failed := make([]error, len(clients))
	var all sync.WaitGroup
	for i, write := range clients {
		all.Go(func() { took[i], failed[i] = repeat(ctx, m.began.Add(b.duration), write) })
	}
	all.Wait()
	elapsed := time.Since(m.began)
	if err := errors.Join(failed...); err != nil {
		return writeRound{}, err
	}
	times := slices.Concat(took...)
	slices.Sort(times)
	r := writeRound{Others: m.others(0)}
	r.Rate = float64(len(times)) / elapsed.Seconds()
	r.Median, r.P99 = milliseconds(quantile(times, 0.5)), milliseconds(quantile(times, 0.99))
	r.CPU = float64((processTime(b.ours.pid()) - before).Microseconds()) / float64(len(times))
	r.Tail = r.P99 / r.Median
	return r, nil
}

// repeat writes until end and returns how long each write took.
func repeat(ctx context.Context, end time.Time, write step) ([]time.Duration, error) {
	var took []time.Duration
	for {
		begin := time.Now()
		if begin.After(end) && len(took) > 0 {
			return took, nil
		}
		if err := write(ctx); err != nil {
			return took, err
		}
		took = append(took, time.Since(begin))
	}
}

// quantile returns the smallest value that at least the part q of all are not
// above. The values are sorted and at least one.
func quantile(sorted []time.Duration, q float64) time.Duration {
	at := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}

// median returns the median of a member.
func median[T any](list []T, member func(T) float64) float64 {
	values := make([]float64, len(list))
	for i, v := range list {
		values[i] = member(v)
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}
