package rulebook

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// entry is one mapping of a file. Reading a field marks it as known; done
// reports the fields nobody asked for.
type entry struct {
	l      *loader
	file   string
	path   string
	line   int
	fields map[string]*yaml.Node
	lines  map[string]int // of the keys
	order  []string
	used   map[string]bool
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// document reads the one mapping a file holds; ok is false when it holds none.
func (l *loader) document(file string) (e entry, ok bool) {
	raw, found := l.files[file]
	if !found {
		l.fault(file, 0, "", "文件缺失", "file is missing")
		return entry{}, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		l.syntax(file, err)
		return entry{}, false
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		l.fault(file, more.Line, "", "只能有一个文档", "holds more than one document")
	}
	if len(doc.Content) != 1 {
		l.fault(file, 1, "", "文件为空", "file is empty")
		return entry{}, false
	}
	return l.entry(file, "", doc.Content[0])
}

func (l *loader) syntax(file string, err error) {
	line := 0
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	if errors.Is(err, io.EOF) {
		l.fault(file, 1, "", "文件为空", "file is empty")
		return
	}
	l.fault(file, line, "", "YAML 语法错误", strings.TrimPrefix(err.Error(), "yaml: "))
}

// entry takes a node as a mapping.
func (l *loader) entry(file, path string, n *yaml.Node) (entry, bool) {
	if n.Kind != yaml.MappingNode {
		l.fault(file, n.Line, path, "应为键值表", "must be a mapping, not "+nodeKind(n))
		return entry{}, false
	}
	e := entry{l: l, file: file, path: path, line: n.Line, fields: map[string]*yaml.Node{}, lines: map[string]int{}, used: map[string]bool{}}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		name := k.Value
		switch {
		case k.Kind != yaml.ScalarNode || name == "":
			l.fault(file, k.Line, path, "键无效", "a key must be a plain name")
			continue
		case e.fields[name] != nil:
			l.fault(file, k.Line, e.key(name), "键重复", "key given twice")
			continue
		}
		e.fields[name], e.lines[name] = v, k.Line
		e.order = append(e.order, name)
	}
	return e, true
}

func nodeKind(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.AliasNode:
		return "an alias"
	case n.Tag == "!!null":
		return "nothing"
	}
	return "a single value"
}

func (e entry) key(name string) string {
	switch {
	case e.path == "":
		return name
	case name == "":
		return e.path
	}
	return e.path + "." + name
}

// fault reports something wrong with a field, at its line if it is there.
func (e entry) fault(name, zh, en string) {
	line := e.line
	if at, ok := e.lines[name]; ok {
		line = at
	}
	e.l.fault(e.file, line, e.key(name), zh, en)
}

// node takes a field; required ones are missed when absent.
func (e entry) node(name string, required bool) *yaml.Node {
	e.used[name] = true
	n, ok := e.fields[name]
	if !ok && required {
		e.l.fault(e.file, e.line, e.key(name), "缺少该项", "missing")
	}
	return n
}

func (e entry) has(name string) bool { return e.fields[name] != nil }

// scalar takes a single value whose YAML type is one of those wanted.
func (e entry) scalar(name string, required bool, want string, tags ...string) string {
	n := e.node(name, required)
	if n == nil {
		return ""
	}
	if n.Kind == yaml.ScalarNode {
		for _, t := range tags {
			if n.Tag == t {
				return n.Value
			}
		}
		if want == "text" && n.Tag == "!!int" {
			e.fault(name, "编码须加引号", "must be text: put the code in quotes")
			return ""
		}
	}
	e.fault(name, "类型错误", "must be "+want+", not "+nodeKind(n)+tagOf(n))
	return ""
}

func tagOf(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return " of type " + strings.TrimPrefix(n.Tag, "!!")
}

// text takes a required, non-empty text.
func (e entry) text(name string) string {
	s := e.scalar(name, true, "text", "!!str")
	if n := e.fields[name]; n != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!str" && strings.TrimSpace(n.Value) == "" {
		e.fault(name, "不能为空", "must not be empty")
	}
	return s
}

// optional takes a text that may be absent.
func (e entry) optional(name string) string { return e.scalar(name, false, "text", "!!str") }

// number takes a whole number of zero or more that may be absent.
func (e entry) number(name string, required bool) int {
	s := e.scalar(name, required, "a whole number", "!!int")
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		e.fault(name, "应为非负整数", "must be a whole number of zero or more")
		return 0
	}
	return n
}

// flag takes true or false, absent being the default.
func (e entry) flag(name string, absent bool) bool {
	s := e.scalar(name, false, "true or false", "!!bool")
	if s == "" {
		return absent
	}
	return strings.EqualFold(s, "true")
}

// texts takes a list of texts that may be absent.
func (e entry) texts(name string) []string {
	n := e.node(name, false)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		e.fault(name, "应为列表", "must be a list, not "+nodeKind(n))
		return nil
	}
	var out []string
	for i, c := range n.Content {
		if c.Kind != yaml.ScalarNode || c.Tag != "!!str" || c.Value == "" {
			e.l.fault(e.file, c.Line, fmt.Sprintf("%s[%d]", e.key(name), i), "应为文字", "must be text, not "+nodeKind(c)+tagOf(c))
			continue
		}
		out = append(out, c.Value)
	}
	return out
}

// child takes a mapping.
func (e entry) child(name string, required bool) (entry, bool) {
	n := e.node(name, required)
	if n == nil {
		return entry{}, false
	}
	return e.l.entry(e.file, e.key(name), n)
}

// blank tells whether one of the fields is missing or holds no text, which the
// reading of the field has told already.
func (e entry) blank(names ...string) bool {
	for _, name := range names {
		n := e.fields[name]
		if n == nil || n.Kind == yaml.ScalarNode && strings.TrimSpace(n.Value) == "" {
			return true
		}
	}
	return false
}

// children takes a list of mappings.
func (e entry) children(name string, required bool) []entry {
	n := e.node(name, required)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		e.fault(name, "应为列表", "must be a list, not "+nodeKind(n))
		return nil
	}
	var out []entry
	for i, c := range n.Content {
		if child, ok := e.l.entry(e.file, fmt.Sprintf("%s[%d]", e.key(name), i), c); ok {
			out = append(out, child)
		}
	}
	return out
}

// done reports every field that was not asked for.
func (e entry) done() {
	for _, name := range e.order {
		if !e.used[name] {
			e.fault(name, "未知的键", "unknown key")
		}
	}
}

// items takes a list of single values, whatever their type, that may be absent.
func (e entry) items(name string) []*yaml.Node {
	n := e.node(name, false)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		e.fault(name, "应为列表", "must be a list, not "+nodeKind(n))
		return nil
	}
	var out []*yaml.Node
	for i, c := range n.Content {
		if c.Kind != yaml.ScalarNode || c.Tag == "!!null" {
			e.l.fault(e.file, c.Line, fmt.Sprintf("%s[%d]", e.key(name), i), "应为单个值", "must be a single value, not "+nodeKind(c))
			continue
		}
		out = append(out, c)
	}
	return out
}
