package main

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor times in /proc; Linux has shown hundredths of a
// second to programs on every architecture (proc_pid_stat(5)).
const tick = time.Second / 100

// processTime returns the processor time that a process has used so far; 0
// where that cannot be known (not Linux, or the process is gone).
func processTime(pid int) time.Duration {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	// The second field is a name in parentheses, which may hold anything.
	const user, system = 14 - 3, 15 - 3
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) <= system {
		return 0
	}
	return ticks(string(fields[user])) + ticks(string(fields[system]))
}

// machineTime returns the processor time that the whole machine has used so
// far, by all processes and by other machines on the same host.
func machineTime() time.Duration {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	const idle, wait, steal = 4, 5, 8
	var busy time.Duration
	for i, word := range strings.Fields(line) {
		if i == 0 || i == idle || i == wait || i > steal {
			continue // the rest is part of what was added already
		}
		busy += ticks(word)
	}
	return busy
}

func ticks(word string) time.Duration {
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n) * tick
}

// meter tells how much of the machine others used, so that a reader can tell a
// quiet measurement from a disturbed one.
type meter struct {
	began     time.Time
	pids      []int
	busy, own time.Duration
}

// newMeter begins to measure; the processes are ours.
func newMeter(pids ...int) *meter {
	m := &meter{began: time.Now(), pids: pids, busy: machineTime()}
	m.own = m.ours()
	return m
}

func (m *meter) ours() time.Duration {
	var sum time.Duration
	for _, pid := range m.pids {
		sum += processTime(pid)
	}
	return sum
}

// others returns the part of all processors that was used by neither our
// processes nor those that ended meanwhile, which took ended.
func (m *meter) others(ended time.Duration) float64 {
	used := machineTime() - m.busy - (m.ours() - m.own) - ended
	all := time.Since(m.began) * time.Duration(runtime.NumCPU())
	return max(0, used.Seconds()/all.Seconds())
}
