package main

import (
	"database/sql"

	"github.com/prometheus/client_golang/prometheus"

	"admin-api/store"
)

// registerDatabase shows the database's connections and commits in the
// metrics.
func registerDatabase(registry *prometheus.Registry, db *store.Store) {
	handles := map[string]func() sql.DBStats{
		"writer":  func() sql.DBStats { return db.Stats().Writer },
		"readers": func() sql.DBStats { return db.Stats().Readers },
	}
	for handle, stats := range handles {
		labels := prometheus.Labels{"handle": handle}
		gauge(registry, "connections_open", "Open connections of a database handle.", labels,
			func() float64 { return float64(stats().OpenConnections) })
		gauge(registry, "connections_in_use", "Connections of a database handle that are in use.", labels,
			func() float64 { return float64(stats().InUse) })
		counter(registry, "wait_seconds_total", "Time spent waiting for a connection of a database handle.", labels,
			func() float64 { return stats().WaitDuration.Seconds() })
	}
	gauge(registry, "writes_waiting", "Transactions that wait for the writer.", nil,
		func() float64 { return float64(db.Stats().Waiting) })
	counter(registry, "commits_total", "Commits; one can make several transactions durable.", nil,
		func() float64 { return float64(db.Stats().Commits) })
	counter(registry, "transactions_total", "Transactions.", nil,
		func() float64 { return float64(db.Stats().Transactions) })
}

func gauge(registry *prometheus.Registry, name, help string, labels prometheus.Labels, value func() float64) {
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "admin_api_database_" + name, Help: help, ConstLabels: labels,
	}, value))
}

func counter(registry *prometheus.Registry, name, help string, labels prometheus.Labels, value func() float64) {
	registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "admin_api_database_" + name, Help: help, ConstLabels: labels,
	}, value))
}
