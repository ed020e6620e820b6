package rulebook

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"huajie/domain/codes"
	"huajie/domain/grid"
	"huajie/domain/org"
)

// loader reads the files into plain values, noting where each came from, so that
// a fault found later by a domain package can name file and line.
type loader struct {
	files  map[string][]byte
	faults Faults
	drill  bool
	kept   bool // an older book, from before keys were added or dropped

	layouts  map[string]layout
	units    []org.Unit
	unitAt   map[string]entry // unit → where it is written
	grids    []grid.Grid      // what the tree does not hold of them
	shapeAt  map[string]Fault // grid → where its area is written
	points   []org.ServicePoint
	rota     []org.Rota
	rotaAt   map[string]entry // county → where its rota is written
	eventAt  map[string]entry // kind of event → where it is written
	depts    []department
	tables   []codes.Table
	warnings Faults
}

// size limits of what is read: a rulebook is small, and a wrong mount should not
// fill the memory.
var sizes = map[string]int{".yaml": 4 << 20, ".geojson": 32 << 20}

const maxFiles = 500

func (l *loader) fault(file string, line int, key, zh, en string) {
	l.faults = append(l.faults, Fault{File: file, Line: line, Key: key, ZH: zh, EN: en})
}

// collect reads every file of the file system that may be one of a rulebook into memory.
func (l *loader) collect(fsys fs.FS) {
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		most, ours := sizes[path.Ext(name)]
		if d.IsDir() || !ours {
			return nil
		}
		if len(l.files) >= maxFiles {
			return errors.New("too many files")
		}
		raw, err := fs.ReadFile(fsys, name)
		if err != nil || len(raw) > most {
			l.fault(name, 0, "", "文件无法读取或过大", "file cannot be read or is too large")
			return nil
		}
		l.files[name] = raw
		return nil
	})
	if err != nil {
		l.fault(".", 0, "", "目录无法读取", "folder cannot be read: "+err.Error())
	}
	if !l.drill { // not part of this book, nor of its version
		delete(l.files, fileDrill)
		delete(l.files, filePolicyDrill)
		delete(l.files, fileDrillShapes)
	}
}

// under lists the files of a folder, in order.
func (l *loader) under(dir string) []string {
	var out []string
	for name := range l.files {
		if strings.HasPrefix(name, dir+"/") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// stray reports files nobody reads: most often a name mistyped.
func (l *loader) stray() {
	known := []string{
		fileOrg, fileLayouts, fileDepartments, fileCommunities, fileGrids, fileShapes, fileDuty, fileEvents,
		filePolicy, filePolicyDrill, fileDrill, fileDrillShapes, fileUsers, fileNames,
	}
	for name := range l.files {
		dir := path.Dir(name)
		if !slices.Contains(known, name) && dir != dirCodes && dir != dirPolicy && dir != dirCalendar {
			l.fault(name, 0, "", "未知的文件", "unknown file")
		}
	}
}

// domainFaults turns the joined errors of a domain package into faults by asking
// where each belongs.
func (l *loader) domainFaults(err error, place func(error)) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			l.domainFaults(e, place)
		}
		return
	}
	if err != nil {
		place(err)
	}
}
