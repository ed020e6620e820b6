package rulebook

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/catalogue"
	"huajie/domain/codes"
	"huajie/domain/grid"
	"huajie/domain/org"
	"huajie/domain/policy"
)

// The files of a rulebook.
const (
	fileOrg         = "org.yaml"
	fileLayouts     = "layouts.yaml"
	fileDepartments = "departments.yaml"
	fileCommunities = "communities.yaml"
	fileGrids       = "grids.yaml"
	fileShapes      = "grids.geojson"
	fileDuty        = "duty.yaml"
	fileEvents      = "events.yaml"
	filePolicy      = "policy.yaml"
	filePolicyDrill = "policy.drill.yaml"
	fileDrill       = "drill.yaml"
	fileDrillShapes = "drill.geojson"
	fileUsers       = "users.demo.yaml"
	fileNames       = "names.yaml"

	dirCodes    = "codes"
	dirPolicy   = "policy"
	dirCalendar = "calendar"
)

//go:embed data
var embedded embed.FS

// Data is the rulebook of Liaoyuan that ships with the product.
func Data() fs.FS {
	sub, err := fs.Sub(embedded, "data")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}

// Book is one version of all rules, immutable and safe for concurrent use.
type Book struct {
	Version  string // derived from the content of the files
	Org      *org.Tree
	Users    *org.Directory
	Codes    codes.Tables
	Policy   *policy.Book
	Calendar *calendar.Calendar
	Duty     *org.Catalogue
	Events   *catalogue.Events
	Grids    *grid.Index // where the grids are
	Warnings Faults      // what is odd but allowed, such as a grid of 943 households

	files map[string][]byte
	found []grid.Finding // about the grids, told in Warnings
}

// PolicyAt is the policy in force for a unit at a moment (§4: city → county →
// township).
func (b *Book) PolicyAt(unit string, when time.Time) policy.Set {
	return b.Policy.At(b.Org.Path(unit), when)
}

// Files is what the book was read from, by name: enough to load it again, so that
// a version can be kept as long as a case is judged by it.
func (b *Book) Files() map[string][]byte {
	out := make(map[string][]byte, len(b.files))
	for name, raw := range b.files {
		out[name] = slices.Clone(raw)
	}
	return out
}

// Option changes what is loaded.
type Option func(*loader)

// WithDrill adds the drill area 220498 with its policy in seconds. It is marked
// Drill and left out of statistics.
func WithDrill() Option { return func(l *loader) { l.drill = true } }

// Default loads the embedded rulebook.
func Default(opts ...Option) (*Book, error) { return Load(Data(), opts...) }

// Load reads and checks a rulebook. The error is Faults: everything wrong with
// every file.
func Load(fsys fs.FS, opts ...Option) (*Book, error) {
	l := newLoader(opts)
	l.collect(fsys)
	return l.load()
}

// Reload makes a book anew from what Files gave, drill area and all. A book kept by
// an earlier version of the product may name policy keys that are no more, and
// lack some that came later: the ones are passed over, the others hold as shipped.
func Reload(files map[string][]byte) (*Book, error) {
	_, drill := files[fileDrill]
	l := newLoader(nil)
	l.drill, l.files, l.kept = drill, files, true
	return l.load()
}

// Check makes a book of files that are to be published: nothing may be missing of what Reload would
// pass over. The error is Faults.
func Check(files map[string][]byte) (*Book, error) {
	_, drill := files[fileDrill]
	l := newLoader(nil)
	l.drill, l.files = drill, maps.Clone(files)
	return l.load()
}

// CalendarOf makes the calendar alone of files, sound or not as they may be otherwise.
func CalendarOf(files map[string][]byte) (*calendar.Calendar, Faults) {
	l := newLoader(nil)
	l.files = files
	c := l.parseCalendar("draft")
	return c, l.faults.sorted()
}

func newLoader(opts []Option) *loader {
	l := &loader{
		files: map[string][]byte{}, layouts: map[string]layout{}, unitAt: map[string]entry{}, shapeAt: map[string]Fault{}, rotaAt: map[string]entry{},
	}
	for _, o := range opts {
		o(l)
	}
	return l
}

// load parses and checks what was collected.
func (l *loader) load() (*Book, error) {
	l.stray()
	b := &Book{Version: versionOf(l.files), files: l.files}
	l.parseLayouts()
	l.parseDepartments()
	l.parseOrg()
	l.parsePlaces()
	l.parseShapes()
	rules := l.parseUsers()
	surnames, given := l.parseNames()
	types := l.parseEvents()
	b.Codes = l.parseCodes()
	b.Calendar = l.parseCalendar(b.Version)
	b.Policy = l.parsePolicy()
	b.Org = l.buildTree()
	b.Duty = l.parseDuty(b.Org)
	b.Events = l.buildEvents(b.Org, types)
	if len(l.faults) == 0 {
		b.Users = l.buildUsers(b.Org, rules, surnames, given)
	}
	l.buildGrids(b)
	if len(l.faults) > 0 {
		return nil, l.faults.sorted()
	}
	b.Warnings = l.warnings.sorted()
	return b, nil
}

// versionOf names the content: the same files always make the same version.
func versionOf(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s %d\n", name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
