package api

import (
	"context"
	"slices"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/org"
	"huajie/domain/patrol"
)

// flagJudges see integrity flags of members and rule on them: the township first, the
// platform and whoever supervises above it (§4.10 "notify township", §6 item 75).
var flagJudges = []org.Role{org.RoleTownshipOffice, org.RoleTownshipLeader, org.RolePlatformAdmin, org.RoleSupervisor, org.RoleCentreDirector, org.RoleCitySupervisor}

var rulingFields = []form.Field{
	{Name: "member", ZH: "网格员", EN: "the grid member", Type: form.Line, Required: true, Max: 64},
	form.Among(form.Choice.Named("kind", "标志类型", "kind of the flag"), []patrol.FlagKind{patrol.FlagMock, patrol.FlagDrift,
		patrol.FlagSameTrack, patrol.FlagBurst, patrol.FlagAlbumPhoto, patrol.FlagSamePhoto, patrol.FlagFalsePass}, patrol.FlagKind.Label).Need(),
	{Name: "day", ZH: "标志日期", EN: "day of the flag as the list names it", Type: form.Date, Required: true},
	{Name: "n", ZH: "所见次数", EN: "how often it had been when the caller looked, as the list says", Type: form.Integer, Required: true, Min: 1},
	{Name: "clear", ZH: "排除", EN: "clear it, or confirm it", Type: form.Boolean, Required: true},
	{Name: "reason", ZH: "理由", EN: "reason", Type: form.Line, Required: true, Min: 2, Max: 200},
}

type flagsInput struct {
	Area   string `query:"area" maxLength:"40" doc:"only this area; all the caller oversees when absent"`
	Month  string `query:"month" maxLength:"7" doc:"such as 2026-11; the current one when absent"`
	All    string `query:"all" enum:"true,false" doc:"also those that were ruled on"`
	Cursor string `query:"cursor" maxLength:"300"`
	Limit  int    `query:"limit" minimum:"1" maximum:"50" default:"20" doc:"members a page; few of them have flags"`
}

// FlagList is a page of flags.
type FlagList struct {
	From  string     `json:"from" format:"date"`
	To    string     `json:"to" format:"date"`
	Items []FlagLine `json:"items" doc:"may be empty on a page that is not the last"`
	Next  string     `json:"next_cursor,omitempty"`
}

// FlagLine is an integrity flag of a member.
type FlagLine struct {
	Member string    `json:"member"`
	ZH     string    `json:"zh"`
	EN     string    `json:"en"`
	Grids  []string  `json:"grids"`
	Day    string    `json:"day" format:"date" doc:"what a ruling names it by"`
	Flag   FieldFlag `json:"flag"`
}

type flagsOutput struct{ Body FlagList }
type flagOutput struct{ Body FlagLine }

func flagLine(m member, f patrol.Flag, month patrol.Month) FlagLine {
	return FlagLine{Member: m.Username, ZH: m.ZH, EN: m.EN, Grids: m.Grids, Day: f.Day(month).String(), Flag: showFlag(f)}
}

// listFlags shows the flags nobody has ruled on, or all. They are found now, from the facts,
// like the 235 table.
func (s *server) listFlags(ctx context.Context, in *flagsInput) (*flagsOutput, error) {
	areas, err := s.patrols().AreasAsked(callerOf(ctx).actor, in.Area, flagJudges)
	if err != nil {
		return nil, err
	}
	from, to, err := s.readMonth(in.Month)
	if err != nil {
		return nil, err
	}
	users, next, err := s.Field.GridMembers(ctx, areas, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	members, months, err := s.patrols().Months(ctx, users, from, to)
	if err != nil {
		return nil, err
	}
	out := &flagsOutput{FlagList{From: from.String(), To: to.String(), Items: []FlagLine{}, Next: next}}
	for i, m := range members {
		for _, f := range months[i].Flags {
			if f.Ruling == nil || in.All == "true" {
				out.Body.Items = append(out.Body.Items, flagLine(m, f, months[i]))
			}
		}
	}
	return out, nil
}

// ruleFlag confirms or clears a flag of a member in the caller's area, never of the caller.
// One that is cleared takes nothing away any more; another ruling may follow. What came
// after the caller looked is not ruled on.
func (s *server) ruleFlag(ctx context.Context, in *formInput) (*flagOutput, error) {
	clean, err := s.readForm(in, rulingFields)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	areas := s.patrols().Reached(who.actor, flagJudges)
	if len(areas) == 0 {
		return nil, domain.Forbid("not_your_office", "§4.10", "您的岗位不能裁定诚信标志", "your office may not rule on integrity flags")
	}
	m, err := s.inScope(ctx, clean.Text("member"), areas)
	if err != nil {
		return nil, err
	}
	if m.Username == who.user.Username {
		return nil, domain.Forbid("own_flag", "§4.10", "不能裁定本人的诚信标志", "nobody rules on a flag of the own")
	}
	kind, day := patrol.FlagKind(clean.Text("kind")), calendar.DateOf(clean.Time("day", zone))
	find := func() (patrol.Month, int, error) {
		from, to := patrol.MonthOfFlag(kind, day)
		month, err := s.patrols().Month(ctx, m, from, to)
		return month, slices.IndexFunc(month.Flags, func(f patrol.Flag) bool { return f.Kind == kind && f.Day(month) == day }), err
	}
	month, at, err := find()
	switch {
	case err != nil:
		return nil, err
	case at < 0:
		return nil, domain.Invalid(domain.Fault("day", "no_such_flag", "该网格员当日没有此类标志", "the member has no such flag on that day"))
	case month.Flags[at].N > clean.Int("n"):
		return nil, domain.Refuse("flag_has_grown", "§4.10", "该标志此后又有增加,请查看后再裁定", "the flag has grown since; look at it again")
	}
	ruling := patrol.Ruling{Kind: kind, Day: day, N: month.Flags[at].N, Cleared: clean.Bool("clear"), Reason: clean.Text("reason"), By: who.user.Username, At: s.Now()}
	if err := s.Field.AddRuling(ctx, m.Username, ruling); err != nil {
		return nil, err
	}
	if month, at, err = find(); err != nil || at < 0 {
		return nil, err
	}
	return &flagOutput{flagLine(m, month.Flags[at], month)}, nil
}
