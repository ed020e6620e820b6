// Package recorded reads in the sources of a machine which types of event it can record. A test
// that plays cases sees what it plays; this sees what nobody has played yet.
package recorded

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"huajie/domain"
)

// Named fails unless the labels name exactly the types of event that the package of the test
// records, those every machine does, and those of the packages beside it that it takes steps
// from, each in both languages.
func Named(t *testing.T, labels map[string]domain.Text, beside ...string) {
	t.Helper()
	recorded := map[string]bool{}
	dirs := []string{"."}
	for _, name := range append(beside, "machine") {
		dirs = append(dirs, filepath.Join("..", name))
	}
	for _, dir := range dirs {
		types, err := Types(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, typ := range types {
			recorded[typ] = true
			if l := labels[typ]; l.ZH == "" || l.EN == "" {
				t.Errorf("events of the type %q are recorded and have no name in both languages: add it to words.go", typ)
			}
		}
	}
	for typ := range labels {
		if !recorded[typ] {
			t.Errorf("nothing records an event of the type %q that is named", typ)
		}
	}
}

// Types gives every text that can arrive at the first argument of a call of Record in the
// package in dir, tests left out, in order. What it cannot follow to a text is a fault: then
// either write the type where it is recorded, or teach this package.
func Types(dir string) ([]string, error) { return Arriving(dir, "Record", false) }

// Flagged fails unless the labels name exactly the marks that the package of the test puts on a
// case by calls of flag, each in both languages. What is put together of a constant and a value
// needs a name that begins with the constant.
func Flagged(t *testing.T, labels map[string]domain.Text) {
	t.Helper()
	marks, err := Arriving(".", "flag", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range marks {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(labels)), func(code string) bool { return fits(mark, code) }) {
			t.Errorf("cases are marked %q and that has no name: add it to words.go", mark)
		}
	}
	for code, l := range labels {
		if l.ZH == "" || l.EN == "" {
			t.Errorf("%q is not named in both languages", code)
		}
		if !slices.ContainsFunc(marks, func(mark string) bool { return fits(mark, code) }) {
			t.Errorf("nothing marks a case %q that is named", code)
		}
	}
}

// anything stands at the end of a text for what is only known when it is used.
const anything = "*"

func fits(mark, code string) bool {
	if start, ok := strings.CutSuffix(mark, anything); ok {
		return strings.HasPrefix(code, start)
	}
	return mark == code
}

// Constants fails unless the labels name exactly the texts of the constants that are declared in
// one block with a constant, in the package of the test, each in both languages.
func Constants(t *testing.T, with string, labels map[string]domain.Text) {
	t.Helper()
	r, err := read(".")
	if err != nil {
		t.Fatal(err)
	}
	declared := r.block(with)
	if len(declared) == 0 {
		t.Fatalf("no block of constants has %s", with)
	}
	for _, code := range declared {
		if l := labels[code]; l.ZH == "" || l.EN == "" {
			t.Errorf("%q has no name in both languages: add it to words.go", code)
		}
	}
	for code := range labels {
		if !slices.Contains(declared, code) {
			t.Errorf("there is no constant %q that is named", code)
		}
	}
}

// Arriving gives every text that can arrive at the first argument of a call of a function. With
// parts one may begin with a constant and end with what is known later.
func Arriving(dir, function string, parts bool) ([]string, error) {
	r, err := read(dir)
	if err != nil {
		return nil, err
	}
	r.parts = parts
	r.follow(arrival{function, 0})
	if len(r.types) == 0 {
		r.faults = append(r.faults, fmt.Errorf("%s: nothing arrives at %s", dir, function))
	}
	return slices.Sorted(maps.Keys(r.types)), errors.Join(r.faults...)
}

// read parses a package, tests left out.
func read(dir string) (*reader, error) {
	r := &reader{dir: dir, fset: token.NewFileSet(), types: map[string]bool{}, seen: map[arrival]bool{}}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(r.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		r.files = append(r.files, f)
	}
	return r, nil
}

// constants calls a function with every block of constants of the package.
func (r *reader) constants(each func(block map[string]string)) {
	for _, f := range r.files {
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			block := map[string]string{}
			for _, s := range g.Specs {
				v, ok := s.(*ast.ValueSpec)
				if !ok || len(v.Values) != len(v.Names) {
					continue
				}
				for i, name := range v.Names {
					if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
						if text, err := strconv.Unquote(lit.Value); err == nil {
							block[name.Name] = text
						}
					}
				}
			}
			each(block)
		}
	}
}

// block are the texts of the constants declared with one.
func (r *reader) block(with string) (out []string) {
	r.constants(func(block map[string]string) {
		if _, ok := block[with]; ok {
			out = slices.Sorted(maps.Values(block))
		}
	})
	return out
}

// constant is the text of a constant of the package, or with a package of one beside it.
func (r *reader) constant(x ast.Expr) (text string, found bool) {
	from, name := r, ""
	switch x := x.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return s, err == nil && x.Kind == token.STRING
	case *ast.Ident:
		name = x.Name
	case *ast.SelectorExpr:
		beside, ok := x.X.(*ast.Ident)
		if !ok {
			return "", false
		}
		other, err := read(filepath.Join(r.dir, "..", beside.Name))
		if err != nil {
			return "", false
		}
		from, name = other, x.Sel.Name
	}
	from.constants(func(block map[string]string) {
		if s, ok := block[name]; ok {
			text, found = s, true
		}
	})
	return text, found
}

// arrival is an argument of a function, by name and position, that ends up as a type.
type arrival struct {
	function string
	argument int
}

type reader struct {
	dir    string
	parts  bool // a text may end in what is not known here
	fset   *token.FileSet
	files  []*ast.File
	types  map[string]bool
	seen   map[arrival]bool
	faults []error
}

// follow resolves an argument in every call of a function.
func (r *reader) follow(a arrival) {
	if r.seen[a] {
		return
	}
	r.seen[a] = true
	for _, f := range r.files {
		for _, d := range f.Decls {
			inside, _ := d.(*ast.FuncDecl)
			ast.Inspect(d, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok && called(call) == a.function && a.argument < len(call.Args) {
					r.resolve(call.Args[a.argument], inside)
				}
				return true
			})
		}
	}
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// resolve follows an expression to the texts it may be.
func (r *reader) resolve(x ast.Expr, inside *ast.FuncDecl) {
	switch x := x.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(x.Value); err == nil && x.Kind == token.STRING {
			r.types[s] = true
			return
		}
	case *ast.Ident:
		if inside == nil {
			break
		}
		if i := parameter(inside, x.Name); i >= 0 {
			r.follow(arrival{inside.Name.Name, i})
			return
		}
		if r.assigned(x.Name, inside) {
			return
		}
	case *ast.BinaryExpr:
		if s, ok := r.constant(x.X); ok && r.parts && x.Op == token.ADD {
			r.types[s+anything] = true
			return
		}
	}
	if s, ok := r.constant(x); ok {
		r.types[s] = true
		return
	}
	r.faults = append(r.faults, fmt.Errorf("%s: cannot tell which text this is", r.fset.Position(x.Pos())))
}

// parameter is the position of a parameter by its name, -1 for none.
func parameter(f *ast.FuncDecl, name string) int {
	i := 0
	for _, field := range f.Type.Params.List {
		for _, n := range field.Names {
			if n.Name == name {
				return i
			}
			i++
		}
	}
	return -1
}

// assigned resolves everything a variable of a function is ever set to; false when nothing is.
func (r *reader) assigned(name string, inside *ast.FuncDecl) (found bool) {
	ast.Inspect(inside, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok {
			return true
		}
		for i, left := range a.Lhs {
			if id, ok := left.(*ast.Ident); !ok || id.Name != name {
				continue
			}
			found = true
			if len(a.Lhs) != len(a.Rhs) {
				r.faults = append(r.faults, fmt.Errorf("%s: cannot tell what %s becomes here", r.fset.Position(a.Pos()), name))
				continue
			}
			r.resolve(a.Rhs[i], inside)
		}
		return true
	})
	return found
}
