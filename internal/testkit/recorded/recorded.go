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
func Types(dir string) ([]string, error) {
	r := &reader{fset: token.NewFileSet(), types: map[string]bool{}, seen: map[arrival]bool{}}
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
	r.follow(arrival{"Record", 0})
	if len(r.types) == 0 {
		r.faults = append(r.faults, fmt.Errorf("%s records nothing", dir))
	}
	return slices.Sorted(maps.Keys(r.types)), errors.Join(r.faults...)
}

// arrival is an argument of a function, by name and position, that ends up as a type.
type arrival struct {
	function string
	argument int
}

type reader struct {
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
	}
	r.faults = append(r.faults, fmt.Errorf("%s: cannot tell which type of event this is", r.fset.Position(x.Pos())))
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
