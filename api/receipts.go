package api

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/form"
)

// mostReceipts is how many notices one request may be about.
const mostReceipts = 500

type receiveInput struct{ FormBody }

// UnreadCount is what is left to read.
type UnreadCount struct {
	Unread int `json:"unread" doc:"notices not read yet, at most 1000"`
}

type unreadOutput struct{ Body UnreadCount }

// receive notes what has arrived at the caller and what the caller has read. It may be
// said again; what is not addressed to the caller is left alone.
func (s *server) receive(ctx context.Context, in *receiveInput) (*unreadOutput, error) {
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	var faults []domain.FieldError
	delivered, read := idsOf(input, "delivered", &faults), idsOf(input, "read", &faults)
	for name := range input {
		if name != "delivered" && name != "read" {
			faults = append(faults, domain.Fault(shortName(name), "unknown_field", "没有这个字段", "there is no such field"))
		}
	}
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	who := callerOf(ctx)
	if err := s.Reader.Receive(ctx, who.scope, who.actor, delivered, read, s.Now()); err != nil {
		return nil, err
	}
	box, err := s.Reader.Inbox(ctx, who.scope, who.actor)
	if err != nil {
		return nil, err
	}
	return &unreadOutput{UnreadCount{box.Unread}}, nil
}

// idsOf reads a list of ids; one that is not there is empty.
func idsOf(in form.Input, name string, faults *[]domain.FieldError) []int64 {
	ids := []int64{}
	given, ok := in[name]
	if !ok {
		return ids
	}
	b, err := json.Marshal(given)
	if err == nil {
		err = json.NewDecoder(bytes.NewReader(b)).Decode(&ids)
	}
	switch {
	case err != nil || ids == nil || slices.ContainsFunc(ids, func(id int64) bool { return id < 1 }):
		*faults = append(*faults, domain.Fault(name, "type", "应为通知编号的列表", "a list of ids of notices is needed"))
	case len(ids) > mostReceipts:
		*faults = append(*faults, domain.Fault(name, "range", "一次最多500条", "at most 500 at once"))
	}
	return ids
}

func receiptsSchema() *huma.Schema {
	most := mostReceipts
	list := func(what string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeArray, Description: what, MaxItems: &most,
			Items: &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: bound(1)}}
	}
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{
		"delivered": list("ids of notices that have arrived"), "read": list("ids of notices that were read; they have arrived, too")}}
}
