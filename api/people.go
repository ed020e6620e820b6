package api

import (
	"context"
	"slices"
	"strings"

	"huajie/domain"
	"huajie/domain/org"
)

// mostPeople is how many names one request may ask for: those of a page.
const mostPeople = 100

// Officer is an officer of the house by name.
type Officer struct {
	Username string `json:"username"`
	ZH       string `json:"zh"`
	EN       string `json:"en"`
}

// OfficerList are officers, in the order of their accounts.
type OfficerList struct {
	Items []Officer `json:"items"`
}

type peopleInput struct {
	Username []string `query:"username,explode" doc:"accounts, at most 100: username=a&username=b, or username=a,b"`
}

type peopleOutput struct{ Body OfficerList }

// people tells officers the names of officers, whose accounts stand in cases, sessions and
// whistles. Who raises matters has an account too, and is no officer: such a one is left out
// like one there is not, and told nothing itself (§2.3).
func (s *server) people(ctx context.Context, in *peopleInput) (*peopleOutput, error) {
	who := callerOf(ctx)
	if !who.user.Officer() {
		return nil, domain.Forbid("not_your_office", "§2.1", "仅供工作人员查询", "for officers only")
	}
	asked := distinct(strings.Split(strings.Join(in.Username, ","), ","))
	switch {
	case len(asked) == 0:
		return nil, domain.Invalid(domain.Fault("username", "required", "账号:必填", "username is required"))
	case len(asked) > mostPeople:
		return nil, domain.Invalid(domain.Fault("username", "range", "一次最多100个账号", "at most 100 at once"))
	}
	users, err := s.Accounts.People(ctx, asked)
	if err != nil {
		return nil, err
	}
	out := &peopleOutput{OfficerList{Items: []Officer{}}}
	for _, u := range users {
		if u.Officer() {
			out.Body.Items = append(out.Body.Items, Officer{u.Username, u.ZH, u.EN})
		}
	}
	return out, nil
}

// The names of who acts and is no officer.
var (
	systemName     = domain.Text{ZH: "系统", EN: "system"}
	petitionerName = domain.Text{ZH: "诉求人", EN: "petitioner"}
)

// namesOf finds the names of those who acted, for an officer; the account itself where there is
// none. Who raised a matter from an account of their own is not named by it.
func (s *server) namesOf(ctx context.Context, who caller, accounts []string) (func(string) domain.Text, error) {
	known := map[string]domain.Text{"": {}, domain.System: systemName, domain.Petitioner: petitionerName}
	asked := slices.DeleteFunc(distinct(accounts), func(a string) bool { _, ok := known[a]; return ok })
	if who.user.Officer() && len(asked) > 0 {
		users, err := s.Accounts.People(ctx, asked)
		if err != nil {
			return nil, err
		}
		for _, u := range users {
			known[u.Username] = nameFor(u)
		}
	}
	return func(account string) domain.Text {
		if name, ok := known[account]; ok {
			return name
		}
		return domain.Text{ZH: account, EN: account}
	}, nil
}

// nameFor is what an account is called among officers.
func nameFor(u org.User) domain.Text {
	switch {
	case u.Officer() || u.Holds(org.RoleIntegrator):
		return domain.Text{ZH: u.ZH, EN: u.EN}
	case u.Holds(org.RolePetitioner) || u.Holds(org.RolePetitionerRep):
		return petitionerName
	}
	return domain.Text{ZH: u.Username, EN: u.Username}
}

// distinct are the texts that are there, each once, in order.
func distinct(texts []string) []string {
	out := slices.Sorted(slices.Values(texts))
	out = slices.Compact(out)
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}
