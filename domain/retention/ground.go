package retention

import "huajie/domain"

// Ground is what obliges the house to let go of a file before its period is over. That
// somebody no longer agrees is none: casework rests on a statutory duty, not on consent (PIPL
// §13), and §47 keeps what another law says is to be kept.
type Ground struct {
	Code string
	Text domain.Text
	Law  string
}

// Grounds are all there are.
var Grounds = []Ground{
	{"unlawful", domain.Text{ZH: "违反法律、行政法规处理个人信息", EN: "the information was processed against the law"}, "PIPL §47(4)"},
	{"judgment", domain.Text{ZH: "生效法律文书要求删除", EN: "a decision that is in force asks for it"}, "PIPL §47(5)"},
	{"misregistered", domain.Text{ZH: "误登记到他人名下", EN: "it was registered under somebody else's name"}, "PIPL §§8, 46"},
}

// GroundOf finds one by its code.
func GroundOf(code string) (Ground, bool) {
	for _, g := range Grounds {
		if g.Code == code {
			return g, true
		}
	}
	return Ground{}, false
}

// Over applies a ground: it sets aside the period and what is kept for good, but never a
// file that is not over, is held, or that another hangs on.
func (g Ground) Over(v Verdict) Verdict {
	if v.Keep == Period || v.Keep == LongTerm {
		v.Keep, v.Rule = "", g.Law
	}
	return v
}
