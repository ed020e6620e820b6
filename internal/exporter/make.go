package exporter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/export"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/internal/sheet"
)

// make makes the file of an export and puts it away. The rights of who asked are looked at
// now, whatever they were then.
func (m *Maker) make(ctx context.Context, e *export.Export) error {
	user, err := m.People.UserNamed(ctx, e.By)
	if domain.CodeOf(err) == domain.CodeNotFound {
		return domain.Forbid("account_closed", "§2.2 data.export", "申请人账号已停用", "the account of who asked is closed")
	}
	if err != nil {
		return err
	}
	actor := domain.Actor{User: user.Username, Grants: user.Grants}
	now := m.now()
	rules := m.Rules.Rules("", "", now)
	if err := e.StillHolds(actor, rules.Org); err != nil {
		return err
	}
	if err := m.room(); err != nil {
		return err
	}
	file, err := os.CreateTemp(m.Dir, ownFiles+"*")
	if err != nil {
		return err
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	out, err := sheet.New(e.Format, file, m.Dir, markOf(*e, user, now), export.Header(e.List, e.Columns))
	if err != nil {
		return err
	}
	defer out.Abandon()
	p := &pen{Maker: m, e: e, out: out, terms: export.Terms{Rules: rules, Now: now, Actor: actor, People: e.Persons()}, actor: actor}
	if err := p.rows(ctx); err != nil {
		return err
	}
	ended, err := out.Close()
	if err != nil {
		return err
	}
	return m.putAway(ctx, e, file, ended)
}

// room makes the folder that files are made in: nobody else on the machine reads it.
func (m *Maker) room() error {
	if m.Dir == "" {
		return nil
	}
	return os.MkdirAll(m.Dir, 0o700)
}

// strayAge is how old a file is that nobody is writing any more: a process has died with it.
const strayAge = time.Hour

// What files are called that are being written: ours, and those that rows of a book are put
// aside in.
const (
	ownFiles  = "huajie-export-"
	bookFiles = "excelize-"
)

// clear deletes what processes that have died were writing, and nothing else: somebody may
// have the finished files lie in the same folder.
func (m *Maker) clear() error {
	if m.Dir == "" {
		return nil
	}
	list, err := os.ReadDir(m.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, f := range list {
		if f.IsDir() || !strings.HasPrefix(f.Name(), ownFiles) && !strings.HasPrefix(f.Name(), bookFiles) {
			continue
		}
		if info, gone := f.Info(); gone == nil && m.now().Sub(info.ModTime()) > strayAge {
			err = errors.Join(err, os.Remove(filepath.Join(m.Dir, f.Name())))
		}
	}
	return err
}

// putAway keeps a file that is whole, and notes so.
func (m *Maker) putAway(ctx context.Context, e *export.Export, file *os.File, ended sheet.Ended) error {
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := m.Files.Keep(ctx, e.FileName(), file, e.Format.Media()); err != nil {
		return err
	}
	e.Rows, e.Sum, e.Size, e.ReadyAt = ended.Rows, ended.Sum, size, m.now()
	e.ExpiresAt = e.ReadyAt.Add(m.KeepFor)
	return m.Jobs.FinishExport(ctx, *e)
}

// titles name the lists in a file.
var titles = map[export.List]string{export.Cases: "办件", export.Overdue: "超期办件", export.Whistles: "吹哨报到", export.Members: "网格员235统计"}

func markOf(e export.Export, user org.User, now time.Time) sheet.Mark {
	m := sheet.Mark{ID: e.ID, Title: titles[e.List], By: e.By, Name: user.ZH, Reason: e.Reason, Terms: asked(e.Query), At: now}
	for _, entry := range e.Trail {
		if entry.Act == export.Approved {
			m.Second = entry.By
		}
	}
	return m
}

// asked writes the parameters of a request as an address has them: what somebody has put into
// a value stays one value.
func asked(query json.RawMessage) string {
	values := url.Values{}
	if json.Unmarshal(query, &values) != nil {
		return string(query)
	}
	return values.Encode()
}

// pen writes the rows of one export.
type pen struct {
	*Maker
	e     *export.Export
	out   sheet.File
	terms export.Terms
	actor domain.Actor
}

func (p *pen) rows(ctx context.Context) error {
	scope := export.Scope(p.actor, p.e.Identities, p.terms.Rules.Org)
	switch p.e.List {
	case export.Cases, export.Overdue:
		var q export.CaseQuery
		if err := read(p.e.Filter, &q); err != nil {
			return err
		}
		q.Filter.Now = p.terms.Now
		return p.Lists.ExportCases(ctx, scope, q.Filter, q.Sort, p.terms, func(total int, rows []export.CaseRow) error {
			return write(ctx, p, total, rows, export.CaseCells)
		})
	case export.Whistles:
		var f view.WhistleFilter
		if err := read(p.e.Filter, &f); err != nil {
			return err
		}
		f.Now = p.terms.Now
		return p.Lists.ExportWhistles(ctx, scope, f, func(total int, rows []export.WhistleRow) error {
			return write(ctx, p, total, rows, export.WhistleCells)
		})
	case export.Members:
		var f view.MemberFilter
		if err := read(p.e.Filter, &f); err != nil {
			return err
		}
		return p.Members.ExportMembers(ctx, p.actor, f, func(rows []export.MemberRow) error {
			return write(ctx, p, p.e.Rows+len(rows), rows, export.MemberCells)
		})
	}
	return fmt.Errorf("exporter: no list %q", p.e.List)
}

func read(raw json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errors.Join(domain.Refuse("filter_unreadable", "", "查询条件已无法识别,请重新申请", "what was asked for cannot be read any more; ask again"), err)
	}
	return nil
}

// write writes some rows and tells how far it has come.
func write[R any](ctx context.Context, p *pen, total int, rows []R, cells func([]string, R, export.Terms) []export.Cell) error {
	most := p.Most
	if p.e.Format == export.XLSX {
		most = min(most, sheet.MostRows)
	}
	if total > most {
		return sheet.TooMany(total, most, p.e.Format)
	}
	for _, r := range rows {
		if err := p.out.Row(cells(p.e.Columns, r, p.terms)); err != nil {
			return err
		}
	}
	p.e.Rows, p.e.Estimated = p.e.Rows+len(rows), total
	return p.Jobs.ProgressExport(ctx, *p.e, p.now().Add(lease))
}
