package rulebook

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"huajie/domain"
	"huajie/domain/grid"
	"huajie/domain/org"
	"huajie/rulebook/gridfile"
)

// GridFile is a file of grids as an office has it: GeoJSON, or CSV by its name.
type GridFile struct {
	Name string
	Raw  []byte
}

// Import is a rulebook with grids from files in it.
type Import struct {
	Book     *Book
	Changed  map[string][]byte // the files that differ from the rulebook before, by name
	Added    int               // grids
	Replaced int               // grids known before
	Founded  int               // communities and villages that were not known
	Warnings Faults            // about the grids of the files, at their place there
	Found    []grid.Finding    // the same, by grid
	Grids    []Delivered       // the grids of the files, in their order
}

// Delivered is a grid of a file.
type Delivered struct {
	Code  string
	Name  domain.Text
	Known bool // to the rulebook before: it is replaced
}

// ImportGrids puts the grids of files into a rulebook: a grid with a known code is
// replaced, any other added. A community or village that the rulebook does not
// know is added where the file names it. The error is Faults: everything wrong with
// every file, and then nothing comes of the others either.
func ImportGrids(fsys fs.FS, from ...GridFile) (*Import, error) {
	var opts []Option
	if _, err := fs.Stat(fsys, fileDrill); err == nil {
		opts = append(opts, WithDrill())
	}
	base, err := Load(fsys, opts...)
	if err != nil {
		return nil, err
	}
	return importInto(base, opts, from)
}

// importInto puts the grids of files into a sound book.
func importInto(base *Book, opts []Option, from []GridFile) (*Import, error) {
	d := &delivery{base: base, at: map[string]Fault{}, founded: map[string]org.Unit{}}
	for _, f := range from {
		d.read(f)
	}
	d.check()
	if len(d.faults) > 0 {
		return nil, d.faults.sorted()
	}
	return d.merge(opts)
}

// delivery is what the files bring.
type delivery struct {
	base    *Book
	rows    []gridfile.Row
	at      map[string]Fault    // grid → its place in a file
	founded map[string]org.Unit // communities and villages to add
	faults  Faults
}

func (d *delivery) read(f GridFile) {
	parse := gridfile.ParseGeoJSON
	if strings.EqualFold(path.Ext(f.Name), ".csv") {
		parse = gridfile.ParseCSV
	}
	rows, faults := parse(f.Raw)
	for _, x := range faults {
		d.faults = append(d.faults, Fault{f.Name, x.Line, strings.TrimSuffix(x.Key, ": "), x.ZH, x.EN})
	}
	if len(rows) == 0 && len(faults) == 0 {
		d.faults = append(d.faults, Fault{File: f.Name, ZH: "文件中没有网格", EN: "there is no grid in the file"})
	}
	for _, r := range rows {
		if r.Code == "" {
			continue // told when it was read
		}
		place := Fault{File: f.Name, Line: r.Line, Key: r.Code}
		if other, twice := d.at[r.Code]; twice && other.File != f.Name {
			d.fault(place, "其他文件已有此网格", "the grid is in "+other.File+", too")
			continue
		}
		d.at[r.Code] = place
		d.rows = append(d.rows, r)
	}
}

func (d *delivery) fault(place Fault, zh, en string) {
	place.ZH, place.EN = zh, en
	d.faults = append(d.faults, place)
}

// check finds the place of every grid in the organisation, names what has no
// English name, and looks at the areas.
func (d *delivery) check() {
	tree := d.base.Org
	grids := make([]grid.Grid, len(d.rows))
	for i := range d.rows {
		r := &d.rows[i]
		place := d.at[r.Code]
		home, known := tree.Unit(r.Code[:12])
		if !known {
			home, known = d.found(r, place)
		}
		if known && r.Name.EN == "" {
			n, _ := strconv.Atoi(r.Code[12:]) // digits
			r.Name.EN = fmt.Sprintf("%s grid %d", home.EN, n)
		}
		grids[i] = r.Grid
	}
	for _, f := range grid.Check(grids, func(string) (int, int) { return 0, math.MaxInt }, 0) {
		if f.Hard {
			d.fault(d.at[f.Code], f.ZH, f.EN)
		}
	}
}

// found adds the community or village of a grid to those the rulebook has to learn.
// The statistical codes of villages begin with 2 and 3, those of communities with
// 0 and 1; under a reserved 9 the kind follows that of the township.
func (d *delivery) found(r *gridfile.Row, place Fault) (org.Unit, bool) {
	id, township := r.Code[:12], r.Code[:9]
	t, ok := d.base.Org.Unit(township)
	if !ok || !t.Kind.Township() {
		d.fault(place, "编码前9位不是任何乡镇(街道)", "the first 9 digits are those of no street, town or township")
		return org.Unit{}, false
	}
	if u, ok := d.founded[id]; ok {
		return u, true
	}
	if r.Community.ZH == "" {
		d.fault(place, "社区(村) "+id+" 不在规则库中,请填写其名称(community)", "community or village "+id+" is not in the rulebook: give its name (community)")
		return org.Unit{}, false
	}
	u := org.Unit{ID: id, Parent: township, Kind: org.KindVillage, ZH: r.Community.ZH, EN: r.Community.EN}
	suffix := id[9:]
	if suffix < "200" || suffix >= "400" && t.Kind == org.KindStreet {
		u.Kind = org.KindCommunity
	}
	if u.EN == "" {
		u.EN = map[org.Kind]string{org.KindCommunity: "Community ", org.KindVillage: "Village "}[u.Kind] + suffix + ", " + t.EN
	}
	d.founded[id] = u
	return u, true
}

// merge writes the grids into the files and loads them.
func (d *delivery) merge(opts []Option) (*Import, error) {
	files := d.base.Files()
	for name, edit := range map[string]func([]byte) ([]byte, error){
		fileCommunities: d.settlements, fileGrids: d.listing, fileShapes: d.shapes,
	} {
		raw, err := edit(files[name])
		if err != nil {
			return nil, fmt.Errorf("rulebook: %s: %w", name, err)
		}
		files[name] = raw
	}
	l := newLoader(opts)
	l.files = files
	book, err := l.load()
	if err != nil {
		return nil, err
	}
	out := &Import{Book: book, Changed: map[string][]byte{}, Founded: len(d.founded)}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !bytes.Equal(files[name], d.base.files[name]) {
			out.Changed[name] = files[name]
		}
	}
	for _, r := range d.rows {
		_, known := d.base.Grids.Grid(r.Code)
		out.Grids = append(out.Grids, Delivered{r.Code, r.Name, known})
		if known {
			out.Replaced++
		} else {
			out.Added++
		}
	}
	for _, f := range book.found {
		place, ours := d.at[f.Code]
		if !ours {
			place, ours = d.at[f.Other]
		}
		if ours {
			place.ZH, place.EN = f.ZH, f.EN
			out.Warnings, out.Found = append(out.Warnings, place), append(out.Found, f)
		}
	}
	out.Warnings = out.Warnings.sorted()
	return out, nil
}

// shapes is the file of areas with those of the delivery. A grid delivered without
// an area has none any more.
func (d *delivery) shapes(raw []byte) ([]byte, error) {
	var kept []gridfile.Shape
	if len(raw) > 0 {
		old, _ := gridfile.ParseShapes(raw) // the book has been loaded from it
		for _, s := range old {
			if _, ours := d.at[s.Code]; !ours {
				kept = append(kept, s)
			}
		}
	}
	for _, r := range d.rows {
		if r.Shaped() {
			kept = append(kept, gridfile.Shape{Code: r.Code, Provisional: r.Provisional, Area: r.Area})
		}
	}
	return gridfile.WriteShapes(kept), nil
}
