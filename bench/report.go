package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
)

// report is everything that was measured.
type report struct {
	CPUs        int           `json:"cpus"`
	Go          string        `json:"go"`
	Platform    string        `json:"platform"`
	Connections int           `json:"connections"`
	Seconds     float64       `json:"secondsPerMeasurement"`
	Accounts    int           `json:"accounts"`
	Reads       []readResult  `json:"reads"`
	Writes      []writeResult `json:"writes"`
}

func newReport(o options) *report {
	return &report{
		CPUs: runtime.NumCPU(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Connections: o.connections, Seconds: o.duration.Seconds(), Accounts: o.accounts,
	}
}

// missed names what is outside of its bound.
func (r *report) missed() []string {
	var missed []string
	for _, v := range r.Reads {
		if v.Ratio < v.AtLeast {
			missed = append(missed, fmt.Sprintf("%s: %.3f of the floor, wanted %.2f", v.Name, v.Ratio, v.AtLeast))
		}
	}
	for _, v := range r.Writes {
		if v.Tail >= v.AtMost {
			missed = append(missed, fmt.Sprintf("%s: p99 is %.1f times the median, wanted under %.0f", v.Name, v.Tail, v.AtMost))
		}
	}
	return missed
}

// tables writes the report for people.
func (r *report) tables(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) } // Flush tells
	p("%s, %s, %d CPUs, %d connections, %d accounts, %g s each\n",
		r.Go, r.Platform, r.CPUs, r.Connections, r.Accounts, r.Seconds)
	for _, v := range r.Reads {
		p("\n%s, %d bytes: requests/s of a bare Echo handler (floor) and of admin-api (ours)\n", v.Name, v.Bytes)
		row(p, "round", "floor", "ours", "ratio", "CPU ratio", "floor p99", "our p99", "used by others")
		for i, n := range v.Rounds {
			row(p, i+1, f("%.0f", n.Floor.Rate), f("%.0f", n.Ours.Rate), f("%.3f", n.Ratio), f("%.3f", n.CPURatio),
				f("%.2f ms", n.Floor.P99), f("%.2f ms", n.Ours.P99), f("%.0f %%", 100*n.Others))
		}
		p("median ratio %.3f, bound %.2f\n", v.Ratio, v.AtLeast)
	}
	for _, v := range r.Writes {
		p("\n%s, %d clients\n", v.Name, r.Connections)
		row(p, "round", "requests/s", "median", "p99", "p99/median", "CPU each", "used by others")
		for i, n := range v.Rounds {
			row(p, i+1, f("%.0f", n.Rate), f("%.2f ms", n.Median), f("%.2f ms", n.P99), f("%.1f", n.Tail),
				f("%.0f us", n.CPU), f("%.0f %%", 100*n.Others))
		}
		p("median p99/median %.1f, bound %.0f\n", v.Tail, v.AtMost)
	}
	for _, text := range r.missed() {
		p("\nMISSED %s\n", text)
	}
	return w.Flush()
}

func f(format string, v any) string { return fmt.Sprintf(format, v) }

// row writes cells, each ended by a tab.
func row(p func(string, ...any), cells ...any) {
	p(strings.Repeat("%v\t", len(cells))+"\n", cells...)
}
