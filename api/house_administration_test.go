package api_test

import (
	"context"
	"slices"
	"strings"
	"sync"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/org"
)

// administration keeps the accounts of the book in memory; what is done to one is kept of it
// alone. The rules of the ledger are tested on the ledger (internal/app).
type administration struct {
	h    *house
	mu   sync.Mutex
	own  map[string]account.Sheet
	keys map[string]string
	asks []account.Request
}

func newAdministration(h *house) *administration {
	a := &administration{h: h, own: map[string]account.Sheet{}, keys: map[string]string{}}
	a.asks = append(a.asks, account.Request{ID: 1, Username: dispatcher, Before: []org.Grant{}, After: []org.Grant{{Role: org.RoleSupervisor, Unit: "220402"}},
		Reason: "轮岗", By: "admin2.220400", At: h.now, State: account.Waiting})
	return a
}

func (a *administration) sheet(username string) (account.Sheet, bool) {
	if x, ok := a.own[username]; ok {
		return x, true
	}
	u, ok := a.h.book.Users.User(username)
	return account.Sheet{User: u, Open: true, Version: 1, CreatedAt: a.h.now, Password: true, Sessions: 1}, ok
}

func (a *administration) Sheet(_ context.Context, username string) (account.Sheet, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if x, ok := a.sheet(username); ok {
		return x, a.h.fault()
	}
	return account.Sheet{}, domain.NotFound()
}

func (a *administration) Sheets(_ context.Context, f account.Search, cursor string, limit int, total bool) (page account.SheetPage, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []account.Sheet
	for _, u := range a.h.book.Users.Users() {
		x, _ := a.sheet(u.Username)
		holds := func(g org.Grant) bool {
			return (f.Role == "" || g.Role == f.Role) && (f.Units == nil || slices.Contains(f.Units, g.Unit))
		}
		if strings.Contains(u.Username, f.Text) && slices.ContainsFunc(x.Grants, holds) && (f.Open == nil || *f.Open == x.Open) {
			all = append(all, x)
		}
	}
	slices.SortFunc(all, func(a, b account.Sheet) int { return strings.Compare(a.Username, b.Username) })
	if n := len(all); total {
		page.Total = &n
	}
	all = slices.DeleteFunc(all, func(x account.Sheet) bool { return x.Username <= cursor })
	if page.Items = all[:min(limit, len(all))]; len(all) > limit {
		page.Next = all[limit-1].Username
	}
	return page, a.h.fault()
}

func (a *administration) StandsFor(context.Context, string) (account.Standing, error) {
	return account.Standing{Carried: []account.Carried{{Unit: "220402-D08", Cases: 2}}, First: 1}, nil
}

// change does something to an account, once for each key.
func (a *administration) change(username string, c account.Change, act func(x *account.Sheet) error) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if mark, used := a.keys[c.Key]; used && c.Key != "" {
		if mark != c.Fingerprint {
			return false, &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
		}
		return true, nil
	}
	x, ok := a.sheet(username)
	if !ok {
		return false, domain.NotFound()
	}
	if c.Seen != 0 && c.Seen != x.Version {
		return false, &domain.Error{Code: domain.CodeStale, Reason: "stale"}
	}
	if err := act(&x); err != nil {
		return false, err
	}
	x.Version++
	a.own[username], a.keys[c.Key] = x, c.Fingerprint
	return false, a.h.fault()
}

func (a *administration) CreateAccount(_ context.Context, u org.User, _ string, c account.Change) (bool, error) {
	if _, known := a.h.book.Users.User(u.Username); known {
		return false, domain.Faulty("username", "taken", "已有同名账号", "taken")
	}
	a.mu.Lock()
	if _, made := a.own[u.Username]; !made {
		a.own[u.Username] = account.Sheet{User: u, Open: true, CreatedAt: a.h.now, MustChange: true, Password: true}
	}
	a.mu.Unlock()
	return a.change(u.Username, c, func(*account.Sheet) error { return nil })
}

func (a *administration) RenameAccount(_ context.Context, username, zh, en string, c account.Change) (bool, error) {
	return a.change(username, c, func(x *account.Sheet) error { x.ZH, x.EN = zh, en; return nil })
}

func (a *administration) ChangeOffices(_ context.Context, username string, list []org.Grant, c account.Change) (bool, error) {
	return a.change(username, c, func(x *account.Sheet) error { x.Grants = list; return nil })
}

func (a *administration) CloseAccount(_ context.Context, username string, c account.Change) (int, bool, error) {
	again, err := a.change(username, c, func(x *account.Sheet) error { x.Open = false; return nil })
	return 2, again, err
}

func (a *administration) OpenAccount(_ context.Context, username string, c account.Change) (bool, error) {
	return a.change(username, c, func(x *account.Sheet) error { x.Open = true; return nil })
}

func (a *administration) PasswordOnce(_ context.Context, username, _ string, c account.Change) (bool, error) {
	return a.change(username, c, func(x *account.Sheet) error { x.MustChange = true; return nil })
}

func (a *administration) DropFactor(_ context.Context, username string, c account.Change) (bool, error) {
	return a.change(username, c, func(x *account.Sheet) error { x.Enrolled = false; return nil })
}

func (a *administration) EndSignIns(_ context.Context, username string, _ bool, c account.Change) error {
	_, err := a.change(username, c, func(x *account.Sheet) error { x.Sessions = 0; return nil })
	return err
}

func (a *administration) OfficeRequests(context.Context) ([]account.Request, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(a.asks), func(r account.Request) bool { return r.State != account.Waiting }), nil
}

func (a *administration) OfficeRequest(_ context.Context, id int64) (account.Request, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if id != 1 {
		return account.Request{}, domain.NotFound()
	}
	return a.asks[0], nil
}

func (a *administration) DecideOffices(_ context.Context, _ account.Request, to string, c account.Change) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.asks[0].State != account.Waiting {
		return domain.Refuse("not_waiting", "", "已审批", "decided already")
	}
	a.asks[0].State, a.asks[0].DecidedBy, a.asks[0].DecidedAt, a.asks[0].Note = to, c.By.Actor, a.h.now, c.Reason
	return nil
}
