package main

import (
	"bufio"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// floorCommand is the argument with which this program is the floor.
const floorCommand = "floor"

// floorToken is the environment variable with the token that the floor accepts.
const floorToken = "BENCH_FLOOR_TOKEN" //nolint:gosec // the name, not the value

// startFloor starts this program once more, as the floor. It answers each file
// of dir under the file's name.
func startFloor(ctx context.Context, dir, token string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, floorCommand, dir) //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), floorToken+"="+token)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if _, err := cmd.StdinPipe(); err != nil { // its end tells the floor that we are gone
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	addr, err := bufio.NewReader(out).ReadString('\n')
	p := &process{cmd: cmd, exited: make(chan struct{})}
	go func() { // only now: Wait closes the pipe that was read
		p.err = cmd.Wait()
		close(p.exited)
	}()
	if err != nil {
		p.kill()
		return nil, p.gone()
	}
	return &server{process: p, url: "http://" + strings.TrimSpace(addr), token: token}, nil
}

// serveFloor is the floor. It writes its address and ends when it is told to,
// or when its standard input does.
func serveFloor(ctx context.Context, dir string) error {
	handler, err := floorHandler(dir, os.Getenv(floorToken))
	if err != nil {
		return err
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stopped()
	if _, err := fmt.Println(l.Addr()); err != nil {
		return err
	}
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// floorHandler is the least that Echo can do: look the route up, compare the
// token, write bytes that are there already. It gives the length, so that both
// sides frame their answers alike.
func floorHandler(dir, token string) (http.Handler, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	e := echo.New()
	want := []byte("Bearer " + token)
	for _, file := range files {
		body, err := os.ReadFile(filepath.Join(dir, file.Name())) //nolint:gosec // our own folder
		if err != nil {
			return nil, err
		}
		length := strconv.Itoa(len(body))
		e.GET("/"+file.Name(), func(c echo.Context) error {
			got := c.Request().Header.Get(echo.HeaderAuthorization)
			if subtle.ConstantTimeCompare([]byte(got), want) != 1 {
				return echo.ErrUnauthorized
			}
			c.Response().Header().Set(echo.HeaderContentLength, length)
			return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, body)
		})
	}
	return e, nil
}
