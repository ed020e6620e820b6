package workflows

import (
	"fmt"
	"hash/fnv"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/machine"
	"huajie/internal/failure"
)

// keeper keeps one subject of a machine alive. It holds the folded state, takes
// commands one at a time, waits for the earliest deadline and carries out
// consequences. It knows no rule: deciding happens in the commit.
type keeper[S machine.Subject] struct {
	machine  *machine.Machine[S]
	kind, no string
	state    S
	standing func(S) standing // nil: nothing is shown

	lock    workflow.Mutex
	effects []cause     // folded, not yet carried out
	told    []TellInput // received, not yet committed
	timer   workflow.Future
	timerAt time.Time
	stop    workflow.CancelFunc
	shown   standing // search attributes as the engine has them
}

// cause is an effect with the key that makes carrying it out idempotent.
type cause struct {
	Key    string         `json:"key"`
	Effect machine.Effect `json:"effect"`
}

// keep prepares a keeper: the doors through which commands, word from others
// and questions come in. Its state is what was folded before, or fresh.
func keep[S machine.Subject](ctx workflow.Context, k keeper[S]) (*keeper[S], error) {
	k.lock = workflow.NewMutex(ctx)
	k.shown = shownAtStart(ctx)
	err := workflow.SetUpdateHandlerWithOptions(ctx, ActUpdate, k.act, workflow.UpdateHandlerOptions{Validator: k.admit})
	if err != nil {
		return nil, err
	}
	if err := workflow.SetQueryHandler(ctx, StateQuery, func() (S, error) { return k.state, nil }); err != nil {
		return nil, err
	}
	return &k, nil
}

// admit refuses what can never be a step before it enters the history. It does
// not judge the state: the ledger may be a step ahead of what is folded here
// (a crash between commit and history), and the api has already asked the
// ledger.
func (k *keeper[S]) admit(_ workflow.Context, cmd machine.Command) error {
	if cmd.Key == "" {
		return failure.Wrap(domain.Invalid(domain.Fault("key", "required", "缺少幂等键", "the command has no key")))
	}
	if cmd.Action == machine.Approve || cmd.Action == machine.Decline {
		return nil
	}
	if step, ok := k.machine.Step(cmd.Action); !ok || step.SystemOnly {
		return failure.Wrap(domain.NotFound())
	}
	return nil
}

// act is the handler of ActUpdate: one step, decided and folded before the next.
func (k *keeper[S]) act(ctx workflow.Context, cmd machine.Command) (ActResult, error) {
	if err := k.commit(ctx, cmd); err != nil {
		return ActResult{}, err
	}
	h := k.state.GetHead()
	return ActResult{No: h.No, Seq: h.Seq, State: h.State}, nil
}

// commit decides a command (or, with none, the limits that have passed) and
// folds what the ledger answers. When the ledger was ahead, the missed events
// are folded first and the command is decided anew.
func (k *keeper[S]) commit(ctx workflow.Context, cmd machine.Command) error {
	if err := k.lock.Lock(ctx); err != nil {
		return err
	}
	defer k.lock.Unlock()
	for {
		in := activities.CommitInput{Kind: k.kind, No: k.no, Seq: k.state.GetHead().Seq, Command: cmd, At: workflow.Now(ctx)}
		var out activities.CommitResult
		if err := workflow.ExecuteLocalActivity(withStoreOptions(ctx), CommitActivity, in).Get(ctx, &out); err != nil {
			return err
		}
		if err := k.fold(out.Events); err != nil {
			return err
		}
		if !out.Behind {
			return k.show(ctx)
		}
	}
}

// fold takes events into the state and their effects into the queue.
func (k *keeper[S]) fold(events []machine.Event) error {
	for _, e := range events {
		if e.Seq <= k.state.GetHead().Seq {
			continue // folded before a continue-as-new, or told twice
		}
		next, err := machine.Evolve(k.state, k.machine.Fresh, e)
		if err != nil {
			// A failed workflow task is tried again and can be mended; a failed
			// workflow would leave the case without its clocks.
			panic(fmt.Errorf("the ledger does not continue the history: %w", err))
		}
		k.state = next
		for i, f := range e.Effects {
			k.effects = append(k.effects, cause{Key: fmt.Sprintf("%s:%d:%d", e.No, e.Seq, i), Effect: f})
		}
	}
	return nil
}

// live deals with what comes until the subject is over and nothing waits, and
// every officer has had an answer. It returns early, with true, when the history
// has grown long enough to go on in a new run.
func (k *keeper[S]) live(ctx workflow.Context, over func(S) bool) (goOn bool, err error) {
	for {
		for !k.idle(ctx) || !over(k.state) {
			if err := k.next(ctx); err != nil {
				return false, err
			}
			if k.mayContinue(ctx) {
				return true, nil
			}
		}
		if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
			return false, err
		}
		if k.idle(ctx) && over(k.state) { // the last answer may have brought something
			return false, nil
		}
	}
}

// idle tells whether nothing waits to be heard or carried out.
func (k *keeper[S]) idle(ctx workflow.Context) bool {
	return len(k.effects) == 0 && len(k.told) == 0 && k.word(ctx).Len() == 0
}

// next waits for whatever comes first and deals with it: a consequence to carry
// out, word from another case, or the earliest deadline.
func (k *keeper[S]) next(ctx workflow.Context) error {
	k.hear(ctx)
	if len(k.effects) > 0 {
		f := k.effects[0]
		k.effects = k.effects[1:]
		return k.carryOut(ctx, f)
	}
	if len(k.told) > 0 {
		told := k.told[0]
		k.told = k.told[1:]
		return k.obey(ctx, told)
	}
	k.arm(ctx)
	seq := k.state.GetHead().Seq
	err := workflow.Await(ctx, func() bool {
		return k.rings() || len(k.effects) > 0 || k.state.GetHead().Seq != seq || k.word(ctx).Len() > 0
	})
	if err != nil {
		return err
	}
	if k.rings() {
		k.timer = nil
		return k.commit(ctx, machine.Command{})
	}
	return nil
}

// arm keeps one timer, for the earliest deadline.
func (k *keeper[S]) arm(ctx workflow.Context) {
	d, ok := k.state.GetHead().Next()
	if k.timer != nil && ok && d.At.Equal(k.timerAt) {
		return
	}
	if k.timer != nil {
		k.stop()
		k.timer = nil
	}
	if !ok {
		return
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	wait := max(0, d.At.Sub(workflow.Now(ctx)))
	k.timer = workflow.NewTimer(timerCtx, wait+grace(k.no, wait))
	k.timerAt, k.stop = d.At, cancel
}

// grace is how much later than due the engine wakes a case: a moment of its own within
// at most five minutes, and half of the wait. Limits take effect in the ledger at the
// second, and their workflows are told (decision 9); thousands of them that pass at once
// would otherwise wake as many workflows at once, and officers would wait behind them.
func grace(no string, wait time.Duration) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(no))
	return min(5*time.Minute, wait/2) * time.Duration(h.Sum32()%1000) / 1000
}

func (k *keeper[S]) rings() bool { return k.timer != nil && k.timer.IsReady() }

func (k *keeper[S]) word(ctx workflow.Context) workflow.ReceiveChannel {
	return workflow.GetSignalChannel(ctx, TellSignal)
}

// hear takes in what other cases have said.
func (k *keeper[S]) hear(ctx workflow.Context) {
	var in TellInput
	for k.word(ctx).ReceiveAsync(&in) {
		k.told = append(k.told, in)
		in = TellInput{}
	}
}

// obey commits word from another case. A refusal is no failure: the case has moved on.
func (k *keeper[S]) obey(ctx workflow.Context, in TellInput) error {
	err := k.commit(ctx, in.Command)
	if refused := failure.Unwrap(err); err != nil && domain.CodeOf(refused) != "" {
		workflow.GetLogger(ctx).Warn("word from another case was refused", "from", in.From, "action", in.Command.Action, "reason", domain.ReasonOf(refused))
		return nil
	}
	return err
}

// carryOut does what the rules decided should follow elsewhere. A session is a
// child under its case; everything else goes through the world, where the
// other case may not be running yet.
func (k *keeper[S]) carryOut(ctx workflow.Context, f cause) error {
	if f.Effect.Kind == machine.EffectStartSession {
		return k.startSession(ctx, f)
	}
	in := DeliverInput{From: k.no, Key: f.Key, Effect: f.Effect}
	err := workflow.ExecuteActivity(withDeliveryOptions(ctx), DeliverActivity, in).Get(ctx, nil)
	if refused := failure.Unwrap(err); err != nil && domain.CodeOf(refused) != "" {
		// What cannot be carried out must not end the case that caused it.
		workflow.GetLogger(ctx).Error("a consequence could not be carried out", "to", f.Effect.To, "kind", f.Effect.Kind, "reason", domain.ReasonOf(refused))
		return nil
	}
	return err
}

func (k *keeper[S]) startSession(ctx workflow.Context, f cause) error {
	child := workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:        ID(f.Effect.To),
		ParentClosePolicy: enums.PARENT_CLOSE_POLICY_ABANDON,
	})
	in := SessionInput{No: f.Effect.To, Case: k.no,
		Opening: machine.Command{Key: f.Key, Action: "plan-session", Actor: domain.SystemActor(), Input: f.Effect.Input}}
	err := workflow.ExecuteChildWorkflow(child, SessionWorkflow, in).GetChildWorkflowExecution().Get(ctx, nil)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil // carried out before the crash
	}
	return err
}

// open writes the first events of a session.
func (k *keeper[S]) open(ctx workflow.Context, opening machine.Command) error {
	in := OpenInput{No: k.no, Opening: opening, At: workflow.Now(ctx)}
	var out activities.CommitResult
	if err := workflow.ExecuteLocalActivity(withStoreOptions(ctx), OpenActivity, in).Get(ctx, &out); err != nil {
		return err
	}
	return k.fold(out.Events)
}

// mayContinue tells whether the history is long enough to start a new one and
// nothing is in flight.
func (k *keeper[S]) mayContinue(ctx workflow.Context) bool {
	return workflow.GetInfo(ctx).GetContinueAsNewSuggested() && k.idle(ctx) && workflow.AllHandlersFinished(ctx)
}

// show writes the search attributes that have changed.
func (k *keeper[S]) show(ctx workflow.Context) error {
	if k.standing == nil {
		return nil
	}
	now := k.standing(k.state)
	updates := now.since(k.shown)
	if len(updates) == 0 {
		return nil
	}
	k.shown = now
	return workflow.UpsertTypedSearchAttributes(ctx, updates...)
}
