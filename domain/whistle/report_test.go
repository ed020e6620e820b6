package whistle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/whistle"
	"huajie/internal/testkit/trial"
)

func TestW4RespondingStopsTheFirstClock(t *testing.T) {
	t.Parallel()
	b := blown(t)
	b.Refused("not_your_case", "liaison."+health, "respond", nil)
	b.do("liaison."+police, "respond", form.Input{"led_by": "副所长"})
	require.Equal(t, whistle.Blown, b.Case.State, "the other unit holds the whistle back")
	require.Equal(t, urban, b.Case.Owner)
	b.Refused("nothing_to_respond_to", "leader."+police, "respond", nil)
	b.do("leader."+urban, "respond", nil)
	require.Equal(t, whistle.Responded, b.Case.State)
	require.Contains(t, b.Case.Deadlines, "arrive."+police)
	b.do("handler."+police, "arrive", onSite)
	require.Equal(t, "liaison."+police, b.seat(police).RespondedBy, "who comes later has not responded")
}

func TestW4LimitsOfEveryKind(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string][2]time.Time{
		whistle.Emergency:   {trial.Monday.Add(10 * time.Minute), trial.Monday.Add(30 * time.Minute)},
		whistle.Enforcement: {trial.Monday.Add(time.Hour), trial.Monday.Add(2 * time.Hour)},
		whistle.KeyWork:     {trial.Monday.Add(6 * time.Hour), time.Date(2026, 11, 24, 17, 0, 0, 0, trial.Monday.Location())}, // 4 wh over noon, 1 wd
	} {
		more := form.Input{"kind": kind}
		if kind == whistle.Emergency {
			more["due"] = nil
		}
		b := newBench(t, office, more)
		if kind != whistle.Emergency {
			b.do(head, "approve-whistle", nil)
		}
		require.Equal(t, want[0].Unix(), b.seat(police).RespondDue.Unix(), kind)
		require.Equal(t, want[1].Unix(), b.seat(police).ArriveDue.Unix(), kind)
	}
}

func TestW5CheckInByPosition(t *testing.T) {
	t.Parallel()
	b := blown(t)
	arrive := func(lat, lon float64) form.Input {
		return form.Input{"point": map[string]any{"lat": lat, "lon": lon}}
	}
	b.Faults("point", "required", "handler."+police, "arrive", nil)
	b.Faults("point", "too_far", "handler."+police, "arrive", arrive(42.91, 125.14))
	b.do("handler."+police, "arrive", onSite)
	s := b.seat(police)
	require.Equal(t, whistle.ByGPS, s.ArrivedHow)
	require.Equal(t, "handler."+police, s.RespondedBy, "who comes has responded")
	require.NotContains(t, b.Case.Deadlines, "respond."+police)
	require.Equal(t, "2026-12-02 00:00", s.WorkDue.Format("2006-01-02 15:04"), "the end of the planned day")
	b.Refused("not_expected", "liaison."+police, "arrive", onSite)
}

func TestW5CheckInByTheCodeOnSite(t *testing.T) {
	t.Parallel()
	b := blown(t, form.Input{"point": nil})
	b.Faults("point", "no_coordinates", "handler."+police, "arrive", onSite)
	b.Faults("code", "wrong_code", "handler."+police, "arrive", form.Input{"code": "23456789AB"})
	b.do("handler."+police, "arrive", form.Input{"code": "23456789AB", "code_verified": true})
	require.Equal(t, whistle.ByCode, b.seat(police).ArrivedHow)
	require.NotContains(t, b.event("whistle_arrived").Input, "code", "the code is not kept")
	tree := trial.Book.Org
	require.True(t, whistle.MayShowCode(trial.Actor(t, office), b.Case, tree))
	require.False(t, whistle.MayShowCode(trial.Actor(t, "handler."+police), b.Case, tree), "who comes may not show it to themselves")
	require.False(t, whistle.MayShowCode(trial.Actor(t, "office.220402007"), b.Case, tree))
	require.True(t, whistle.MayShowCode(trial.Actor(t, gridLeader), b.Case, tree), "who stands there for the township")
	require.False(t, whistle.MayShowCode(trial.Actor(t, "grid.220402008901001"), b.Case, tree))
}

func refusing(ground string) form.Input { return form.Input{"ground": ground, "reason": "见说明"} }

func TestW8ARefusalNeedsTheLeadersSignature(t *testing.T) {
	t.Parallel()
	b := blown(t)
	b.do("liaison."+police, "refuse-whistle", refusing(whistle.NotItsPower))
	require.Equal(t, whistle.Blown, b.seat(police).State, "not signed yet")
	b.do("liaison."+urban, "refuse-whistle", refusing(whistle.NoCapacity)) // another unit's request waits beside it
	require.Len(t, b.Case.Requests, 2)
	var mine string
	for id, r := range b.Case.Requests {
		if r.Unit == police {
			mine = id
		}
	}
	b.Refused("not_your_office", "leader."+urban, machine.Approve, form.Input{"request": mine})
	b.do("leader."+police, machine.Approve, form.Input{"request": mine})
	s := b.seat(police)
	require.Equal(t, whistle.Coordinating, s.State)
	require.Equal(t, "liaison."+police, s.Refusal.By)
	require.Equal(t, "leader."+police, s.Refusal.SignedBy)
	require.Empty(t, s.Cards, "there was a ground")
	require.Equal(t, whistle.Coordinating, b.Case.State)
	require.Equal(t, trial.Centre(t, county), b.Case.Owner)
}

func TestW8OnlyWithinTheTimeToRespond(t *testing.T) {
	t.Parallel()
	b := blown(t).expire("respond." + police)
	b.Refused("refusal_late", "leader."+police, "refuse-whistle", refusing(whistle.NotItsPower))
	b = blown(t)
	b.do("leader."+police, "respond", nil)
	b.Refused("nothing_to_refuse", "leader."+police, "refuse-whistle", refusing(whistle.NotItsPower))
}

func TestW8ARefusalWithoutGroundIsCarded(t *testing.T) {
	t.Parallel()
	b := blown(t).do("leader."+police, "refuse-whistle", refusing(whistle.Ungrounded))
	require.Equal(t, []string{"red_card S07"}, b.cards(police))
	require.Equal(t, whistle.RedCard, b.Case.Supervision)
	e := b.event("whistle_refused_without_ground")
	require.True(t, trial.Notified(e, "N21", org.RoleDeptLeader, police))
	require.True(t, trial.Notified(e, "N20", org.RoleCountyLeader, county))
	require.Equal(t, whistle.Coordinating, b.seat(police).State)
	b.Refused("no_ground", disp, "coordinate", form.Input{"unit": police, "outcome": whistle.Accepted, "reason": "x"})
}

// TestW8ARefusalIsMootOnceTheUnitComes: what nobody has signed by then is not signed later.
func TestW8ARefusalIsMootOnceTheUnitComes(t *testing.T) {
	t.Parallel()
	asked := func() *bench {
		b := blown(t).do("liaison."+police, "refuse-whistle", refusing(whistle.NotItsPower))
		require.Len(t, b.Case.Requests, 1)
		return b
	}
	require.Empty(t, asked().do("liaison."+police, "respond", nil).Case.Requests)
	require.Empty(t, asked().do("handler."+police, "arrive", onSite).Case.Requests)
	require.Empty(t, asked().do(leader, "release-unit", form.Input{"unit": police, "reason": "x"}).Case.Requests)
	require.Empty(t, asked().idles(police).Case.Requests, "the centre decides now")
}

// TestW8TheSignatureMayComeLater: asked for in time is in time.
func TestW8TheSignatureMayComeLater(t *testing.T) {
	t.Parallel()
	b := blown(t).do("liaison."+police, "refuse-whistle", refusing(whistle.NotItsPower)).expire("respond." + police)
	b.do("leader."+police, machine.Approve, nil)
	require.Equal(t, whistle.Coordinating, b.seat(police).State)
}

// TestWhoSpeaksForAUnit: a handler goes to the place and works; to answer for the unit is for its
// liaison and its leader (§2.2).
func TestWhoSpeaksForAUnit(t *testing.T) {
	t.Parallel()
	b := blown(t)
	handler := "handler." + police
	b.Refused("not_your_office", handler, "respond", nil)
	b.Refused("not_your_office", handler, "refuse-whistle", refusing(whistle.NotItsPower))
	b.comes(police, urban).finishes(police, urban)
	b.Refused("not_your_office", handler, "counter-evaluate", form.Input{"proper": true})
}
