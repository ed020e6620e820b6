package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"huajie/domain/account"
	"huajie/domain/org"
	"huajie/domain/view"
)

// Administration keeps accounts and their offices for administrators (§2.1 sys_admin). What
// changes something is on the audit log, or not done; again is true when the key of a change
// was used for the same before.
type Administration interface {
	// Sheets gives a page of accounts by name, Sheet one of them, open or closed.
	Sheets(ctx context.Context, f account.Search, cursor string, limit int, total bool) (account.SheetPage, error)
	Sheet(ctx context.Context, username string) (account.Sheet, error)
	// StandsFor tells how much still stands in the name of an account.
	StandsFor(ctx context.Context, username string) (account.Standing, error)
	CreateAccount(ctx context.Context, u org.User, password string, c account.Change) (again bool, err error)
	RenameAccount(ctx context.Context, username, zh, en string, c account.Change) (again bool, err error)
	// ChangeOffices gives an account other offices, or has the change wait for a second person.
	ChangeOffices(ctx context.Context, username string, list []org.Grant, c account.Change) (again bool, err error)
	// CloseAccount tells how many cases go back to their desks.
	CloseAccount(ctx context.Context, username string, c account.Change) (cases int, again bool, err error)
	OpenAccount(ctx context.Context, username string, c account.Change) (again bool, err error)
	PasswordOnce(ctx context.Context, username, password string, c account.Change) (again bool, err error)
	DropFactor(ctx context.Context, username string, c account.Change) (again bool, err error)
	// EndSignIns ends every sign-in, or with tokens what was made for programs.
	EndSignIns(ctx context.Context, username string, tokens bool, c account.Change) error
	// OfficeRequests lists what waits for a second person, OfficeRequest gives one.
	OfficeRequests(ctx context.Context) ([]account.Request, error)
	OfficeRequest(ctx context.Context, id int64) (account.Request, error)
	// DecideOffices ends a request that waits: account.Approved, Declined or Withdrawn.
	DecideOffices(ctx context.Context, r account.Request, to string, c account.Change) error
}

// administrationRoutes are the routes by which accounts and offices are administered (§2.1
// sys_admin, decision 23).
func (s *server) administrationRoutes() {
	get(s, "/accounts", "list-accounts", tagAdmin, "List accounts", s.listAccounts)
	post(s, "/accounts", "create-account", tagAdmin, "Make an account; its password for one sign-in is told once", schemaOf(newAccountFields, false), http.StatusCreated, s.createAccount)
	get(s, "/accounts/{username}", "get-account", tagAdmin, "Show an account: its offices and state, and how much stands in its name", s.getAccount)
	post(s, "/accounts/{username}/names", "rename-account", tagAdmin, "Change what somebody is called", schemaOf(namesFields, false), http.StatusOK, s.renameAccount)
	post(s, "/accounts/{username}/offices", "change-offices", tagAdmin, "Change the offices; supervising and administering ones wait for a second person", schemaOf(officesFields, false), http.StatusOK, s.changeOffices)
	post(s, "/accounts/{username}/closing", "close-account", tagAdmin, "Close an account: its sign-ins end, what it carries goes back to the desks", schemaOf(whyFields, false), http.StatusOK, s.closeAccount)
	post(s, "/accounts/{username}/opening", "open-account", tagAdmin, "Open an account again", schemaOf(whyFields, false), http.StatusOK, s.openAccount)
	post(s, "/accounts/{username}/password", "reset-password", tagAdmin, "Give a password for one sign-in; it is told once, and everything signed in ends", schemaOf(whyFields, false), http.StatusOK, s.resetPassword)
	post(s, "/accounts/{username}/second-factor/removal", "reset-second-factor", tagAdmin, "Take the second factor away from who has lost it", schemaOf(whyFields, false), http.StatusOK, s.resetFactor)
	register(s, operation(http.MethodDelete, basePath+"/accounts/{username}/sessions", "end-account-sessions", tagAdmin, "End every sign-in of an account"), http.StatusNoContent, nil, true, s.endAccount(false))
	register(s, operation(http.MethodDelete, basePath+"/accounts/{username}/tokens", "end-account-tokens", tagAdmin, "End every token of the programs of an account"), http.StatusNoContent, nil, true, s.endAccount(true))
	get(s, "/account-offices", "list-offices", tagAdmin, "Which offices there are, and in which units they are held", s.listOffices)
	get(s, "/account-requests", "list-office-requests", tagAdmin, "Changes of offices that wait for a second person", s.listOfficeRequests)
	post(s, "/account-requests/{id}/decision", "decide-offices", tagAdmin, "Agree to a change of offices as the second person, decline it, or take the own one back", schemaOf(officeDecisionFields, false), http.StatusOK, s.decideOffices)
}

// AccountView is an account as an administrator sees it: nothing of any case.
type AccountView struct {
	Username     string    `json:"username"`
	ZH           string    `json:"zh"`
	EN           string    `json:"en"`
	Offices      []Office  `json:"offices"`
	Open         bool      `json:"open"`
	Own          bool      `json:"own" doc:"the caller's: nobody administers their own"`
	Guarded      bool      `json:"guarded" doc:"holds a supervising or administering office: a second person agrees to other offices, and password, second factor and opening are for the operator"`
	Administered bool      `json:"administered" doc:"made or changed by an administrator: a list of accounts that is loaded leaves it alone"`
	CreatedAt    time.Time `json:"created_at"`
	ClosedAt     time.Time `json:"closed_at,omitzero"`
	SignedInAt   time.Time `json:"signed_in_at,omitzero" doc:"the last sign-in; absent: never"`
	HasPassword  bool      `json:"has_password"`
	MustChange   bool      `json:"must_change_password" doc:"the password is one for one sign-in"`
	Factor       bool      `json:"second_factor"`
	FactorNeeded bool      `json:"second_factor_required"`
	Bound        bool      `json:"identity_bound" doc:"to an identity at the provider of single sign-on"`
	Sessions     int       `json:"sessions"`
	Tokens       int       `json:"tokens" doc:"of programs"`
}

// AccountDetail is one account.
type AccountDetail struct {
	AccountView
	Carried  []CarriedView      `json:"carried" doc:"open cases that name the account as handler or owner, by the unit whose desk takes them over when it is closed"`
	First    int                `json:"first_responder_of" doc:"open cases"`
	Waiting  *OfficeRequestView `json:"waiting,omitempty" doc:"a change of offices that waits for a second person"`
	Password string             `json:"password,omitempty" doc:"for one sign-in, told once"`
	Returned int                `json:"returned,omitempty" doc:"open cases that go back to their desks, after a closing"`
}

// CarriedView counts open cases of a unit; never which.
type CarriedView struct {
	Unit   string `json:"unit"`
	UnitZH string `json:"unit_zh"`
	UnitEN string `json:"unit_en"`
	Cases  int    `json:"cases"`
}

type accountOutput struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         AccountDetail
}

// AccountList is a page of accounts.
type AccountList struct {
	Items []AccountView `json:"items"`
	Next  string        `json:"next_cursor,omitempty"`
	Total *int          `json:"total,omitempty"`
}

type accountsOutput struct{ Body AccountList }

type accountsInput struct {
	Query  string   `query:"q" maxLength:"100" doc:"part of the account or of a name"`
	Unit   string   `query:"unit" maxLength:"40" doc:"an office in this unit or below it"`
	Role   roleName `query:"role" doc:"holds this office; with unit, there"`
	Open   string   `query:"open" enum:"true,false" doc:"open or closed ones only"`
	Never  string   `query:"never_signed_in" enum:"true" doc:"only who has never signed in"`
	Factor string   `query:"factor_missing" enum:"true" doc:"only who needs a second factor and has none"`
	Cursor string   `query:"cursor" maxLength:"300" doc:"next_cursor of the page before"`
	Limit  int      `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Total  string   `query:"total" enum:"true,false" doc:"also count everything that matches"`
}

func (s *server) listAccounts(ctx context.Context, in *accountsInput) (*accountsOutput, error) {
	f := account.Search{Text: in.Query, Role: org.Role(in.Role), Open: yesNo(in.Open), NeverSignedIn: in.Never == "true"}
	if in.Unit != "" {
		tree := s.tree()
		if _, ok := tree.Unit(in.Unit); !ok {
			return nil, unknownCode("unit")
		}
		for _, u := range tree.Units() {
			if tree.Within(u.ID, in.Unit) {
				f.Units = append(f.Units, u.ID)
			}
		}
	}
	if in.Factor == "true" {
		f.WithoutFactor = append([]org.Role{}, s.SignIn.FactorRoles...)
	}
	page, err := s.Administration.Sheets(ctx, f, in.Cursor, in.Limit, in.Total == "true")
	if err != nil {
		return nil, err
	}
	out := &accountsOutput{AccountList{Items: []AccountView{}, Next: page.Next, Total: page.Total}}
	for _, x := range page.Items {
		out.Body.Items = append(out.Body.Items, s.accountView(ctx, x))
	}
	return out, nil
}

func (s *server) accountView(ctx context.Context, x account.Sheet) AccountView {
	return AccountView{Username: x.Username, ZH: x.ZH, EN: x.EN, Offices: s.officesOf(x.Grants), Open: x.Open, Own: x.Username == callerOf(ctx).user.Username,
		Guarded: account.HoldsGuarded(x.Grants), Administered: x.Administered, CreatedAt: x.CreatedAt, ClosedAt: x.ClosedAt, SignedInAt: x.SignedInAt,
		HasPassword: x.Password, MustChange: x.MustChange, Factor: x.Enrolled, FactorNeeded: slices.ContainsFunc(s.SignIn.FactorRoles, x.Holds),
		Bound: x.Bound, Sessions: x.Sessions, Tokens: x.Tokens}
}

// officesOf names offices.
func (s *server) officesOf(list []org.Grant) []Office {
	out, tree := []Office{}, s.tree()
	for _, g := range list {
		zh, en := g.Role.Label()
		unit, _ := tree.Unit(g.Unit)
		out = append(out, Office{g.Role, zh, en, g.Unit, unit.ZH, unit.EN, g.Point})
	}
	return out
}

// ByAccount names an account in the path.
type ByAccount struct {
	Username string `path:"username" maxLength:"100"`
}

type accountInput struct{ ByAccount }

func (s *server) getAccount(ctx context.Context, in *accountInput) (*accountOutput, error) {
	return s.showAccount(ctx, in.Username)
}

// showAccount answers with an account as it is now.
func (s *server) showAccount(ctx context.Context, username string) (*accountOutput, error) {
	x, err := s.Administration.Sheet(ctx, username)
	if err != nil {
		return nil, err
	}
	stands, err := s.Administration.StandsFor(ctx, username)
	if err != nil {
		return nil, err
	}
	out := &accountOutput{ETag: etag(x.Version), CacheControl: "private, no-store", Body: AccountDetail{AccountView: s.accountView(ctx, x), Carried: []CarriedView{}, First: stands.First}}
	for _, c := range stands.Carried {
		u, _ := s.tree().Unit(c.Unit)
		out.Body.Carried = append(out.Body.Carried, CarriedView{c.Unit, u.ZH, u.EN, c.Cases})
	}
	if stands.Waiting != nil {
		v := s.requestView(callerOf(ctx), *stands.Waiting)
		out.Body.Waiting = &v
	}
	return out, nil
}

// OfficeSeat is an office, and where it is held.
type OfficeSeat struct {
	Role       org.Role   `json:"role"`
	ZH         string     `json:"zh"`
	EN         string     `json:"en"`
	Kinds      []org.Kind `json:"kinds" doc:"kinds of unit it is held in"`
	Department string     `json:"department,omitempty" doc:"short code of the only department it is held in"`
	Guarded    bool       `json:"guarded" doc:"a second person is needed to give or take it"`
	Alone      bool       `json:"alone" doc:"held with no other office"`
}

// SeatPoint is a service point an office may be narrowed to.
type SeatPoint struct {
	Unit string `json:"unit"`
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// OfficeSeats are the offices there are, and the service points of units.
type OfficeSeats struct {
	Items  []OfficeSeat `json:"items"`
	Points []SeatPoint  `json:"points"`
}

type officeSeatsOutput struct{ Body OfficeSeats }

func (s *server) listOffices(context.Context, *struct{}) (*officeSeatsOutput, error) {
	out := &officeSeatsOutput{OfficeSeats{Items: []OfficeSeat{}, Points: []SeatPoint{}}}
	for _, r := range org.Roles() {
		out.Body.Items = append(out.Body.Items, OfficeSeat{r.Role, r.ZH, r.EN, account.Seats(r.Role), account.Department(r.Role), account.Guarded(r.Role), account.HeldAlone(r.Role)})
	}
	tree := s.tree()
	for _, u := range tree.Units() {
		for _, p := range tree.Points(u.ID) {
			out.Body.Points = append(out.Body.Points, SeatPoint{u.ID, p.Code, p.ZH, p.EN})
		}
	}
	return out, nil
}

// OfficeRequestView is a change of offices that one person alone does not make.
type OfficeRequestView struct {
	ID        int64     `json:"id"`
	Username  string    `json:"username"`
	ZH        string    `json:"zh"`
	EN        string    `json:"en"`
	Before    []Office  `json:"before"`
	After     []Office  `json:"after"`
	Reason    string    `json:"reason"`
	By        string    `json:"requested_by"`
	At        time.Time `json:"requested_at"`
	LapsesAt  time.Time `json:"lapses_at"`
	State     string    `json:"state" enum:"waiting,approved,declined,withdrawn,lapsed"`
	DecidedBy string    `json:"decided_by,omitempty"`
	DecidedAt time.Time `json:"decided_at,omitzero"`
	Note      string    `json:"note,omitempty"`
	MayDecide bool      `json:"may_decide" doc:"the caller may be the second person"`
	Own       bool      `json:"own" doc:"the caller asked for it, and may take it back"`
}

func (s *server) requestView(who caller, r account.Request) OfficeRequestView {
	return OfficeRequestView{ID: r.ID, Username: r.Username, ZH: r.ZH, EN: r.EN, Before: s.officesOf(r.Before), After: s.officesOf(r.After), Reason: r.Reason,
		By: r.By, At: view.Local(r.At), LapsesAt: r.At.Add(account.Patience), State: r.State, DecidedBy: r.DecidedBy, DecidedAt: r.DecidedAt, Note: r.Note,
		MayDecide: r.State == account.Waiting && r.MayDecide(who.actor), Own: r.By == who.user.Username}
}
