package gridevent

import (
	"strconv"
	"time"

	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// Card says of the event what is asked of a case of any kind. Whoever reported it is
// its first responder: they see it closed (R71).
func (c *Event) Card() casefile.Card {
	k := casefile.Card{No: c.No, Kind: c.Kind, State: c.State, Seq: c.Seq, Over: Over(c.State),
		Nature: string(codes.NatureEvent), Track: codes.TrackGridEvent, Category: c.Category, Channel: c.Channel, Urgency: c.Urgency,
		Confidentiality: c.Confidentiality, Summary: c.Summary, Headcount: 1, Batch: c.Batch,
		County: c.County, Area: c.Area, Grid: c.Grid, Petitioner: c.Petitioner, Anonymous: c.Anonymous,
		Owner: c.Owner, FirstUnit: c.FirstUnit, LeadUnit: c.LeadUnit, Handlers: c.Handlers, Units: c.Units,
		Bounces: c.ReturnCount, Supervision: c.Supervision, Flags: c.Flags, Master: c.Master, Followers: c.Followers,
		ReceivedAt: c.FoundAt, RegisteredAt: c.ReportedAt, DispatchedAt: c.DispatchedAt, SignedAt: c.SignedAt, ClosedAt: c.ClosedAt,
		ClosingType: c.ClosingType, RulebookVersion: c.RulebookVersion,
		Due: c.Due, Yellow: c.YellowAt, StepDue: casefile.StepDue(&c.Head), Paused: c.Suspension != nil, Provisional: c.provisional() && !Over(c.State)}
	k.Signers = casefile.Signers(&c.Head)
	if c.ByCitizen {
		k.RegisteredBy = c.Reporter
	} else {
		k.FirstResponder = c.Reporter
	}
	for _, l := range c.Looks {
		k.Helpers = append(k.Helpers, l.By)
	}
	if d := c.Disposal; d != nil {
		k.RepliedAt, k.ReplyEvent = d.At, d.Event
	}
	if r := c.Rating; r != nil {
		k.Rating = strconv.Itoa(r.Score)
	}
	if s := c.Suspension; s != nil {
		k.HangUpUntil = s.Until
	}
	if n := len(c.Stages); n > 0 && !k.Over && !k.Paused {
		k.PolicyDue = c.Stages[n-1].Due
	}
	k.Tasks = map[string]time.Time{}
	return k
}

// Becomes tells what a step may make of the event, as the letter in the number to be
// drawn for it: a grievance or a whistle (E18); "" for most.
func (c *Event) Becomes(action string, in form.Input, rules *machine.Rules) string {
	switch action {
	case "convert":
		return casefile.LetterGrievance
	case "convert-to-whistle":
		return whistle.Letter
	case "verify":
		if in.Text("verdict") != "fail" {
			return ""
		}
	case "verify-from-photos":
	default:
		return ""
	}
	if c.ReworkCount+1 < rules.Policy.Int("rework.max") {
		return ""
	}
	return casefile.LetterGrievance
}
