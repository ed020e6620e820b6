package rulebook

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strings"

	"huajie/domain/org"
)

// userRule makes demo accounts: one or more in every unit of a kind.
type userRule struct {
	role          org.Role
	prefix, where string
	short, point  string
	count         int
	at            entry
}

// pair is a part of a name in both scripts.
type pair struct{ zh, en string }

// places are the words a rule may use for `at`.
var places = map[string]func(org.Unit) bool{
	"city":            func(u org.Unit) bool { return u.Kind == org.KindCity },
	"organ":           func(u org.Unit) bool { return u.Kind == org.KindDepartment && u.County == "" },
	"county":          func(u org.Unit) bool { return u.Kind == org.KindCounty },
	"centre_county":   func(u org.Unit) bool { return u.Kind == org.KindCentreCounty },
	"centre_township": func(u org.Unit) bool { return u.Kind == org.KindCentreTownship },
	"department":      func(u org.Unit) bool { return u.Kind == org.KindDepartment && u.County != "" },
	"settlement":      func(u org.Unit) bool { return u.Kind.Settlement() },
	"grid":            func(u org.Unit) bool { return u.Kind == org.KindGrid },
}

// parseUsers reads the rules for demo accounts and the rota of leaders.
func (l *loader) parseUsers() []userRule {
	doc, ok := l.document(fileUsers)
	if !ok {
		return nil
	}
	var rules []userRule
	held := map[org.Role]bool{}
	for _, e := range doc.children("rules", true) {
		r := userRule{
			role: org.Role(e.text("role")), prefix: e.text("prefix"), where: e.text("at"),
			short: e.optional("short"), point: e.optional("point"), count: 1, at: e,
		}
		if e.has("count") {
			r.count = e.number("count", true)
		}
		if r.count < 1 || r.count > 20 {
			e.fault("count", "数量应为 1 至 20", "must be 1 to 20")
			r.count = 1
		}
		if r.role != "" && !r.role.Valid() {
			e.fault("role", "未知的角色", "unknown role "+string(r.role))
		}
		if _, ok := places[r.where]; r.where != "" && !ok {
			e.fault("at", "未知的单位类型", "unknown place "+r.where)
		}
		held[r.role] = true
		rules = append(rules, r)
		e.done()
	}
	for _, i := range org.Roles() {
		if !held[i.Role] {
			doc.fault("rules", "没有任何账号具有角色 "+string(i.Role), "no account holds the role "+string(i.Role))
		}
	}
	l.parseRota(doc)
	doc.done()
	return rules
}

// parseNames reads the parts of invented names.
func (l *loader) parseNames() (surnames, given []pair) {
	doc, ok := l.document(fileNames)
	if !ok {
		return nil, nil
	}
	read := func(field string) []pair {
		var out []pair
		for _, e := range doc.children(field, true) {
			out = append(out, pair{e.text("zh"), e.text("en")})
			e.done()
		}
		if len(out) == 0 && doc.has(field) {
			doc.fault(field, "列表为空", "must not be empty")
		}
		return out
	}
	surnames, given = read("surnames"), read("given")
	doc.done()
	return surnames, given
}

// buildUsers makes the accounts over a sound tree and checks that those on the
// rota of a county are its leaders.
func (l *loader) buildUsers(tree *org.Tree, rules []userRule, surnames, given []pair) *org.Directory {
	var users []org.User
	from := map[string]entry{}
	for _, r := range rules {
		made := 0
		for _, u := range tree.Units() {
			if !places[r.where](u) || r.short != "" && u.ShortCode != r.short {
				continue
			}
			for n := 1; n <= r.count; n++ {
				user := invent(r, u, tree.Area(u.ID), n, surnames, given)
				users = append(users, user)
				from[user.Username] = r.at
				made++
			}
		}
		if made == 0 {
			r.at.fault("at", "没有符合的单位", "no unit fits this rule")
		}
	}
	dir, err := org.NewDirectory(tree, users)
	l.domainFaults(err, func(err error) {
		var f *org.Fault
		if errors.As(err, &f) {
			if at, ok := from[f.Subject]; ok {
				at.fault(fieldOf(at, f.Field), f.Subject+":"+f.ZH, f.Subject+": "+f.EN)
				return
			}
		}
		l.fault(fileUsers, 0, "", "账号有误", err.Error())
	})
	if err == nil {
		l.checkRota(dir)
	}
	return dir
}

func (l *loader) checkRota(dir *org.Directory) {
	for _, r := range l.rota {
		for _, name := range r.Leaders {
			if u, ok := dir.User(name); !ok || !u.HoldsAt(org.RoleCountyLeader, r.County) {
				l.rotaAt[r.County].fault("leaders", name+" 不是该县(区)领导", name+" is not a leader of the county")
			}
		}
	}
}

// invent makes one account. The name comes from the username, so that it stays
// the same when other accounts come and go.
func invent(r userRule, u org.Unit, area string, n int, surnames, given []pair) org.User {
	prefix := r.prefix
	if n > 1 {
		prefix = fmt.Sprintf("%s%d", r.prefix, n)
	}
	username := prefix + "." + area
	h := fnv.New64a()
	_, _ = h.Write([]byte(username)) // never fails
	sum := h.Sum64()
	s := surnames[sum%uint64(len(surnames))]
	g := given[sum/uint64(len(surnames))%uint64(len(given))]
	return org.User{
		Username: username, ZH: s.zh + g.zh, EN: strings.TrimSpace(s.en + " " + g.en),
		Grants: []org.Grant{{Role: r.role, Unit: u.ID, Point: r.point}},
	}
}
