package org

import (
	"errors"
	"slices"
	"strings"
)

// Grant is one office: a role held in a unit. Point narrows a window clerk to
// one service point of the centre (§2.1: "county centre, by window").
type Grant struct {
	Role  Role   `json:"role"`
	Unit  string `json:"unit"`
	Point string `json:"point,omitempty"`
}

// User is an account of the organisation. Names are invented in demo data.
type User struct {
	Username string  `json:"username"`
	ZH       string  `json:"zh"`
	EN       string  `json:"en"`
	Grants   []Grant `json:"grants"`
}

// Holds tells whether the user has the role in any unit.
func (u User) Holds(role Role) bool {
	return slices.ContainsFunc(u.Grants, func(g Grant) bool { return g.Role == role })
}

// Officer tells whether the user holds any office of the house.
func (u User) Officer() bool {
	return slices.ContainsFunc(u.Grants, func(g Grant) bool { return g.Role.Officer() })
}

// HoldsAt tells whether the user has the role in exactly that unit.
func (u User) HoldsAt(role Role, unit string) bool {
	return slices.ContainsFunc(u.Grants, func(g Grant) bool { return g.Role == role && g.Unit == unit })
}

type office struct {
	role Role
	unit string
}

// Directory is the immutable list of users by name and by office.
type Directory struct {
	users   []User
	byName  map[string]int
	offices map[office][]int
}

// NewDirectory checks every user against the tree and joins all faults: names
// missing or used twice, unknown roles, units and service points.
func NewDirectory(tree *Tree, users []User) (*Directory, error) {
	d := &Directory{byName: map[string]int{}, offices: map[office][]int{}}
	var fs faults
	for _, u := range users {
		d.add(tree, u, &fs)
	}
	if len(fs) > 0 {
		return nil, errors.Join(fs...)
	}
	return d, nil
}

func (d *Directory) add(tree *Tree, u User, fs *faults) {
	name := u.Username
	if name == "" || strings.TrimSpace(name) != name {
		fs.add(name, "username", "用户名为空或含空格", "username is empty or padded")
	}
	if _, dup := d.byName[name]; dup {
		fs.add(name, "username", "用户名重复", "username used twice")
		return
	}
	if u.ZH == "" || u.EN == "" {
		fs.add(name, "name", "缺少姓名", "name missing in one language")
	}
	if len(u.Grants) == 0 {
		fs.add(name, "grants", "没有任何岗位", "holds no office")
	}
	i := len(d.users)
	u.Grants = slices.Clone(u.Grants)
	d.users = append(d.users, u)
	d.byName[name] = i
	for _, g := range u.Grants {
		if !g.Role.Valid() {
			fs.add(name, "role", "未知角色 %s", "unknown role %s", g.Role)
		}
		if _, ok := tree.Unit(g.Unit); !ok {
			fs.add(name, "unit", "未知单位 %s", "unknown unit %s", g.Unit)
		}
		if _, ok := tree.Point(g.Unit, g.Point); g.Point != "" && !ok {
			fs.add(name, "point", "该单位没有服务点 %s", "unit has no service point %s", g.Point)
		}
		o := office{g.Role, g.Unit}
		d.offices[o] = append(d.offices[o], i)
	}
}

// User finds an account by name.
func (d *Directory) User(username string) (User, bool) {
	i, ok := d.byName[username]
	if !ok {
		return User{}, false
	}
	return d.copy(i), true
}

// Users lists every account in the order given.
func (d *Directory) Users() []User {
	out := make([]User, len(d.users))
	for i := range d.users {
		out[i] = d.copy(i)
	}
	return out
}

// Len is the number of accounts.
func (d *Directory) Len() int { return len(d.users) }

// Holding lists who has the role in exactly that unit, in the order given: the
// addressees of a notice to an office.
func (d *Directory) Holding(role Role, unit string) []User {
	idx := d.offices[office{role, unit}]
	out := make([]User, len(idx))
	for i, j := range idx {
		out[i] = d.copy(j)
	}
	return out
}

func (d *Directory) copy(i int) User {
	u := d.users[i]
	u.Grants = slices.Clone(u.Grants)
	return u
}
