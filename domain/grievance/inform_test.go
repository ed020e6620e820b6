package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
)

var told = form.Input{"method": "phone", "told": "已交住建局,联系人、电话、期限均已告知"}

func TestInforming(t *testing.T) {
	t.Parallel()
	parallel(t, "FR3 inform-petitioner within a day of the dispatch", func(t *testing.T) {
		p := dispatched(t)
		sameTime(t, p.due("1wd"), p.c.Deadlines["inform"].At)
		p.refuse(domain.CodeForbidden, "not_your_office", liaisonUser, "inform-petitioner", told)
		p.do(clerkUser, "inform-petitioner", told)
		require.NotContains(t, p.c.Deadlines, "inform")
		p.refuse(domain.CodeConflict, "nothing_to_inform", clerkUser, "inform-petitioner", told)
	})
	parallel(t, "FR3 left in the dark", func(t *testing.T) {
		p := dispatched(t).expire("inform")
		require.Contains(t, p.c.Flags, "not_informed")
		require.Equal(t, "inform_missed", p.saw("inform_missed").Type)
	})
	parallel(t, "FR3 the unit's own contact tells as well", func(t *testing.T) {
		p := handling(t).do(handlerUser, "contact-petitioner", form.Input{"method": "phone", "reached": true, "summary": "已说明"})
		require.NotContains(t, p.c.Deadlines, "inform")
	})
	parallel(t, "FR5 request-supplement once; a second list is a fault", func(t *testing.T) {
		p := handling(t)
		require.Equal(t, []string{"missing_materials"}, p.faults(handlerUser, "request-supplement", nil))
		p.do(handlerUser, "request-supplement", form.Input{"missing_materials": "房产证、照片"})
		require.NotContains(t, p.c.Flags, "supplement_repeated")
		p.do(handlerUser, "request-supplement", form.Input{"missing_materials": "身份证明"})
		require.Contains(t, p.c.Flags, "supplement_repeated")
		require.Equal(t, grievance.Handling, p.c.State)
		first := begin(t, form.Input{"missing_materials": "房产证"})
		first.do(clerkUser, "request-supplement", form.Input{"missing_materials": "照片"})
		require.Contains(t, first.c.Flags, "supplement_repeated", "the desk has given its list with the receipt")
	})
}
