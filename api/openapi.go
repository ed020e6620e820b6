package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain/codes"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
)

// document is the OpenAPI document as it is served.
type document struct{ json, yaml []byte }

// render encodes the document once; it cannot change afterwards.
func render(o *huma.OpenAPI) document {
	j, err := json.MarshalIndent(o, "", "  ")
	y, yamlErr := o.YAML()
	if err = errors.Join(err, yamlErr); err != nil {
		panic(fmt.Sprintf("the OpenAPI document cannot be encoded: %v", err)) // a programming error
	}
	return document{j, y}
}

// describe sets what the document says about the API as a whole.
func describe(o *huma.OpenAPI) {
	o.Info.Description = "One door to the grievance chain: start a case, take steps, read, supervise. " +
		"Refusals are RFC 9457 problems with a stable code and never repeat what was sent.\n\n" +
		"群众诉求办理链的统一接口:登记、办理、查询、督办。"
	o.Servers = nil
	o.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		securityBearer: {Type: "http", Scheme: "bearer", Description: "token of a user or a program. One of a program needs the scope an operation names as x-scope: " + scopeNames()},
		securityDevice: {Type: "http", Scheme: "basic", Description: "token of a device as the password, whatever the name"},
		securityCookie: {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "set by POST /api/v1/session; over HTTPS its name begins with __Host-"},
	}
}

// OpenAPI renders the document of the API as YAML (3.1). It needs nothing that
// runs.
func OpenAPI() ([]byte, error) {
	return newServer(Deps{Log: slog.New(slog.DiscardHandler), Now: time.Now, Reader: nobody{}, Engine: nobody{}}).api.OpenAPI().YAML()
}

// documentVersion is the version of the contract, not of the program.
const documentVersion = "1.0"

// nobody stands in for the ports while the document is made; no route is called.
type nobody struct {
	Reader
	Engine
}

// Ping settles which of the two is meant.
func (nobody) Ping(context.Context) error { return nil }

// sampleCases are cases in every state, petitions and others, to ask a step for
// all the inputs it may have.
func sampleCases() []*grievance.Case {
	var out []*grievance.Case
	for _, state := range sortedStates(grievance.Labels) {
		for _, track := range []codes.Track{codes.TrackDemand, codes.TrackPetition, codes.TrackDispute} {
			for _, returned := range []int{0, 1} {
				out = append(out, &grievance.Case{Head: machine.Head{State: state}, Track: track, ReturnCount: returned})
			}
		}
	}
	return out
}

// sampleEvents are grid events in every state, and of citizens, with photos.
func sampleEvents() []*gridevent.Event {
	var out []*gridevent.Event
	for _, state := range sortedStates(gridevent.Labels) {
		out = append(out, &gridevent.Event{Head: machine.Head{State: state}},
			&gridevent.Event{Head: machine.Head{State: state}, Petitioner: "P", Photos: []gridevent.Photo{{ID: "F"}}})
	}
	return out
}

func sampleSessions() []*joint.Session {
	var out []*joint.Session
	for _, state := range sortedStates(joint.Labels) {
		out = append(out, &joint.Session{Head: machine.Head{State: state}})
	}
	return out
}

func sortedStates[L any](labels map[machine.State]L) []machine.State {
	var out []machine.State
	for s := range labels {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}
