package codes

import (
	"errors"
	"fmt"
	"slices"
)

// Item is one entry of a table.
type Item struct {
	Code    string `json:"code"`
	Key     string `json:"key,omitempty"` // English identifier where §8 gives one
	ZH      string `json:"zh"`
	EN      string `json:"en"`
	Parent  string `json:"parent,omitempty"`  // code of the class above, in two-level tables
	MapsTo  string `json:"maps_to,omitempty"` // code in the table of the newer list
	NoteZH  string `json:"note_zh,omitempty"` // condition of use
	Blocked bool   `json:"blocked,omitempty"` // listed only to be refused (§8.10 "not allowed")
}

// Canonical is the form in which the code is stored: key, else number.
func (i Item) Canonical() string {
	if i.Key != "" {
		return i.Key
	}
	return i.Code
}

// Table is one code list. MapsTo names the table its items map into, if any.
type Table struct {
	Name   string `json:"name"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Source string `json:"source"` // e.g. "§8.4 ZZ"
	Tag    string `json:"tag"`    // confidence A–D of §0.1
	MapsTo string `json:"maps_to,omitempty"`
	Items  []Item `json:"items"`
}

// Fault is one thing wrong with a table.
type Fault struct {
	Table, Code string
	ZH, EN      string
}

// Error tells table, code and what is wrong.
func (f *Fault) Error() string { return fmt.Sprintf("%s %s: %s", f.Table, f.Code, f.EN) }

type indexed struct {
	Table
	byAny map[string]int // code or key → position
}

// Tables is the set of all code lists, immutable and safe for concurrent use.
type Tables struct {
	names  []string
	tables map[string]*indexed
}

// NewTables checks and indexes the lists; all faults are joined: codes or keys
// used twice, labels missing, parents and mappings that lead nowhere.
func NewTables(list []Table) (Tables, error) {
	ts := Tables{tables: make(map[string]*indexed, len(list))}
	var fs []error
	fault := func(table, code, zh, en string) { fs = append(fs, &Fault{table, code, zh, en}) }
	for _, t := range list {
		if _, dup := ts.tables[t.Name]; dup || t.Name == "" {
			fault(t.Name, "", "表名重复或为空", "table name empty or used twice")
			continue
		}
		t.Items = slices.Clone(t.Items)
		ix := &indexed{Table: t, byAny: make(map[string]int, 2*len(t.Items))}
		ix.fill(fault)
		ts.tables[t.Name] = ix
		ts.names = append(ts.names, t.Name)
	}
	ts.checkMappings(fault)
	if len(fs) > 0 {
		return Tables{}, errors.Join(fs...)
	}
	return ts, nil
}

func (ix *indexed) fill(fault func(table, code, zh, en string)) {
	if len(ix.Items) == 0 {
		fault(ix.Name, "", "表为空", "table has no items")
	}
	for n, it := range ix.Items {
		if it.Code == "" || it.ZH == "" || it.EN == "" {
			fault(ix.Name, it.Code, "缺少编码或名称", "code or label missing")
		}
		names := []string{it.Code}
		if it.Key != "" && it.Key != it.Code {
			names = append(names, it.Key)
		}
		for _, name := range names {
			if _, dup := ix.byAny[name]; dup {
				fault(ix.Name, it.Code, "编码 "+name+" 重复", "code "+name+" used twice")
				continue
			}
			ix.byAny[name] = n
		}
	}
	for _, it := range ix.Items {
		if _, ok := ix.byAny[it.Parent]; it.Parent != "" && !ok {
			fault(ix.Name, it.Code, "上级编码 "+it.Parent+" 不存在", "parent "+it.Parent+" does not exist")
		}
	}
}

func (ts Tables) checkMappings(fault func(table, code, zh, en string)) {
	for _, name := range ts.names {
		t := ts.tables[name]
		for _, it := range t.Items {
			if it.MapsTo != "" && !ts.Has(t.MapsTo, it.MapsTo) {
				fault(name, it.Code, "映射目标 "+it.MapsTo+" 不存在", "mapping target "+it.MapsTo+" does not exist")
			}
		}
	}
}

// Names lists the tables in the order given.
func (ts Tables) Names() []string { return slices.Clone(ts.names) }

// Table finds a list by name.
func (ts Tables) Table(name string) (Table, bool) {
	ix, ok := ts.tables[name]
	if !ok {
		return Table{}, false
	}
	t := ix.Table
	t.Items = slices.Clone(t.Items)
	return t, true
}

// Item finds an entry by code or key.
func (ts Tables) Item(table, codeOrKey string) (Item, bool) {
	ix, ok := ts.tables[table]
	if !ok {
		return Item{}, false
	}
	n, ok := ix.byAny[codeOrKey]
	if !ok {
		return Item{}, false
	}
	return ix.Items[n], true
}

// Has tells whether the code or key may be chosen from the table; entries listed
// only to be refused do not count.
func (ts Tables) Has(table, codeOrKey string) bool {
	it, ok := ts.Item(table, codeOrKey)
	return ok && !it.Blocked
}

// Label gives the names of a code in both languages, the code itself when
// unknown.
func (ts Tables) Label(table, codeOrKey string) (zh, en string) {
	if it, ok := ts.Item(table, codeOrKey); ok {
		return it.ZH, it.EN
	}
	return codeOrKey, codeOrKey
}

// Canonical turns a code or key into the form in which it is stored.
func (ts Tables) Canonical(table, codeOrKey string) (string, bool) {
	it, ok := ts.Item(table, codeOrKey)
	if !ok || it.Blocked {
		return "", false
	}
	return it.Canonical(), true
}

// Options lists the canonical codes of a table that may be chosen, for forms.
func (ts Tables) Options(table string) []string {
	ix, ok := ts.tables[table]
	if !ok {
		return nil
	}
	var out []string
	for _, it := range ix.Items {
		if !it.Blocked {
			out = append(out, it.Canonical())
		}
	}
	return out
}

// Map translates a code of an older list into the newer one, canonical there:
// the 24-item dispute list of §8.4 into its four-digit codes.
func (ts Tables) Map(table, codeOrKey string) (string, bool) {
	it, ok := ts.Item(table, codeOrKey)
	if !ok || it.MapsTo == "" {
		return "", false
	}
	return ts.Canonical(ts.tables[table].MapsTo, it.MapsTo)
}
