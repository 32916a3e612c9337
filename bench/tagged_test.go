//go:build full || long

package main

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"time"
)

// all returns every element of a list, page by page.
func all[T any](ctx context.Context, c *client, path string) ([]T, error) {
	var list []T
	for cursor := ""; ; {
		a, err := c.get(ctx, path+"?pageSize=200"+cursor)
		if err != nil {
			return nil, err
		}
		var page struct {
			Items      []T    `json:"items"`
			NextCursor string `json:"nextCursor"`
		}
		if err := json.Unmarshal(a.body, &page); err != nil {
			return nil, err
		}
		list = append(list, page.Items...)
		if page.NextCursor == "" {
			return list, nil
		}
		cursor = "&cursor=" + page.NextCursor
	}
}

// pause waits for a random time below limit, or until ctx ends.
func pause(ctx context.Context, limit time.Duration) {
	timer := time.NewTimer(rand.N(limit))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
