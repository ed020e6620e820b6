package view_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"huajie/domain/view"
)

// TestWhereACallerWorks: what concerns a place is shown to who works there.
func TestWhereACallerWorks(t *testing.T) {
	t.Parallel()
	const fuyang, dongji, dongfeng = "220402008901001", "220402001990001", "220421100002001"
	for name, want := range map[string][3]bool{
		"grid." + fuyang: {true, false, false}, "gridlead.220402008901": {true, false, false}, "tleader.220402008": {true, false, false},
		"disp.220402": {true, true, false}, "liaison.220402-D08": {true, true, false}, "cleader.220421": {false, false, true},
		"citysup.220400": {true, true, true}, "petitioner.220402": {}, "mediator.220402": {}, "admin.220400": {},
	} {
		s := view.ScopeOf(actor(t, name), book.Org)
		assert.Equal(t, want, [3]bool{s.Covers(book.Org, fuyang), s.Covers(book.Org, dongji), s.Covers(book.Org, dongfeng)}, name)
		assert.False(t, s.Covers(book.Org, "nowhere"), name)
	}
}
