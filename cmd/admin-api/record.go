package main

import (
	"context"

	"admin-api/audit"
	"admin-api/models"
)

// recordEverywhere leaves an audit record of the command line for each contact
// center; of returns it by the id of that.
func recordEverywhere(ctx context.Context, chain *audit.Log, of func(id string) models.AuditEvent) error {
	centers, err := chain.Store.ContactCenters(ctx)
	if err != nil {
		return err
	}
	who := commandLine()
	for _, center := range centers {
		event := of(center.ID)
		event.ContactCenterID, event.Actor, event.ActorName = center.ID, who.ID, who.Name
		if err := chain.Record(ctx, &event); err != nil {
			return err
		}
	}
	return nil
}
