package api

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/patrol"
)

var updateFields = func() []form.Field {
	kind := form.Choice.Named("kind", "类别", "what it is about")
	for _, k := range patrol.UpdateKinds() {
		kind = kind.Or(string(k), k.Label().ZH, k.Label().EN)
	}
	return []form.Field{
		kind.Need(),
		{Name: "ref", ZH: "楼栋或门牌", EN: "which building, door or place; never a person", Type: form.Line, Required: true, Max: 40},
		{Name: "count", ZH: "变更条数", EN: "entries changed", Type: form.Integer, Min: 1, Max: 500},
		{Name: "grid", ZH: "网格", EN: "grid; the only one of the caller when absent", Type: form.Line, Max: 40},
		atField, clientField,
	}
}()

// placeName is what a part of a grid is called: words and short numbers. A run of seven
// digits is a telephone or an identity card, and no house has it.
var (
	placeName  = regexp.MustCompile(`^[\p{Han}A-Za-z0-9()()\-#·. ]+$`)
	longNumber = regexp.MustCompile(`[0-9](?:[ \-.]?[0-9]){6}`)
)

// FieldUpdate is that a member looked through a part of the grid's data.
type FieldUpdate struct {
	ServerTime time.Time         `json:"server_time,omitzero"`
	News       bool              `json:"news" doc:"false: it was known already"`
	Grid       string            `json:"grid"`
	Kind       patrol.UpdateKind `json:"kind" enum:"household,population,building,premises,facility"`
	ZH         string            `json:"zh"`
	EN         string            `json:"en"`
	Ref        string            `json:"ref"`
	Count      int               `json:"count"`
	At         time.Time         `json:"at"`
}

// FieldUpdates are those of a month, with how far they go.
type FieldUpdates struct {
	From  string        `json:"from" format:"date"`
	To    string        `json:"to" format:"date"`
	Items []FieldUpdate `json:"items"`
	Done  int           `json:"done" doc:"different parts; each counts once a month"`
	Need  int           `json:"need" doc:"asked in a whole month"`
}

type updateOutput struct{ Body FieldUpdate }
type updatesOutput struct{ Body FieldUpdates }

func showUpdate(u patrol.Update) FieldUpdate {
	label := u.Kind.Label()
	return FieldUpdate{Grid: u.Grid, Kind: u.Kind, ZH: label.ZH, EN: label.EN, Ref: u.Ref, Count: u.N, At: u.At}
}

// addUpdate notes an update of the caller's own grid (R57 collect, §7.5 info update).
func (s *server) addUpdate(ctx context.Context, in *formInput) (*updateOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	clean, faults := form.Check(updateFields, input, nil)
	now := s.Now()
	u := patrol.Update{Client: clean.Text("client"), Grid: clean.Text("grid"), Kind: patrol.UpdateKind(clean.Text("kind")), Ref: strings.Join(strings.Fields(clean.Text("ref")), " "),
		N: max(1, clean.Int("count")), At: now, Received: now}
	if clean.Has("at") {
		u.At = clean.Time("at", zone)
	}
	if u.Grid == "" && len(m.Grids) == 1 {
		u.Grid = m.Grids[0]
	}
	if !slices.Contains(m.Grids, u.Grid) {
		faults = append(faults, domain.Fault("grid", "not_your_grid", "网格:请选择本人负责的网格", "grid: one of your own"))
	}
	if u.Ref != "" && (!placeName.MatchString(u.Ref) || longNumber.MatchString(u.Ref)) {
		faults = append(faults, domain.Fault("ref", "not_a_place", "楼栋或门牌:只写位置,不得填写电话、证件号等个人信息", "a place only: no telephone or identity numbers"))
	}
	if !s.patrols().RulesOn(m, calendar.DateOf(now)).Plausible(u.At, now) {
		faults = append(faults, domain.Fault("at", "clock", "时间:在将来或已超过可补传时限", "when it was: in the future, or too long ago to be sent late"))
	}
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	news, err := s.Field.AddUpdate(ctx, m.Username, u)
	if err != nil {
		return nil, err
	}
	out := &updateOutput{showUpdate(u)}
	out.Body.ServerTime, out.Body.News = now, news
	return out, nil
}

// listUpdates shows a member those of a month.
func (s *server) listUpdates(ctx context.Context, in *monthInput) (*updatesOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	from, to, err := s.readMonth(in.Month)
	if err != nil {
		return nil, err
	}
	all, err := s.Field.Updates(ctx, m.Username, patrol.Span{From: from.Start(), To: to.End()})
	if err != nil {
		return nil, err
	}
	out := &updatesOutput{FieldUpdates{From: from.String(), To: to.String(), Items: []FieldUpdate{}, Done: patrol.Parts(all), Need: int(s.patrols().RulesOn(m, from).Updates)}}
	for _, u := range slices.Backward(all) {
		out.Body.Items = append(out.Body.Items, showUpdate(u))
	}
	return out, nil
}
