package main

import (
	"database/sql"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"admin-api/monitor"
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

// registerMonitor shows what the watch over certificates counted last.
func registerMonitor(registry *prometheus.Registry, m *monitor.Monitor) {
	expiring := func(label string, count func(monitor.Certificates) int) {
		registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "admin_api_certificates_expiring", Help: "Certificates of enabled accounts, by when they expire; " +
				"each is counted once, in the narrowest span.",
			ConstLabels: prometheus.Labels{"within": label},
		}, func() float64 { return float64(count(m.Certificates())) }))
	}
	expiring("0d", func(c monitor.Certificates) int { return c.Expired })
	for _, days := range monitor.NoticeDays() {
		expiring(fmt.Sprint(days, "d"), func(c monitor.Certificates) int { return c.Within[days] })
	}
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
