package main

import (
	"encoding/json"
	"fmt"
	"os"

	"admin-api/audit"
	"admin-api/files"
)

// readCheckpoints reads a file that writeCheckpoints wrote, or one checkpoint as
// the API answers it; none where path is empty.
func readCheckpoints(path string) ([]audit.Checkpoint, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("--checkpoint: %w", err)
	}
	var kept []audit.Checkpoint
	if json.Unmarshal(data, &kept) == nil && len(kept) > 0 {
		return kept, nil
	}
	var one audit.Checkpoint
	if json.Unmarshal(data, &one) != nil || one.ContactCenterID == "" {
		return nil, fmt.Errorf("--checkpoint: %s holds no checkpoints", path)
	}
	return []audit.Checkpoint{one}, nil
}

// writeCheckpoints replaces the file in one step.
func writeCheckpoints(p *program, path string, reports []audit.Report) error {
	kept := []*audit.Checkpoint{}
	for i := range reports {
		if c := reports[i].Checkpoint; c != nil {
			kept = append(kept, c)
		}
	}
	data, err := json.MarshalIndent(kept, "", " ")
	if err != nil {
		return err
	}
	if err := files.Replace(path, append(data, '\n'), nil); err != nil {
		return fmt.Errorf("--write-checkpoint: %w", err)
	}
	p.printf("%s written to %s; keep it where nobody who can write to the database can\n",
		count(len(kept), "checkpoint"), path)
	return nil
}
