// Package filetransfertest plays servers that take files: one for SFTP, one for
// FTPS. Both are for tests only, and let nobody write.
package filetransfertest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"io/fs"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
)

// Whom the servers let in.
const (
	User     = "acme-wfm"
	Password = "made-up-password"
)

// What the servers have: one directory, one file, and a directory that nobody may
// enter. Large is a directory of FTPS whose listing does not end soon.
const (
	Directory = "/incoming"
	File      = "/incoming/file.csv"
	Locked    = "/locked"
	Large     = "/large"
)

// NewKey returns a key of its own for a server or a user.
func NewKey(t testing.TB) ssh.Signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(key)
	require.NoError(t, err)
	return signer
}

// SSH is an SFTP server. The zero value has no host key and lets nobody in.
type SSH struct {
	HostKeys []ssh.Signer
	// Password and Key are what it lets the user in by; a server without a password
	// does not offer to take one. Dialogue asks for the password by questions.
	Password string
	Key      ssh.PublicKey
	Dialogue bool
	// Open lets everybody in without asking.
	Open bool
	// WithoutSFTP offers no SFTP; Silent accepts the user and then says nothing.
	WithoutSFTP, Silent bool

	mu       sync.Mutex
	attempts []string
	requests []string
}

// Attempts returns how somebody tried to be let in, such as "password".
func (s *SSH) Attempts() []string { return s.copy(&s.attempts) }

// Requests returns what was asked of SFTP, such as "Stat /incoming".
func (s *SSH) Requests() []string { return s.copy(&s.requests) }

func (s *SSH) copy(list *[]string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), *list...)
}

func (s *SSH) note(list *[]string, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*list = append(*list, what)
}

// Serve plays the server on one connection.
func (s *SSH) Serve(conn net.Conn) {
	defer conn.Close()
	server, channels, requests, err := ssh.NewServerConn(conn, s.config())
	if err != nil {
		return
	}
	defer server.Close()
	if s.Silent {
		_ = server.Wait()
		return
	}
	go ssh.DiscardRequests(requests)
	for channel := range channels {
		s.session(channel)
	}
}

func (s *SSH) config() *ssh.ServerConfig {
	config := &ssh.ServerConfig{NoClientAuth: s.Open}
	for _, key := range s.HostKeys {
		config.AddHostKey(key)
	}
	switch {
	case s.Password != "" && s.Dialogue:
		config.KeyboardInteractiveCallback = s.dialogue
	case s.Password != "":
		config.PasswordCallback = func(c ssh.ConnMetadata, given []byte) (*ssh.Permissions, error) {
			return s.admit("password", c.User() == User && string(given) == s.Password)
		}
	}
	if s.Key != nil {
		config.PublicKeyCallback = func(c ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			return s.admit("publickey", c.User() == User && bytes.Equal(key.Marshal(), s.Key.Marshal()))
		}
	}
	return config
}

// dialogue asks one hidden question.
func (s *SSH) dialogue(c ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
	answers, err := ask(c.User(), "", []string{"Password: "}, []bool{false})
	if err != nil {
		return nil, err
	}
	return s.admit("keyboard-interactive", c.User() == User && answers[0] == s.Password)
}

func (s *SSH) admit(how string, admitted bool) (*ssh.Permissions, error) {
	s.note(&s.attempts, how)
	if !admitted {
		return nil, os.ErrPermission
	}
	return new(ssh.Permissions), nil
}

// session plays SFTP on one channel, until it ends.
func (s *SSH) session(offered ssh.NewChannel) {
	channel, requests, err := offered.Accept()
	if err != nil {
		return
	}
	defer channel.Close()
	for request := range requests {
		wanted := request.Type == "subsystem" && string(request.Payload[4:]) == "sftp" && !s.WithoutSFTP
		if err := request.Reply(wanted, nil); err != nil || !wanted {
			continue
		}
		server := sftp.NewRequestServer(channel, sftp.Handlers{FileGet: s, FilePut: s, FileCmd: s, FileList: s})
		_ = server.Serve() // until the client goes
		_ = server.Close()
		return
	}
}

// Fileread implements sftp.FileReader: nobody is to read.
func (s *SSH) Fileread(r *sftp.Request) (io.ReaderAt, error) { return nil, s.refuse(r) }

// Filewrite implements sftp.FileWriter: nobody is to write.
func (s *SSH) Filewrite(r *sftp.Request) (io.WriterAt, error) { return nil, s.refuse(r) }

// Filecmd implements sftp.FileCmder: nobody is to change anything.
func (s *SSH) Filecmd(r *sftp.Request) error { return s.refuse(r) }

func (s *SSH) refuse(r *sftp.Request) error {
	s.note(&s.requests, r.Method+" "+r.Filepath)
	return sftp.ErrSSHFxPermissionDenied
}

// Filelist implements sftp.FileLister.
func (s *SSH) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	s.note(&s.requests, r.Method+" "+r.Filepath)
	if r.Method != "Stat" {
		return nil, sftp.ErrSSHFxOpUnsupported
	}
	switch r.Filepath {
	case "/", Directory:
		return entry{fs.ModeDir | 0o755}, nil
	case File:
		return entry{0o644}, nil
	case Locked:
		return nil, sftp.ErrSSHFxPermissionDenied
	}
	return nil, sftp.ErrSSHFxNoSuchFile
}

// entry is a file of which only the mode matters, and the list that it makes.
type entry struct{ mode fs.FileMode }

// ListAt implements sftp.ListerAt.
func (e entry) ListAt(list []fs.FileInfo, _ int64) (int, error) {
	return copy(list, []fs.FileInfo{e}), io.EOF
}

func (e entry) Name() string      { return "entry" }
func (e entry) Size() int64       { return 0 }
func (e entry) Mode() fs.FileMode { return e.mode }
func (entry) ModTime() time.Time  { return time.Unix(0, 0) }
func (e entry) IsDir() bool       { return e.mode.IsDir() }
func (entry) Sys() any            { return nil }
