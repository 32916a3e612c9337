package main

import (
	"os"

	"admin-api/access"
)

// greet tells where to go and, on the first start, how to get in.
func (c *serveCommand) greet(p *program, addr string, first *access.Bootstrapped) {
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	base := scheme + "://" + addr
	number, _ := built()
	p.printf("\nadmin-api %s serves integration accounts.\n\n", number)
	p.printf("  API        %s/api/v1\n  Reference  %s/docs\n  Health     %s/readyz\n\n", base, base, base)
	switch {
	case first != nil:
		c.greetFirst(p, base, first)
	case exists(c.credentialsFile()):
		p.printf("The credentials of the first start are still in %s; delete it when you have them.\n\n", c.credentialsFile())
	}
}

// greetFirst shows what was generated to a person only: what is no terminal is
// likely kept, and read by others.
func (c *serveCommand) greetFirst(p *program, base string, first *access.Bootstrapped) {
	p.printf("First start: made contact center %s with administrator %s.\n", first.Domain, first.Username)
	switch {
	case first.Password == "" && first.Token == "":
	case !p.terminal:
		p.printf("How to get in stands in %s; delete it when you have it.\n", c.credentialsFile())
	default:
		p.printf("This is shown once and stands in %s (delete it when you have it):\n\n", c.credentialsFile())
		p.printf("  username   %s\n", first.Username)
		if first.Password != "" {
			p.printf("  password   %s\n", first.Password)
		}
		if first.Token != "" {
			p.printf("  token      %s\n", first.Token)
		}
		p.printf("\nThe token opens the API; with the password the administrator signs in by POST %s/api/v1/session.\n", base)
	}
	p.printf("\n")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
