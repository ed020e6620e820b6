// Command provider is a provider of OpenID Connect for tests: the protocol is that of
// zitadel/oidc, a certified library; people and clients are told on the command line and
// forgotten at the end.
//
//	provider ADDRESS REDIRECT-URI PEOPLE.json
//
// PEOPLE.json is a list of {"id", "email", "username", "password"}: one signs in with the
// address, and what is told of one is the username.
package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
)

// people are everybody the provider knows.
type people []*storage.User

// GetUserByID implements storage.UserStore.
func (p people) GetUserByID(id string) *storage.User {
	for _, u := range p {
		if u.ID == id {
			return u
		}
	}
	return nil
}

// GetUserByUsername finds who signs in: by address, since two may have had one name.
func (p people) GetUserByUsername(login string) *storage.User {
	for _, u := range p {
		if u.Email == login {
			return u
		}
	}
	return nil
}

// ExampleClientID implements storage.UserStore.
func (people) ExampleClientID() string { return storage.ServiceUserID }

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "provider:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("usage: provider ADDRESS REDIRECT-URI PEOPLE.json")
	}
	var known people
	raw, err := os.ReadFile(args[2])
	if err == nil {
		err = json.Unmarshal(raw, &known)
	}
	if err != nil {
		return err
	}
	storage.RegisterClients(storage.NativeClient("huajie", args[1]))
	router := exampleop.SetupServer("http://"+args[0]+"/", storage.NewStorage(known), slog.New(slog.DiscardHandler), false)
	srv := &http.Server{Addr: args[0], Handler: router, ReadHeaderTimeout: 5 * time.Second}
	return srv.ListenAndServe()
}
