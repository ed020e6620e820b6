package grievance

import (
	"time"

	"huajie/domain/machine"
)

// merge lets one handling answer several petitioners (G6). The case keeps its
// number; its petitioner is answered and rates with the master's result.
func merge(t turn) error {
	c := t.Case
	c.Master, c.MergedFrom = t.In.Text("master"), c.State
	t.end(Merged, "")
	t.Start("unmerge", t.Rules.Policy.Limit("merge.undo"), machine.Deadline{})
	e := t.Record("merged", "G6").Notify("N5", t.petitioners()...).Fact("master", c.Master)
	joined := input{"follower": c.No}
	if c.sealed() {
		joined["sealed"] = true
	}
	e.Cause(machine.Effect{Kind: machine.EffectTell, To: c.Master, Action: "follower-joined", Input: joined})
	t.tellFirst(e)
	return nil
}

func guardUnmerge(t *machine.Turn[*Case]) error {
	if _, open := t.Case.Deadlines["unmerge"]; !open {
		return refuse("unmerge_window", "§2.2", "并案超过7日,不可撤销", "a merge can be undone for 7 days only")
	}
	return nil
}

// unmerge takes the case out again; its own clocks start anew at triage.
func unmerge(t turn) error {
	c := t.Case
	master := c.Master
	t.backToTriage()
	t.Record("unmerged", "G6").Notify("N13", t.petitioners()...).
		Cause(machine.Effect{Kind: machine.EffectTell, To: master, Action: "follower-left", Input: input{"follower": c.No}})
	return nil
}

// backToTriage undoes the merge in the case itself.
func (t turn) backToTriage() {
	c := t.Case
	c.Master, c.MergedFrom, c.MasterReplied, c.MasterOver = "", "", false, false
	c.ClosedAt, c.Evaluation = time.Time{}, nil
	t.Clear("unmerge")
	t.To(Triage)
	t.awaitTriage()
	t.awaitDecision()
}

func guardMergeRefused(t *machine.Turn[*Case]) error {
	if t.Case.Master != t.In.Text("master") {
		return refuse("other_master", "G6", "已不在该主办件之下", "the case is not merged into that one any more")
	}
	return nil
}

// mergeRefused brings a case back that its master could not take: the master was
// merged itself at the same moment, or had ended.
func mergeRefused(t turn) error {
	t.backToTriage()
	t.Record("merge_refused", "G6").Notify("N13", t.petitioners()...).
		Notify("N13", t.county(dispatcher)...).Notify("N13", user(t.Case.Owner.User))
	return nil
}

// followerJoined takes a case under this one, or sends it back when this one can
// answer for nobody else: the merge was decided without knowing so.
func followerJoined(t turn) error {
	c := t.Case
	f := t.In.Text("follower")
	if (Over(c.State) && c.State != Closed) || t.In.Bool("sealed") != c.sealed() {
		t.Record("follower_refused", "G6").
			Cause(machine.Effect{Kind: machine.EffectTell, To: f, Action: "merge-refused", Input: input{"master": c.No}})
		return nil
	}
	if !contains(c.Followers, f) {
		c.Followers = append(c.Followers, f)
	}
	e := t.Record("follower_joined", "G6")
	if c.State == Replied || c.State == Closed { // answered already: the new one is to be rated, too
		e.Cause(machine.Effect{Kind: machine.EffectTell, To: f, Action: "master-moved", Input: input{"state": string(c.State)}})
	}
	return nil
}

// followerUnsatisfied: a merged petitioner rejects the answer of this case. While
// it waits for evaluation, whether that is founded must be decided like any other
// rating (G29); after closing, the offices judge whether to reopen.
func followerUnsatisfied(t turn) error {
	c := t.Case
	if f := t.In.Text("follower"); c.State == Replied || c.State == Closed {
		if !contains(c.Unsatisfied, f) {
			c.Unsatisfied = append(c.Unsatisfied, f)
		}
	}
	if _, waits := c.Deadlines["rework.decide"]; c.State == Replied && !waits {
		t.Clear("evaluation")
		t.Start("rework.decide", t.Rules.Policy.Limit("rework.decide"), machine.Deadline{Duty: true, Unit: t.centre()})
	}
	t.Record("follower_unsatisfied", "G29").Notify("N17", t.county(dispatcher, supervisor)...)
	return nil
}

func followerLeft(t turn) error {
	var rest []string
	for _, f := range t.Case.Followers {
		if f != t.In.Text("follower") {
			rest = append(rest, f)
		}
	}
	t.Case.Followers = rest
	t.Record("follower_left", "G6")
	return nil
}
