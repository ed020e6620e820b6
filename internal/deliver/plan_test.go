package deliver_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/codes"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/store"
)

// TestQuietHoursAndDigests: nobody is woken but for an emergency, and nobody is written
// to more than once in two hours.
func TestQuietHoursAndDigests(t *testing.T) {
	t.Parallel()
	p := newPost(t, notice.SMS)
	no := p.register(1)
	p.send()
	mine := machine.Recipient{Petitioner: no}
	for range 3 {
		p.pass(10 * time.Minute)
		p.tell(no, notice.Message{N: "N13", To: mine})
		p.send()
	}
	require.Len(t, p.gateway.messages(), 1, "within two hours nothing more")
	p.tell(no, notice.Message{N: "N13", To: mine, Immediate: true})
	p.send()
	require.Len(t, p.gateway.messages(), 2, "but an emergency")
	p.pass(90 * time.Minute)
	p.send()
	got := p.gateway.messages()
	require.Len(t, got, 3)
	require.Contains(t, got[2].Text, "3条新通知")

	p.pass(10 * time.Hour) // 21:00
	p.tell(no, notice.Message{N: "N13", To: mine})
	p.send()
	p.pass(10 * time.Hour) // 07:00
	p.send()
	require.Len(t, p.gateway.messages(), 3)
	p.tell(no, notice.Message{N: "N13", To: mine, Immediate: true})
	p.send()
	require.Len(t, p.gateway.messages(), 4)
	p.pass(2 * time.Hour)
	p.send()
	require.Len(t, p.gateway.messages(), 5, "at eight")
}

// TestOfficersAreReachedWhenTheAppIsNot (R70): by SMS, unless one of them had it.
func TestOfficersAreReachedWhenTheAppIsNot(t *testing.T) {
	t.Parallel()
	p := newPost(t, notice.SMS)
	office := []org.Grant{{Role: org.RoleDeptLiaison, Unit: "220402-D11"}}
	require.NoError(t, p.store.UpsertUsers(t.Context(), []org.User{{Username: "li", ZH: "李", EN: "Li", Grants: office}, {Username: "zhao", ZH: "赵", EN: "Zhao", Grants: office}}, ""))
	require.NoError(t, p.store.SetPhone(t.Context(), "li", number(7)))
	require.NoError(t, p.store.SetPhone(t.Context(), "zhao", number(8)))
	no := p.register(1)
	p.send()
	toOffice := notice.Message{N: "N20", To: machine.Recipient{Role: org.RoleDeptLiaison, Unit: "220402-D11"}, Immediate: true}
	p.tell(no, toOffice)
	p.send()
	zhao := domain.Actor{User: "zhao", Grants: office}
	box, err := p.store.Inbox(t.Context(), store.Everything, zhao)
	require.NoError(t, err)
	require.NoError(t, p.store.Receive(t.Context(), store.Everything, zhao, []int64{box.Latest}, nil, p.now()))
	p.pass(11 * time.Minute)
	p.send()
	require.Equal(t, 2, p.states()["sms unneeded"], "the office has it")

	p.tell(no, toOffice)
	p.tell(no, notice.Message{N: "N9", To: machine.Recipient{User: "li"}, Immediate: true}) // system only
	p.send()
	require.Len(t, p.gateway.messages(), 1)
	p.pass(11 * time.Minute)
	p.send()
	got := p.gateway.messages()
	require.Len(t, got, 3)
	require.ElementsMatch(t, []string{number(7), number(8)}, []string{got[1].To, got[2].To})
}

// TestRestrictedCasesAreANumber (§3.11): a message about one says nothing else.
func TestRestrictedCasesAreANumber(t *testing.T) {
	t.Parallel()
	p := newPost(t, notice.SMS)
	for i, class := range []string{codes.ConfidentialitySensitive, codes.ConfidentialityAccusation} {
		no := p.register(i, func(c *grievance.Case) { c.Confidentiality = class })
		p.send()
		got := p.gateway.messages()[i]
		require.Contains(t, got.Text, no)
		require.NotContains(t, got.Text, "已办理")
		require.NotContains(t, got.Text, "通知(")
	}
}

// TestTheNextChannelAndThePaper (§6 item 49).
func TestTheNextChannelAndThePaper(t *testing.T) {
	t.Parallel()
	p := newPost(t, notice.SMS, notice.WeChat)
	no := p.register(1, func(c *grievance.Case) { c.Track = codes.TrackPetition })
	p.send()
	require.Equal(t, map[string]int{"wechat sent": 1}, p.states())
	report := func(c notice.Channel, delivered bool, code string) {
		id := p.gateway.messages()[len(p.gateway.messages())-1].Key
		require.NoError(t, p.store.DeliveryReports(t.Context(), c, []view.DeliveryReport{{ID: "gw-" + id, Delivered: delivered, Code: code}, {ID: "unknown", Delivered: true}}, p.now()))
		p.send()
	}
	report(notice.WeChat, false, "unfollowed")
	require.Equal(t, map[string]int{"wechat failed unfollowed": 1, "sms sent": 1}, p.states())
	report(notice.SMS, false, "switched_off")
	var role, unit, body string
	require.NoError(t, p.db.QueryRow(t.Context(), `SELECT to_role, to_unit, body_zh FROM notices WHERE n = 'N20' AND no = $1`, no).Scan(&role, &unit, &body))
	require.Contains(t, body, "纸质")
	require.Equal(t, "220402-C", unit)
	require.NotEmpty(t, role)
	report(notice.SMS, true, "")
	require.Equal(t, 1, p.states()["sms delivered"], "late is not never")
	report(notice.SMS, false, "x")
	require.Equal(t, 1, p.states()["sms delivered"])
	var papers int
	require.NoError(t, p.db.QueryRow(t.Context(), `SELECT count(*) FROM notices WHERE n = 'N20'`).Scan(&papers))
	require.Equal(t, 1, papers)

	p.register(2) // no petition: nobody writes on paper
	delete(p.Providers, notice.SMS)
	p.send()
	report(notice.WeChat, false, "unfollowed")
	require.NoError(t, p.db.QueryRow(t.Context(), `SELECT count(*) FROM notices WHERE n = 'N20'`).Scan(&papers))
	require.Equal(t, 1, papers)
}
