package grievance

import (
	"maps"
	"slices"
	"time"

	"huajie/domain/casefile"
)

// Card says of the case what is asked of a case of any kind.
func (c *Case) Card() casefile.Card {
	k := casefile.Card{No: c.No, Kind: c.Kind, State: c.State, Seq: c.Seq, Over: Over(c.State),
		Nature: c.Nature, Track: c.Track, Category: c.Category, Channel: c.Channel, Urgency: c.Urgency, Risk: c.Risk,
		Confidentiality: c.Confidentiality, RespondentUnit: c.RespondentUnit, Summary: c.Summary, Headcount: c.Headcount, Batch: c.Batch,
		County: c.County, Area: c.Area, Grid: c.Grid, Petitioner: c.Petitioner, Anonymous: c.Anonymous,
		NameUnclear: c.WrittenNoDuty && !c.Anonymous, RegisteredBy: c.RegisteredBy,
		Owner: c.Owner, FirstUnit: c.FirstUnit, FirstResponder: c.FirstResponder, LeadUnit: c.LeadUnit, AssistUnits: c.AssistUnits,
		Handlers: c.Handlers, OwningLeader: c.OwningLeader, Units: c.Units, Sessions: slices.Sorted(maps.Keys(c.Sessions)),
		Level: c.Level, Bounces: c.ReturnCount + c.ReassignCount, Supervision: c.Supervision, Flags: c.Flags, Master: c.Master, Followers: c.Followers, Origin: c.Origin,
		ReceivedAt: c.ReceivedAt, RegisteredAt: c.RegisteredAt, AcceptedAt: c.AcceptedAt, DispatchedAt: c.DispatchedAt,
		SignedAt: c.SignedAt, ClosedAt: c.ClosedAt, ClosingType: c.ClosingType, RulebookVersion: c.RulebookVersion}
	k.Signers = casefile.Signers(&c.Head)
	if o := c.Offer; o != nil {
		k.OfferedUnit, k.OfferedUser = o.Unit, o.User
	}
	if r := c.Reply; r != nil {
		k.RepliedAt, k.ReplyEvent, k.OutcomeGrade = r.IssuedAt, r.Event, r.OutcomeGrade
	}
	if e := c.Evaluation; e != nil {
		k.Rating = e.Rating
	}
	c.limits(&k)
	return k
}

// limits are the dates the case is held to.
func (c *Case) limits(k *casefile.Card) {
	k.Due, k.Yellow = c.due()
	k.StepDue = casefile.StepDue(&c.Head, "policy.red", "statutory")
	if p := c.Policy; p != nil {
		k.PolicyDue, k.Provisional = p.Due, p.Provisional
		k.Paused = p.Due.IsZero() && c.StoppedAt().IsZero()
	}
	if s := c.Statutory; s != nil {
		k.StatutoryDue, k.Provisional = s.Due, k.Provisional || s.Provisional
	}
	if s := c.Suspension; s != nil {
		k.HangUpUntil = s.Until
	}
	k.Provisional = c.StoppedAt().IsZero() && k.Provisional || c.ProvisionalDates()
	k.Tasks = map[string]time.Time{}
	for _, t := range c.Tasks {
		if first, ok := k.Tasks[t.Unit]; t.Open() && (!ok || t.Due.Before(first)) {
			k.Tasks[t.Unit] = t.Due
		}
	}
}

// due is the date a case is judged late by: the tighter of the policy and the statutory clock
// while somebody works on it; before dispatch the limit of the front desk.
func (c *Case) due() (due, yellow time.Time) {
	if Over(c.State) || c.State == Replied {
		return time.Time{}, time.Time{}
	}
	if !c.DeskDue.IsZero() { // kept after it has passed, so that lateness shows
		return c.DeskDue, c.DeskDue
	}
	if c.Policy != nil {
		due, yellow = c.Policy.Due, c.Policy.YellowAt
	}
	if s := c.Statutory; s != nil && (due.IsZero() || s.Due.Before(due)) {
		due = s.Due
		if yellow.IsZero() || yellow.After(due) {
			yellow = due
		}
	}
	if yellow.IsZero() {
		yellow = due
	}
	return due, yellow
}

// StoppedAt is when both clocks of a case stopped: with the answer, or with the
// end of the case; zero while they run.
func (c *Case) StoppedAt() time.Time {
	switch {
	case c.State != Replied && !Over(c.State):
		return time.Time{}
	case c.Reply != nil && (c.Policy == nil || !c.Reply.IssuedAt.Before(c.Policy.Start)):
		return c.Reply.IssuedAt
	}
	return c.ClosedAt
}
