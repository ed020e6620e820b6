package notice

import (
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/codes"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// About is what a message may say of its case or session: numbers, units,
// levels and dates. The matter and the person who raised it are not in it.
type About struct {
	No   string
	Kind string // of the case; joint_session, whistle
	Case string // number of the case; its own for a case

	State           domain.Text
	Level           domain.Text
	Track           codes.Track
	Confidentiality string
	Anonymous       bool // nobody to write to
	NameUnclear     bool // no duty to write (XF §23)
	Immediate       bool // runs day and night

	QueryCode      string // filled in by the caller who knows it
	FirstUnit      domain.Text
	FirstResponder domain.Text // filled in by Named
	Owner          domain.Text
	Lead           domain.Text
	Leader         domain.Text // filled in by Named
	LeadUnit       string

	RegisteredAt time.Time
	AcceptedAt   time.Time
	DueAt        time.Time // policy clock
	StatutoryDue time.Time
	HangUpUntil  time.Time
	Steps        map[string]time.Time // live deadlines by their ID
	Tasks        map[string]time.Time // due dates of open tasks, by unit

	What    domain.Text // kind of a whistle
	MeetsAt time.Time
	Room    string

	responder, leader string // account names
}

// FromCase says what there is to say of a case of any kind.
func FromCase(of casefile.Case, rules *machine.Rules) About {
	c, kind := of.Card(), casekind.Of(of)
	a := About{No: c.No, Kind: kind.Name, Case: c.No, Track: c.Track, Confidentiality: c.Confidentiality,
		Anonymous: c.Anonymous, NameUnclear: c.NameUnclear,
		Immediate: c.Urgency == codes.UrgencyEmergency || c.Risk == string(codes.RiskRed),
		FirstUnit: unitName(rules, c.FirstUnit), responder: c.FirstResponder,
		Owner: unitName(rules, c.Owner.Unit), Lead: unitName(rules, c.LeadUnit), LeadUnit: c.LeadUnit, leader: c.OwningLeader,
		RegisteredAt: c.RegisteredAt, AcceptedAt: c.AcceptedAt, DueAt: c.PolicyDue, StatutoryDue: c.StatutoryDue, HangUpUntil: c.HangUpUntil,
		Steps: steps(of.GetHead().Deadlines), Tasks: c.Tasks}
	a.State, _ = kind.StateLabel(c.State)
	for _, l := range grievance.Levels {
		if l.Level == c.Level {
			a.Level = domain.Text{ZH: l.ZH, EN: l.EN}
		}
	}
	return a
}

// FromSession says what there is to say of a joint session.
func FromSession(s *joint.Session, rules *machine.Rules) About {
	a := About{No: s.No, Kind: joint.Kind, Case: s.Case, Immediate: s.Risk == string(codes.RiskRed),
		State: domain.Text{ZH: joint.Labels[s.State].ZH, EN: joint.Labels[s.State].EN},
		Lead:  unitName(rules, s.LeadUnit), LeadUnit: s.LeadUnit, Owner: unitName(rules, s.ChairUnit),
		Steps: steps(s.Deadlines), MeetsAt: s.HeldAt, Room: s.Room}
	if s.LeadUnitFinal != "" {
		a.Lead, a.LeadUnit = unitName(rules, s.LeadUnitFinal), s.LeadUnitFinal
	}
	return a
}

// Named fills in the names of the first responder and the owning leader, the
// only people a notice names (N1, N14). Without it they are left out: nobody is
// shown an account name.
func (a About) Named(name func(username string) (domain.Text, bool)) About {
	if n, ok := name(a.responder); ok && a.responder != "" {
		a.FirstResponder = n
	}
	if n, ok := name(a.leader); ok && a.leader != "" {
		a.Leader = n
	}
	return a
}

// People are the accounts Named will ask for.
func (a About) People() []string {
	return slices.DeleteFunc([]string{a.responder, a.leader}, func(s string) bool { return s == "" })
}

// FromWhistle says what there is to say of a whistle. The place and the matter are for those
// who open it.
func FromWhistle(w *whistle.Whistle, rules *machine.Rules) About {
	return About{No: w.No, Kind: whistle.Stream, Case: w.Case, Immediate: w.Kind == whistle.Emergency,
		State: domain.Text(whistle.Labels[w.State]), What: domain.Text(whistle.KindLabels[w.Kind]),
		FirstUnit: unitName(rules, w.Township), Owner: unitName(rules, w.Owner), Steps: steps(w.Deadlines), Tasks: map[string]time.Time{}}
}

func steps(deadlines map[string]machine.Deadline) map[string]time.Time {
	out := map[string]time.Time{}
	for id, d := range deadlines {
		out[id] = d.At
	}
	return out
}

func unitName(rules *machine.Rules, id string) domain.Text {
	u, ok := rules.Org.Unit(id)
	if !ok {
		return domain.Text{}
	}
	return domain.Text{ZH: u.ZH, EN: u.EN}
}
