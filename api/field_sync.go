package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/form"
)

// mostCommands bounds one batch of a phone that comes back on line.
const mostCommands = 100

var (
	syncFields = []form.Field{{Name: "commands", ZH: "离线命令", EN: "commands, in the order in which they were given", Type: form.Objects, Required: true, Of: syncCommand}}

	// syncCommand is one thing done while there was no line. What is done to a case
	// reported in the same batch names that command instead of a number: "@" and its id.
	syncCommand = []form.Field{
		{Name: "id", ZH: "命令编号", EN: "made by the client, the same with every retry", Type: form.Line, Required: true, Min: 8, Max: 100},
		form.Choice.Named("kind", "种类", "kind").Or("report", "上报", "a report").Or("act", "办理", "a step").Or("update", "信息更新", "an update of the grid's data").Need(),
		{Name: "case", ZH: "事件", EN: "number, or @ and the id of the command that reports it", Type: form.Line, Max: 101},
		{Name: "action", ZH: "步骤", EN: "step", Type: form.Line, Max: 60},
	}
)

// syncSchema describes a batch.
func syncSchema() *huma.Schema {
	s := schemaOf(syncFields, false)
	s.Properties["commands"].Items.Properties["input"] = &huma.Schema{Type: huma.TypeObject, Description: "what the call by itself would take as its body"}
	return s
}

// SyncResult is what became of one command.
type SyncResult struct {
	ID      string   `json:"id"`
	Status  int      `json:"status" doc:"as the call by itself would have answered; 424 when the command it builds on failed"`
	Case    string   `json:"case,omitempty"`
	State   string   `json:"state,omitempty"`
	Seq     int      `json:"seq,omitempty"`
	Problem *Problem `json:"problem,omitempty" doc:"why it was refused; 503 may be sent again as it is"`
}

// Synced answers a batch.
type Synced struct {
	ServerTime time.Time    `json:"server_time" doc:"for the phone to measure its clock by"`
	Results    []SyncResult `json:"results" doc:"one for each command, in their order"`
}

type syncInput struct {
	FormBody
	Language string `header:"Accept-Language" hidden:"true"`
}

type syncOutput struct{ Body Synced }

// command is one of a batch.
type command struct {
	ID     string          `json:"id"`
	Kind   string          `json:"kind"`
	Case   string          `json:"case"`
	Action string          `json:"action"`
	Input  json.RawMessage `json:"input"`
}

// sync carries out what a phone has gathered without a line, one after the other. Each
// command stands for itself: one that is refused keeps the others from nothing, and the
// whole batch may be sent again, since every id is carried out once (§6 item 73).
func (s *server) sync(ctx context.Context, in *syncInput) (*syncOutput, error) {
	commands, err := readCommands(&in.FormBody)
	if err != nil {
		return nil, err
	}
	out := Synced{Results: make([]SyncResult, len(commands))}
	made := map[string]SyncResult{}
	for i, c := range commands {
		r := s.carryOut(ctx, c, made, english(in.Language))
		made[c.ID], out.Results[i] = r, r
	}
	out.ServerTime = s.Now().In(zone)
	return &syncOutput{out}, nil
}

// readCommands checks the frame of a batch; what a command enters is checked when it
// is carried out.
func readCommands(body *FormBody) ([]command, error) {
	input, err := body.read()
	if err != nil {
		return nil, err
	}
	frame := form.Input{}
	for name, v := range input {
		frame[name] = v
	}
	list, _ := input["commands"].([]any)
	if len(list) > mostCommands {
		return nil, domain.Invalid(domain.Fault("commands", "range", fmt.Sprintf("每次至多%d条", mostCommands), fmt.Sprintf("at most %d at a time", mostCommands)))
	}
	bare := make([]any, len(list))
	for i, item := range list {
		bare[i] = item
		if m, ok := item.(map[string]any); ok {
			without := map[string]any{}
			for name, v := range m {
				if name != "input" {
					without[name] = v
				}
			}
			bare[i] = without
		}
	}
	if list != nil {
		frame["commands"] = bare
	}
	if _, faults := form.Check(syncFields, frame, nil); len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	var batch struct {
		Commands []command `json:"commands"`
	}
	if err := json.Unmarshal(body.RawBody, &batch); err != nil {
		return nil, malformed("not_json", "提交内容不是JSON对象", "the body is not a JSON object")
	}
	return batch.Commands, nil
}

// commandScopes are what the calls ask for that the commands stand for.
var commandScopes = map[string]account.Scope{"report": account.Intake, "act": account.Act, "update": account.Field}

// carryOut does one command as the call by itself would.
func (s *server) carryOut(ctx context.Context, c command, made map[string]SyncResult, inEnglish bool) SyncResult {
	r := SyncResult{ID: c.ID, Status: http.StatusOK}
	body := FormBody{RawBody: c.Input}
	err := callerOf(ctx).pass.Admit(commandScopes[c.Kind])
	switch {
	case err != nil:
	case c.Kind == "report":
		var done *registerOutput
		if done, err = s.reportEvent(ctx, &registerInput{FormBody: body, Key: c.ID}); err == nil {
			r.Status, r.Case, r.State, r.Seq = done.Status, done.Body.No, string(done.Body.State), done.Body.Seq
			return r
		}
	case c.Kind == "update":
		if _, err = s.addUpdate(ctx, &formInput{FormBody: FormBody{RawBody: withClient(c.Input, c.ID)}}); err == nil {
			return r
		}
	default:
		no := c.Case
		if id, refers := strings.CutPrefix(no, "@"); refers {
			if no = made[id].Case; no == "" {
				r.Status = http.StatusFailedDependency
				return r
			}
		}
		r.Case = no
		var done *shown[viewOfCase]
		if done, err = s.cases.stepping(c.Action)(ctx, &stepInput{ByNo: ByNo{no}, FormBody: body, Key: c.ID}); err == nil {
			r.State, r.Seq = string(done.Body.State), done.Body.Seq
			return r
		}
	}
	r.Problem = problemOf(err, inEnglish, infoOf(ctx).requestID)
	r.Status = r.Problem.Status
	var refusal *domain.Error
	if !errors.As(err, &refusal) {
		s.Log.ErrorContext(ctx, "a command of a batch failed", "request_id", infoOf(ctx).requestID, "error", err)
	}
	return r
}

// withClient gives an input the id of its command as the identifier of the client. What is
// no object is left as it is: reading it tells what is wrong.
func withClient(input json.RawMessage, id string) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(input, &fields) != nil || fields == nil {
		return input
	}
	if len(id) > clientField.Max {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:])
	}
	name, err := json.Marshal(id)
	if err != nil {
		return input
	}
	fields["client"] = name
	if out, err := json.Marshal(fields); err == nil {
		return out
	}
	return input
}
