package gridevent_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
)

// agreed is a conversion into a person's dispute as it must be entered.
var agreed = form.Input{"reason": "邻里因通道堆物争执", "personal": true, "consent": "written", "confidentiality": "C2", "summary": "邻里通道使用纠纷"}

// TestItem80 is an event that is really a person's dispute.
func TestItem80(t *testing.T) {
	t.Parallel()
	t.Run("E18 item 80 with consent it becomes a dispute of its own class", func(t *testing.T) {
		p := begin(t).do(platform, "convert", agreed)
		state(t, p, "converted")
		require.Equal(t, []string{"converted"}, p.types())
		f := p.events[0].Effects[0]
		require.Equal(t, machine.EffectStartCase, f.Kind)
		require.Equal(t, form.Input{"nature": "dispute", "channel": "grid_member", "area": grid, "summary": "邻里通道使用纠纷", "urgency": "normal",
			"confidentiality": "C2", "party": "other"}, f.Input, "none of the words of the event go with it")
		require.Equal(t, "C2", p.c.Confidentiality, "what the event says is for those who have to do with it")

		p = begin(t)
		require.Equal(t, []string{"reporter_is_party:unknown_field"}, faults(p.try(platform, "convert", agreed, form.Input{"reporter_is_party": true})), "what an officer reports is not theirs")
		p.c.Petitioner = "P1"
		p.do(platform, "convert", agreed, form.Input{"confidentiality": "C1", "reporter_is_party": true, "consent": "witnessed"})
		require.Equal(t, "C1", p.events[0].Effects[0].Input["confidentiality"])
		require.NotContains(t, p.events[0].Effects[0].Input, "party", "whoever reported it raises it")
		require.Equal(t, "C2", p.c.Confidentiality)
	})
	t.Run("item 80 never without consent", func(t *testing.T) {
		p := begin(t)
		p.refuse("consent_needed", platform, "convert", agreed, form.Input{"consent": "none"})
		err := p.try(platform, "convert", agreed, form.Input{"consent": "none"})
		var refusal *domain.Error
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, "§6 item 80", refusal.Rule)
		require.Contains(t, refusal.Text.ZH, "自行到窗口或网上登记", "what else can be done")
		for _, name := range []string{"consent", "confidentiality", "summary"} {
			in := form.Input{}
			for k, v := range agreed {
				if k != name {
					in[k] = v
				}
			}
			require.Equal(t, []string{name + ":required"}, faults(p.try(platform, "convert", in)))
		}
		state(t, p, "reported")
	})
	t.Run("item 80 neither for everybody nor an accusation", func(t *testing.T) {
		p := begin(t)
		for _, class := range []string{"C0", "C3"} {
			require.Equal(t, []string{"confidentiality:unknown_code"}, faults(p.try(platform, "convert", agreed, form.Input{"confidentiality": class})))
		}
		require.Equal(t, []string{"summary:number"}, faults(p.try(platform, "convert", agreed, form.Input{"summary": "找13812345678"})))
		require.Equal(t, []string{"confidentiality:not_asked"}, faults(p.try(platform, "convert", form.Input{"reason": "涉及多部门", "confidentiality": "C2"})), "said of nobody's dispute")
	})
	t.Run("item 80 reports that were merged tell of it no more", func(t *testing.T) {
		p := begin(t)
		p.do("system", "follower-joined", form.Input{"follower": other}).do(platform, "convert", agreed)
		tell := p.events[0].Effects[1]
		require.Equal(t, form.Input{"state": "converted", "sensitive": true}, tell.Input)
		q := begin(t)
		q.cases[other] = machine.Related{No: other, Category: "E0102", State: "reported", Open: true, CreatedAt: q.now, Place: aside(10)}
		q.do(platform, "merge", form.Input{"master": other}).do("system", "master-moved", tell.Input)
		require.Equal(t, "C2", q.c.Confidentiality)
		require.Equal(t, "C1", begin(t).do(platform, "convert", form.Input{"reason": "涉及多部门"}).c.Confidentiality, "an event of everybody stays one")
	})
}

// withheld are the photos nobody is shown.
func withheld(p *play) (ids []string) {
	for _, x := range p.c.Photos {
		if x.Withheld != nil {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// TestPhotosAreWithheld are photos of persons (§6 item 80).
func TestPhotosAreWithheld(t *testing.T) {
	t.Parallel()
	t.Run("E18 item 80 with the conversion, and corrected within days", func(t *testing.T) {
		p := begin(t)
		ids := []string{p.c.Photos[0].ID, p.c.Photos[2].ID}
		p.do(platform, "convert", agreed, form.Input{"withhold": []any{ids[0], ids[1]}})
		require.Equal(t, ids, withheld(p))
		w := p.c.Photos[0].Withheld
		require.Equal(t, []string{platform, "person"}, []string{w.By, w.Ground})
		require.True(t, moment("2026-03-10 00:00").Equal(w.Until), "%s", w.Until)
		require.False(t, gridevent.Final(p.c), "it can be undone")
		p.do(townDesk, "restore-photos", form.Input{"withheld": []any{ids[1]}, "reason": "无人像"}).do(townDesk, "withhold-photos", form.Input{"photos": []any{p.c.Photos[1].ID}, "ground": "minor"})
		require.Equal(t, []string{ids[0], p.c.Photos[1].ID}, withheld(p))
		require.Equal(t, "minor", p.c.Photos[1].Withheld.Ground)
	})
	t.Run("item 80 after its time a photo is gone for good", func(t *testing.T) {
		p := begin(t).do(platform, "convert", agreed)
		require.Empty(t, withheld(p))
		p.pass(24*time.Hour).do(platform, "withhold-photos", form.Input{"photos": []any{p.c.Photos[0].ID}, "ground": "person"})
		p.next("withheld.2")
		require.False(t, p.c.Photos[0].Withheld.Gone, "the time of the conversion is not that of the photo")
		p.next("withheld.3")
		require.Equal(t, []string{"photos_final"}, p.types())
		require.True(t, p.c.Photos[0].Withheld.Gone)
		require.True(t, gridevent.Final(p.c))
		p.refuse("none_withheld", platform, "restore-photos", form.Input{"withheld": []any{p.c.Photos[0].ID}, "reason": "误操作"})
	})
	t.Run("item 80 at any time, and it outlives the end of the event", func(t *testing.T) {
		p := disposing(t)
		first := p.c.Photos[0].ID
		p.do("disp.220402", "withhold-photos", form.Input{"photos": []any{first}, "ground": "private"}).feedback()
		p.do(member, "verify", p.look("pass"))
		state(t, p, "closed")
		require.Equal(t, []string{first}, withheld(p))
		require.True(t, slices.ContainsFunc(p.c.Pending(), func(d machine.Deadline) bool { return d.Kind == "withheld" }))
		p.do("disp.220402", "restore-photos", form.Input{"withheld": []any{first}, "reason": "经复看无私人信息"})
		require.Empty(t, withheld(p))
	})
	t.Run("item 80 only photos there are, by who may", func(t *testing.T) {
		p := begin(t)
		in := form.Input{"photos": []any{p.c.Photos[0].ID}, "ground": "person"}
		for _, who := range []string{member, liaison, citizen, "platform.220403"} {
			require.Equal(t, domain.CodeForbidden, domain.CodeOf(p.try(who, "withhold-photos", in)), who)
		}
		require.Equal(t, []string{"photos:unknown_code"}, faults(p.try(platform, "withhold-photos", in, form.Input{"photos": []any{"another"}})))
		require.Equal(t, []string{"withhold:unknown_code"}, faults(p.try(platform, "convert", agreed, form.Input{"withhold": []any{"another"}})))
		p.do(platform, "withhold-photos", in)
		require.Equal(t, []string{"photos:unknown_code"}, faults(p.try(platform, "withhold-photos", in)), "once")
		p.do(platform, "convert", form.Input{"reason": "涉及多部门", "withhold": []any{p.c.Photos[1].ID}})
		require.Len(t, withheld(p), 2, "also where it is nobody's dispute")
		require.Equal(t, "complaint", p.events[0].Effects[0].Input["nature"])
	})
}

// faults are the inputs a step has refused, each with why.
func faults(err error) (out []string) {
	var refusal *domain.Error
	if errors.As(err, &refusal) {
		for _, f := range refusal.Fields {
			out = append(out, f.Field+":"+f.Reason)
		}
	}
	return out
}
