package recovery

import (
	"context"
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"

	"huajie/activities"
	"huajie/domain/machine"
	"huajie/workflows"
)

// Recorded is what the history of one run tells the ledger.
type Recorded struct {
	// Events by sequence: those the run was given at its start and those every
	// commit answered.
	Events map[int]machine.Event
	// Cuts are the sequences a commit began with.
	Cuts map[int]bool
	// From is the sequence of the state the run continued with; events up to it
	// are in an earlier run, or in none.
	From int
	// Before is the run this one continued, "" for none.
	Before string
	// Keys holds the fingerprints of the commands that came as updates; Done
	// where those ended that were answered.
	Keys map[string]string
	Done map[string]int
}

// The names under which the SDK records a local activity.
const (
	localActivityMarker = "LocalActivity"
	markerData          = "data"
	markerResult        = "result"
)

// reader takes one history apart.
type reader struct {
	*Temporal
	run      Run
	out      Recorded
	accepted map[int64]machine.Command // updates by the event that accepted them
	admitted map[string]machine.Command
}

// Read implements Engine.
func (t *Temporal) Read(ctx context.Context, run Run) (Recorded, error) {
	r := &reader{Temporal: t, run: run, accepted: map[int64]machine.Command{}, admitted: map[string]machine.Command{},
		out: Recorded{Events: map[int]machine.Event{}, Cuts: map[int]bool{}, Keys: map[string]string{}, Done: map[string]int{}}}
	it := t.Client.GetWorkflowHistory(ctx, workflows.ID(run.No), run.ID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for it.HasNext() {
		e, err := it.Next()
		if errors.Is(notFound(err), ErrNotRunning) {
			return r.out, ErrNotKept
		}
		if err != nil {
			return r.out, err
		}
		if err := r.take(e); err != nil {
			return r.out, fmt.Errorf("history event %d: %w", e.GetEventId(), err)
		}
	}
	return r.out, nil
}

func (r *reader) take(e *history.HistoryEvent) error {
	switch e.GetEventType() {
	case enums.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
		a := e.GetWorkflowExecutionStartedEventAttributes()
		r.out.Before = a.GetContinuedExecutionRunId()
		return r.started(a.GetInput())
	case enums.EVENT_TYPE_MARKER_RECORDED:
		return r.marker(e.GetMarkerRecordedEventAttributes())
	case enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED:
		request := e.GetWorkflowExecutionUpdateAdmittedEventAttributes().GetRequest()
		cmd, err := r.command(request.GetInput().GetArgs())
		r.admitted[request.GetMeta().GetUpdateId()] = cmd
		return err
	case enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
		a := e.GetWorkflowExecutionUpdateAcceptedEventAttributes()
		cmd, err := r.command(a.GetAcceptedRequest().GetInput().GetArgs())
		if cmd.Key == "" {
			cmd = r.admitted[a.GetProtocolInstanceId()]
		}
		r.accepted[e.GetEventId()] = cmd
		if cmd.Key != "" && r.out.Keys[cmd.Key] == "" {
			r.out.Keys[cmd.Key] = cmd.Fingerprint
		}
		return err
	case enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
		a := e.GetWorkflowExecutionUpdateCompletedEventAttributes()
		if a.GetOutcome().GetSuccess() == nil {
			return nil // a refusal leaves no key
		}
		var done workflows.ActResult
		err := r.Converter.FromPayloads(a.GetOutcome().GetSuccess(), &done)
		r.out.Done[r.accepted[a.GetAcceptedEventId()].Key] = done.Seq
		return err
	}
	return nil
}

func (r *reader) command(args *commonpb.Payloads) (cmd machine.Command, err error) {
	if len(args.GetPayloads()) > 0 {
		err = r.Converter.FromPayloads(args, &cmd)
	}
	return cmd, err
}

// started takes what the run was given.
func (r *reader) started(input *commonpb.Payloads) error {
	var events []machine.Event
	var state machine.Subject
	if r.run.Kind == activities.KindSession {
		var in workflows.SessionInput
		if err := r.Converter.FromPayloads(input, &in); err != nil {
			return err
		}
		if events = in.Events; in.State != nil {
			state = in.State
		}
	} else {
		in := workflows.AnyCaseInput{State: activities.FreshOf(r.run.Kind)()} // is decoded into
		if err := r.Converter.FromPayloads(input, &in); err != nil {
			return err
		}
		events, state = in.Events, in.State
	}
	if state != nil {
		r.out.From = state.GetHead().Seq
	}
	r.keep(events, false)
	return nil
}

// marker takes what a commit answered.
func (r *reader) marker(a *history.MarkerRecordedEventAttributes) error {
	if a.GetMarkerName() != localActivityMarker || a.GetFailure() != nil {
		return nil // a refusal wrote nothing
	}
	var data struct{ ActivityType string }
	if err := r.Converter.FromPayloads(a.GetDetails()[markerData], &data); err != nil {
		return err
	}
	if data.ActivityType != workflows.CommitActivity && data.ActivityType != workflows.OpenActivity {
		return nil
	}
	var out activities.CommitResult
	if err := r.Converter.FromPayloads(a.GetDetails()[markerResult], &out); err != nil {
		return err
	}
	r.keep(out.Events, true)
	return nil
}

func (r *reader) keep(events []machine.Event, cut bool) {
	for i, e := range events {
		if cut && i == 0 {
			r.out.Cuts[e.Seq] = true
		}
		if _, known := r.out.Events[e.Seq]; !known {
			r.out.Events[e.Seq] = e
		}
	}
}
