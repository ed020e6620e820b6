package gridevent

import (
	"fmt"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// Withheld says that a photo is shown to nobody any more (§6 item 80). It can be shown again
// until a moment; then its bytes go.
type Withheld struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Ground string    `json:"ground"`
	Until  time.Time `json:"until"`
	Gone   bool      `json:"gone,omitempty"` // that moment has passed
}

// The grounds on which a photo is withheld.
const (
	GroundPerson  = "person"  // it shows somebody who can be told
	GroundMinor   = "minor"   // a child
	GroundPrivate = "private" // papers, number plates, the inside of a home
)

// Grounds name them.
var Grounds = map[string]domain.Text{
	GroundPerson:  {ZH: "可辨认的个人", EN: "a person who can be recognised"},
	GroundMinor:   {ZH: "未成年人", EN: "a child"},
	GroundPrivate: {ZH: "证件、车牌、家中等私人信息", EN: "papers, number plates, the inside of a home"},
}

// Purposes name what photos were taken for.
var Purposes = map[evidence.Purpose]domain.Text{
	evidence.Before: {ZH: "处置前", EN: "before"}, evidence.After: {ZH: "处置后", EN: "after"},
	evidence.Verify: {ZH: "核查", EN: "verification"}, evidence.Supplement: {ZH: "补充", EN: "supplement"},
}

// photoSteps are the withholding of photos, and its undoing.
func photoSteps() []step {
	keepers := append(machine.As(onArea, admin, townOffice), machine.As(inCounty, dispatcher, director)...)
	ground := form.Among(form.Choice.Named("ground", "隐去理由", "ground"), []string{GroundPerson, GroundMinor, GroundPrivate}, func(g string) domain.Text { return Grounds[g] }).Need()
	which, hidden := form.Attached.Named("photos", "照片", "photos").Need(), form.Attached.Named("withheld", "已隐去的照片", "withheld photos").Need()
	whole := slices.Concat(active, []machine.State{Rejected, Merged, Closed, Converted, Voided})
	return []step{
		{Action: "withhold-photos", Rule: "§6 item 80", ZH: "隐去照片", EN: "Withhold photos", From: whole, Who: keepers, Fields: []form.Field{which, ground},
			FieldsFor: func(t *machine.Turn[*Event]) []form.Field {
				return []form.Field{of(which, t.Case.shownPhotos()), ground}
			},
			Guard: among("no_photos", "没有可隐去的照片", "no photo is left to withhold", (*Event).shownPhotos),
			Do: do(func(t turn) error {
				t.withhold(t.In.List("photos"), t.In.Text("ground"))
				t.Record("photos_withheld", "§6 item 80").Untold("nothing_to_do")
				return nil
			})},
		{Action: "restore-photos", Rule: "§6 item 80", ZH: "恢复照片", EN: "Show withheld photos again", From: whole, Who: keepers, Fields: []form.Field{hidden, reason},
			FieldsFor: func(t *machine.Turn[*Event]) []form.Field {
				return []form.Field{of(hidden, t.Case.withheldPhotos()), reason}
			},
			Guard: among("none_withheld", "没有可恢复的照片", "no withheld photo can be shown again", (*Event).withheldPhotos), Do: do(restorePhotos)},
	}
}

// among refuses a step while there is no photo it could be about.
func among(reason, zh, en string, photos func(*Event) []Photo) func(*machine.Turn[*Event]) error {
	return func(t *machine.Turn[*Event]) error {
		if len(photos(t.Case)) == 0 {
			return refuse(reason, "§6 item 80", zh, en)
		}
		return nil
	}
}

// of lets a field choose among photos.
func of(f form.Field, photos []Photo) form.Field {
	for _, p := range photos {
		at, name := p.At.In(calendar.Zone).Format("01-02 15:04"), Purposes[p.Purpose]
		f = f.Or(p.ID, name.ZH+" "+at, name.EN+" "+at)
	}
	return f
}

// shownPhotos are those that are not withheld, withheldPhotos those that can still be shown again.
func (c *Event) shownPhotos() []Photo {
	return slices.DeleteFunc(slices.Clone(c.Photos), func(p Photo) bool { return p.Withheld != nil })
}

func (c *Event) withheldPhotos() []Photo {
	return slices.DeleteFunc(slices.Clone(c.Photos), func(p Photo) bool { return p.Withheld == nil || p.Withheld.Gone })
}

// withholding is the kind of the deadlines until which photos can be shown again.
const withholding = "withheld"

// withhold lets nobody see photos any more.
func (t turn) withhold(ids []string, ground string) {
	c := t.Case
	d := t.mayCorrect()
	c.Photos = slices.Clone(c.Photos)
	for i := range c.Photos {
		if p := &c.Photos[i]; slices.Contains(ids, p.ID) {
			p.Withheld = &Withheld{At: t.Now, By: t.Actor.User, Ground: ground, Until: d.At}
		}
	}
}

// mayCorrect leaves time to find that a photo too many or too few was withheld, whatever else
// becomes of the event.
func (t turn) mayCorrect() machine.Deadline {
	id := fmt.Sprintf("%s.%d", withholding, t.Case.Seq+1)
	return t.Start(id, t.Rules.Policy.Limit("photo.withheld"), machine.Deadline{Kind: withholding})
}

// restorePhotos shows photos again.
func restorePhotos(t turn) error {
	c := t.Case
	c.Photos = slices.Clone(c.Photos)
	for i := range c.Photos {
		if slices.Contains(t.In.List("withheld"), c.Photos[i].ID) {
			c.Photos[i].Withheld = nil
		}
	}
	t.Record("photos_restored", "§6 item 80").Untold("nothing_to_do")
	return nil
}

// forGood ends the time in which photos could be shown again: their bytes may go.
func forGood(t turn, _ machine.Deadline) error {
	c := t.Case
	c.Photos = slices.Clone(c.Photos)
	for i, p := range c.Photos {
		if w := p.Withheld; w != nil && !w.Gone && !w.Until.After(t.Now) {
			gone := *w
			gone.Gone = true
			c.Photos[i].Withheld = &gone
		}
	}
	t.Record("photos_final", "§6 item 80").Untold("nothing_to_do")
	return nil
}

// The ways a person may have agreed, and that they have not.
const (
	consentWritten   = "written"
	consentRecorded  = "recorded"
	consentWitnessed = "witnessed"
	consentNone      = "none"
)

// convertFields ask what makes an event a matter of the centre. Whose dispute it is really, is
// asked for what the law asks: that they agree, and who may read of it.
var convertFields = []form.Field{
	reason,
	form.Boolean.Named("personal", "实为个人纠纷", "it is really a person's dispute"),
	personal(form.Choice.Named("consent", "当事人同意方式", "how the person concerned has agreed").
		Or(consentWritten, "书面同意", "in writing").Or(consentRecorded, "口头同意,有录音录像", "by word of mouth, recorded").
		Or(consentWitnessed, "口头同意,有见证人", "by word of mouth, before a witness").Or(consentNone, "未取得同意", "they have not agreed").Need()),
	personal(form.Choice.Named("confidentiality", "保密等级", "confidentiality").
		Or(codes.ConfidentialityNormal, "一般", "normal").Or(codes.ConfidentialitySensitive, "敏感", "sensitive").Need()),
	personal(form.Field{Name: "summary", ZH: "纠纷概述(不写姓名、电话、住址)", EN: "what the dispute is about, without names, numbers and addresses", Type: form.Text, Required: true, Max: 2000, NoNumbers: true}),
	personal(form.Boolean.Named(ownDispute, "上报人即当事人", "whoever reported it is the person concerned")),
}

const ownDispute = "reporter_is_party"

func personal(f form.Field) form.Field { f.When = "personal"; return f }

// withholdField names the photos that go with a conversion.
var withholdField = form.Attached.Named("withhold", "隐去的照片(有人像等)", "photos to withhold: those that show persons")

// askToConvert adds the photos there are to choose from, and asks whether it is the reporter's
// own dispute of citizens only: what an officer reports is not theirs.
func askToConvert(t *machine.Turn[*Event]) []form.Field {
	fields := slices.Clone(convertFields)
	if t.Case.Petitioner == "" {
		fields = slices.DeleteFunc(fields, func(f form.Field) bool { return f.Name == ownDispute })
	}
	if shown := t.Case.shownPhotos(); len(shown) > 0 {
		fields = append(fields, of(withholdField, shown))
	}
	return fields
}

// guardConvert: nobody's dispute is made a case of without them (§6 item 80).
func guardConvert(t *machine.Turn[*Event]) error {
	if t.In.Text("consent") == consentNone {
		return refuse("consent_needed", "§6 item 80",
			"未经当事人同意,不得将个人纠纷转为诉求(情形80)。可告知当事人自行到窗口或网上登记;事件中的公共部分继续按事件处置;不属实或无公共部分的,审核不通过;反映违纪违法的,按检举控告登记",
			"without the consent of the person concerned their dispute is not made a grievance (item 80). Tell them that they may register it themselves; go on with what is public in the event; reject it where nothing is; register what accuses somebody as an accusation")
	}
	return nil
}

// convertByDecision makes a matter of the centre of it. A person's dispute begins with a summary
// and a class of its own, and what the event says of it is from now on for those who have to do
// with it.
func convertByDecision(t turn) error {
	c, no, ids := t.Case, t.World.NewNo, t.In.List("withhold")
	personal := t.In.Bool("personal")
	if personal || len(ids) > 0 {
		t.withhold(ids, GroundPerson)
	}
	if !personal {
		return t.convert("E18", "decided")
	}
	in := input{"nature": string(codes.NatureDispute), "channel": string(codes.ChannelGridMember), "area": t.where(), "summary": t.In.Text("summary"),
		"urgency": string(c.Urgency), "confidentiality": t.In.Text("confidentiality")}
	if !t.In.Bool(ownDispute) {
		in[PartyField] = PartyOther
	}
	c.Confidentiality = codes.ConfidentialitySensitive
	t.Cause(machine.Effect{Kind: machine.EffectStartCase, To: no, Input: in})
	t.becomes(no, "converted", "E18", "decided")
	return nil
}

// What the effect of a conversion tells beside the fields of a registration: that whoever
// reported the event is not whose dispute it is, and so not the petitioner of the grievance.
const (
	PartyField = "party"
	PartyOther = "other"
)
