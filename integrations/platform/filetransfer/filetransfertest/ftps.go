package filetransfertest

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync"
)

// FTPS is an FTP server that wants TLS. It has one network address: the
// connection that comes after PASV or EPSV is the data connection, at whatever
// port. It is for one visitor at a time.
type FTPS struct {
	TLS *tls.Config
	// Implicit starts with TLS.
	Implicit bool
	// Open asks for no password.
	Open bool
	// Replies replace what it says to commands, by command or "greeting"; without a
	// code of its own, such as "hang up", it closes the connection.
	Replies map[string]string
	// ReuseTLS refuses data connections that do not resume the control connection's
	// TLS session, as vsftpd and ProFTPD do unless told otherwise.
	ReuseTLS bool

	mu       sync.Mutex
	waiting  chan *dataConn
	commands []string
	clear    []string
}

// dataConn is a data connection, and who waits for its end.
type dataConn struct {
	net.Conn
	done chan struct{}
}

// Commands returns what was said under TLS, ClearCommands what was said before.
func (f *FTPS) Commands() []string { return f.copy(&f.commands) }

// ClearCommands returns what was said without TLS.
func (f *FTPS) ClearCommands() []string { return f.copy(&f.clear) }

func (f *FTPS) copy(list *[]string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), *list...)
}

// Serve plays the server on one connection.
func (f *FTPS) Serve(conn net.Conn) {
	defer conn.Close()
	f.mu.Lock()
	waiting := f.waiting
	f.waiting = nil
	f.mu.Unlock()
	if waiting != nil {
		data := &dataConn{conn, make(chan struct{})}
		waiting <- data
		<-data.done
		return
	}
	v := &visitor{server: f, conn: conn}
	if f.Implicit {
		v.conn, v.secure = tls.Server(conn, f.TLS), true
	}
	v.text = textproto.NewConn(v.conn)
	v.serve()
}

// visitor is one control connection.
type visitor struct {
	server *FTPS
	conn   net.Conn
	text   *textproto.Conn
	secure bool
	user   string
	inside bool
	data   chan *dataConn
	path   string
}

func (v *visitor) serve() {
	if !v.say(v.reply("greeting", "220 ready")) {
		return
	}
	for {
		line, err := v.text.ReadLine()
		if err != nil {
			return
		}
		verb, argument, _ := strings.Cut(line, " ")
		v.note(line)
		if !v.say(v.reply(verb, v.answer(verb, argument))) || verb == "QUIT" {
			return
		}
		v.after(verb)
	}
}

func (v *visitor) note(line string) {
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	if v.secure {
		v.server.commands = append(v.server.commands, line)
	} else {
		v.server.clear = append(v.server.clear, line)
	}
}

// reply prefers what a test wants said.
func (v *visitor) reply(to, usual string) string {
	if special, ok := v.server.Replies[to]; ok {
		return special
	}
	return usual
}

// say sends a reply; false ends the visit.
func (v *visitor) say(reply string) bool {
	if reply == "" || reply == "hang up" {
		return reply == ""
	}
	_, err := io.WriteString(v.conn, reply+"\r\n")
	return err == nil
}

func (v *visitor) answer(verb, argument string) string {
	switch {
	case verb == "AUTH" && argument == "TLS" && !v.secure:
		return "234 go ahead"
	case verb == "QUIT":
		return "221 bye"
	case !v.secure:
		return "530 use AUTH TLS first"
	case verb == "USER":
		v.user = argument
		if v.inside = v.server.Open; v.inside {
			return "230 welcome"
		}
		return "331 password please"
	case verb == "PASS":
		if v.inside = v.user == User && argument == Password; v.inside {
			return "230 welcome"
		}
		return "530 login incorrect"
	case !v.inside:
		return "530 log in first"
	}
	return v.inner(verb, argument)
}

func (v *visitor) inner(verb, argument string) string {
	switch verb {
	case "FEAT":
		return "211-features\r\n EPSV\r\n PASV\r\n211 end"
	case "TYPE", "PBSZ", "PROT":
		return "200 fine"
	case "CWD":
		switch argument {
		case ".", Directory, Large, Locked:
			v.path = argument
			return "250 there"
		}
		return "550 no such directory"
	case "EPSV":
		v.expect()
		return "229 passive (|||40000|)"
	case "PASV":
		v.expect()
		return "227 passive (169,254,169,254,156,64)" // another host, port 40000
	case "LIST":
		if v.path == Locked {
			return "550 not permitted"
		}
		return "150 here it comes"
	}
	return "502 not here"
}

// expect makes the next connection the data connection.
func (v *visitor) expect() {
	v.data = make(chan *dataConn, 1)
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	v.server.waiting = v.data
}

// after does what follows a reply.
func (v *visitor) after(verb string) {
	switch {
	case verb == "AUTH" && !v.secure && v.server.Replies[verb] == "":
		v.conn, v.secure = tls.Server(v.conn, v.server.TLS), true
		v.text = textproto.NewConn(v.conn)
	case verb == "LIST" && v.path != Locked && v.server.Replies[verb] == "":
		v.say(v.list(<-v.data))
	case verb == "LIST":
		close((<-v.data).done)
	}
}

// list sends a listing and returns the last reply.
func (v *visitor) list(data *dataConn) string {
	defer close(data.done)
	secure := tls.Server(data, v.server.TLS)
	defer secure.Close()
	if err := secure.Handshake(); err != nil { //nolint:noctx // The visitor's time is the server's.
		return "425 no TLS"
	}
	if v.server.ReuseTLS && !secure.ConnectionState().DidResume {
		return "522 session reuse required"
	}
	lines := 1
	if v.path == Large {
		lines = 2000
	}
	name := strings.Repeat("x", 40)
	for i := range lines {
		if _, err := fmt.Fprintf(secure, "-rw-r--r-- 1 ftp ftp 12 Jan 01 2026 %s-%d.csv\r\n", name, i); err != nil {
			return "426 gone"
		}
	}
	return "226 done"
}
