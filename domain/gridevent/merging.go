package gridevent

import (
	"slices"

	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/machine"
)

// mergeSteps let one handling answer many reports (E5): each keeps its number, its
// notices and its rating.
func mergeSteps() []step {
	follower := line("follower", "并入件", "follower").Need()
	return []step{
		{Action: "merge", Rule: "E5", ZH: "并入已有事件", EN: "Merge into another event", From: []machine.State{Reported}, Who: machine.As(asJudge, admin),
			Fields: []form.Field{{Name: "master", ZH: "主办事件", EN: "master event", Type: form.Case, Required: true}},
			Guard:  guardMerge, Do: do(func(t turn) error { return t.mergeInto(t.In.Text("master")) })},
		{Action: "adopt", Rule: "E5", ZH: "并入多件重复上报", EN: "Take in duplicates", From: []machine.State{Reported, Dispatched, Signed, Disposing, Feedback, Rework},
			Who:    machine.As(asJudge, admin),
			Fields: []form.Field{{Name: "events", ZH: "重复上报的事件", EN: "duplicates", Type: form.Cases, Required: true}}, Guard: guardAdopt, Do: do(adopt)},
		{Action: "unmerge", Rule: "E5", ZH: "撤销并案", EN: "Undo the merge", From: []machine.State{Merged}, Who: machine.As(asJudge, admin), Guard: guardUnmerge,
			Fields: []form.Field{reason}, Do: do(func(t turn) error { return t.leave("unmerged") })},
		{Action: "disagree", Rule: "E5", ZH: "不认可结果,单独办理", EN: "Disagree and be handled apart", From: []machine.State{Merged},
			Who: append(machine.As(asReporter, field...), machine.As(asReporter, citizen)...), Petitioner: true,
			Fields: []form.Field{reason}, Guard: guardUnmerge, Do: do(func(t turn) error { return t.leave("split_off") })},
		{Action: "merge-into", Rule: "E5", ZH: "并入", EN: "Merge", From: []machine.State{Reported}, SystemOnly: true,
			Fields: []form.Field{line("master", "主办事件", "master event").Need()}, Do: do(func(t turn) error { return t.mergeInto(t.In.Text("master")) })},
		{Action: "merge-refused", Rule: "E5", ZH: "主办事件已结束", EN: "Master could not take it", From: []machine.State{Merged}, SystemOnly: true,
			Fields: []form.Field{line("master", "主办事件", "master event").Need()}, Do: do(func(t turn) error { return t.leave("merge_refused") })},
		{Action: "follower-joined", Rule: "E5", ZH: "并入件加入", EN: "Follower joined", From: slices.Concat(active, []machine.State{Closed, Rejected, Merged, Converted, Voided}), SystemOnly: true,
			Fields: []form.Field{follower}, Do: do(followerJoined)},
		{Action: "follower-left", Rule: "E5", ZH: "并入件离开", EN: "Follower left", From: slices.Concat(active, []machine.State{Closed, Rejected, Merged, Converted, Voided}), SystemOnly: true,
			Fields: []form.Field{follower}, Do: do(followerLeft)},
		{Action: "master-moved", Rule: "E5", ZH: "主办事件有进展", EN: "Master moved", From: []machine.State{Merged}, SystemOnly: true,
			Fields: []form.Field{line("state", "状态", "state").Need(), form.Boolean.Named("sensitive", "敏感件", "a sensitive matter")}, Do: do(masterMoved)},
	}
}

// Duplicates tells whether two reports may be of one event: the same kind, within so
// many metres and so much time (E5, §4.9 duplicate.window).
func Duplicates(rules *machine.Rules, a, b machine.Related) bool {
	first, second := a.CreatedAt, b.CreatedAt
	if second.Before(first) {
		first, second = second, first
	}
	return a.Category == b.Category && a.Place.Valid() && b.Place.Valid() &&
		geo.Metres(a.Place, b.Place) <= float64(rules.Policy.Int("event.duplicate.radius")) &&
		!second.After(rules.Calendar.Due(first, rules.Policy.Limit("event.duplicate.within")).At)
}

// related is the event as another one knows it.
func (c *Event) related() machine.Related {
	return machine.Related{No: c.No, County: c.County, Area: c.Area, Category: c.Category, State: c.State, Open: !Over(c.State),
		Master: c.Master, Confidentiality: c.Confidentiality, CreatedAt: c.ReportedAt, Place: c.Place}
}

// guardMerge: the master must be another event of the same kind near by, that is still
// worked on and not merged itself.
func guardMerge(t *machine.Turn[*Event]) error {
	return turn{t}.mayFollow("master", t.In.Text("master"))
}

func (t turn) mayFollow(field, master string) error {
	if master == "" {
		return nil
	}
	m, known := t.World.Cases[master]
	switch {
	case !known || m.Place == (geo.Point{}):
		return fault(field, "unknown_case", "没有这个事件", "there is no such event")
	case master == t.Case.No:
		return fault(field, "itself", "不能并入自身", "an event cannot be merged into itself")
	case m.Master != "":
		return fault(field, "merged_itself", "该事件已并入其他事件", "that event was merged itself")
	case !m.Open:
		return fault(field, "over", "该事件已办结", "that event is over")
	case !Duplicates(t.Rules, t.Case.related(), m):
		return fault(field, "not_alike", "类别、距离或时间不符合并案条件", "kind, distance or time are not those of one event")
	case len(t.Case.Followers) > 0:
		return refuse("has_followers", "E5", "该事件下已有并入件,不能再并入其他事件", "other reports were merged into this one")
	}
	return nil
}

// mergeInto lets another event answer this report.
func (t turn) mergeInto(master string) error {
	c := t.Case
	if err := t.mayFollow("same_as", master); t.In.Has("same_as") && err != nil {
		return err
	}
	t.end(Merged)
	c.Master = master
	t.Start("unmerge", t.Rules.Policy.Limit("merge.undo"), machine.Deadline{})
	t.Record("merged", "E5").Notify("N5", t.reporter()).Fact("master", master).
		Cause(machine.Effect{Kind: machine.EffectTell, To: master, Action: "follower-joined", Input: input{"follower": c.No}})
	return nil
}

func guardAdopt(t *machine.Turn[*Event]) error {
	for _, no := range t.In.List("events") {
		m, known := t.World.Cases[no]
		switch {
		case !known || no == t.Case.No || m.Place == (geo.Point{}):
			return fault("events", "unknown_case", "其中有不存在的事件", "one of them is no such event")
		case m.State != Reported:
			return fault("events", "not_reported", "其中有的事件已在处理", "one of them is being handled already")
		case !Duplicates(t.Rules, t.Case.related(), m):
			return fault("events", "not_alike", "其中有的事件类别、距离或时间不符", "one of them is of another kind, place or time")
		}
	}
	return nil
}

// adopt takes in duplicates; each of them judges whether it still may.
func adopt(t turn) error {
	e := t.Record("duplicates_taken_in", "E5")
	for _, no := range t.In.List("events") {
		e.Cause(machine.Effect{Kind: machine.EffectTell, To: no, Action: "merge-into", Input: input{"master": t.Case.No}})
	}
	return nil
}

func guardUnmerge(t *machine.Turn[*Event]) error {
	if _, open := t.Case.Deadlines["unmerge"]; !open {
		return refuse("unmerge_window", "§2.2", "并案超过7日,不可撤销", "a merge can be undone for 7 days only")
	}
	return nil
}

// leave takes the report out again, to be reviewed for itself.
func (t turn) leave(event string) error {
	c := t.Case
	master := c.Master
	c.Master, c.MasterOver, c.Rating = "", false, nil
	t.Clear("unmerge")
	t.reopened(Reported)
	t.owe()
	e := t.Record(event, "E5").Notify("N23", t.reporter()).Notify("N20", t.desk()...)
	if event != "merge_refused" {
		e.Cause(machine.Effect{Kind: machine.EffectTell, To: master, Action: "follower-left", Input: input{"follower": c.No}})
	}
	return nil
}

// followerJoined takes a report under this one, or sends it back when this one can
// answer for nobody any more.
func followerJoined(t turn) error {
	c := t.Case
	f := t.In.Text("follower")
	if Over(c.State) && c.State != Closed {
		t.Record("follower_refused", "E5").
			Cause(machine.Effect{Kind: machine.EffectTell, To: f, Action: "merge-refused", Input: input{"master": c.No}})
		return nil
	}
	if !slices.Contains(c.Followers, f) {
		c.Followers = append(c.Followers, f)
	}
	e := t.Record("follower_joined", "E5")
	if c.State == Closed {
		e.Cause(machine.Effect{Kind: machine.EffectTell, To: f, Action: "master-moved", Input: input{"state": string(Closed)}})
	}
	return nil
}

func followerLeft(t turn) error {
	f := t.In.Text("follower")
	t.Case.Followers = slices.DeleteFunc(slices.Clone(t.Case.Followers), func(s string) bool { return s == f })
	t.Record("follower_left", "E5")
	return nil
}

// tellFollowers lets every merged report know where this event is: one fix answers all. Where it
// is really a person's dispute they tell of it too.
func (t turn) tellFollowers(e *machine.Event) {
	for _, f := range t.Case.Followers {
		in := input{"state": string(t.Case.State)}
		if t.Case.Confidentiality == codes.ConfidentialitySensitive {
			in["sensitive"] = true
		}
		e.Cause(machine.Effect{Kind: machine.EffectTell, To: f, Action: "master-moved", Input: in})
	}
}

// masterMoved brings the answer to the reporter of a merged report.
func masterMoved(t turn) error {
	c := t.Case
	state := machine.State(t.In.Text("state"))
	c.MasterOver = Over(state)
	if t.In.Bool("sensitive") {
		c.Confidentiality = codes.ConfidentialitySensitive
	}
	if state == Closed { // whoever disagrees has from now on
		t.Start("unmerge", t.Rules.Policy.Limit("merge.undo"), machine.Deadline{})
	}
	t.Record("master_moved", "E5").Notify("N23", t.reporter()).Fact("state", string(state)).Fact("master", c.Master)
	return nil
}
