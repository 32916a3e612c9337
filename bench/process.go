package main

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// stopTimeout is longer than a server may take to finish what is in flight.
const stopTimeout = 15 * time.Second

// process is a program that was started here. Its methods may be called from
// several goroutines and more than once.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error // how it ended; valid when exited is closed
}

func startProcess(cmd *exec.Cmd) (*process, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, exited: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// terminate asks the process to end. One that has ended already is no error.
func (p *process) terminate() { _ = p.cmd.Process.Signal(syscall.SIGTERM) }

// stop asks the process to end and returns how it did; one that does not is
// killed.
func (p *process) stop() error {
	p.terminate()
	limit := time.NewTimer(stopTimeout)
	defer limit.Stop()
	select {
	case <-p.exited:
		return p.err
	case <-limit.C:
		p.kill()
		return errors.New("did not end when told to")
	}
}

// kill ends the process without a warning, as a power cut would, and waits
// until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.exited
}

// gone returns why a process that should run does not.
func (p *process) gone() error {
	if p.err != nil {
		return fmt.Errorf("ended before it was ready: %w", p.err)
	}
	return errors.New("ended before it was ready")
}
