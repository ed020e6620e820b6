package rulebook

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// errLayout says that something is written in a way that is not edited in place: over several lines, or with anchors.
var errLayout = errors.New("written in a way that is not edited by a form")

// text is a file of YAML that is edited in place, so that remarks, order and the way of writing stay as they are. The parser
// counts characters and not bytes.
type text struct {
	runes  []rune
	starts []int // of the lines
	cuts   []cut
}

// cut puts words in the place of those from one character until before another.
type cut struct {
	from, to int
	words    string
}

func newText(raw []byte) *text {
	t := &text{runes: []rune(string(raw)), starts: []int{0}}
	for i, r := range t.runes {
		if r == '\n' {
			t.starts = append(t.starts, i+1)
		}
	}
	return t
}

func (t *text) put(from, to int, words string) { t.cuts = append(t.cuts, cut{from, to, words}) }

// done is the text with every cut made.
func (t *text) done() string {
	slices.SortStableFunc(t.cuts, func(a, b cut) int { return a.from - b.from })
	var out strings.Builder
	at := 0
	for _, c := range t.cuts {
		if c.from < at { // two cuts of the same place: nothing here makes them
			continue
		}
		out.WriteString(string(t.runes[at:c.from]) + c.words)
		at = c.to
	}
	return out.String() + string(t.runes[at:])
}

func (t *text) at(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(t.starts) {
		return len(t.runes)
	}
	return min(t.starts[n.Line-1]+n.Column-1, len(t.runes))
}

// lineAt is the number of the line a character stands in, counted from 0.
func (t *text) lineAt(pos int) int {
	i, found := slices.BinarySearch(t.starts, pos)
	if found {
		return i
	}
	return i - 1
}

// after is where the line behind the one of a character begins.
func (t *text) after(pos int) int {
	if line := t.lineAt(pos) + 1; line < len(t.starts) {
		return t.starts[line]
	}
	return len(t.runes)
}

// before is what stands in a line before a character.
func (t *text) before(pos int) string { return string(t.runes[t.starts[t.lineAt(pos)]:pos]) }

// end is the character behind a value; flow tells whether it stands within brackets.
func (t *text) end(n *yaml.Node, flow bool) (int, error) {
	if n.Anchor != "" || n.Kind == yaml.AliasNode || n.Style&yaml.TaggedStyle != 0 {
		return 0, errLayout
	}
	if n.Kind == yaml.ScalarNode {
		return t.endOfScalar(n, flow)
	}
	if n.Style&yaml.FlowStyle == 0 {
		if len(n.Content) == 0 {
			return 0, errLayout
		}
		return t.end(n.Content[len(n.Content)-1], false)
	}
	pos := t.at(n) + 1
	if len(n.Content) > 0 {
		last, err := t.end(n.Content[len(n.Content)-1], true)
		if err != nil {
			return 0, err
		}
		pos = last
	}
	for ; pos < len(t.runes); pos++ {
		switch r := t.runes[pos]; {
		case r == ']' || r == '}':
			return pos + 1, nil
		case r == '#':
			pos = t.after(pos) - 1
		case r != ',' && !unicode.IsSpace(r):
			return 0, errLayout
		}
	}
	return 0, errLayout
}

func (t *text) endOfScalar(n *yaml.Node, flow bool) (int, error) {
	pos := t.at(n)
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 0, errLayout
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return t.endOfQuoted(pos)
	}
	end := pos
	for ; end < len(t.runes) && t.runes[end] != '\n' && t.runes[end] != '\r'; end++ {
		if flow && strings.ContainsRune(",]}", t.runes[end]) || t.runes[end] == '#' && end > 0 && unicode.IsSpace(t.runes[end-1]) {
			break
		}
	}
	for end > pos && unicode.IsSpace(t.runes[end-1]) {
		end--
	}
	if string(t.runes[pos:end]) != n.Value { // goes on in the next line
		return 0, errLayout
	}
	return end, nil
}

func (t *text) endOfQuoted(pos int) (int, error) {
	if pos >= len(t.runes) {
		return 0, errLayout
	}
	quote := t.runes[pos]
	for pos++; pos < len(t.runes); pos++ {
		switch {
		case quote == '"' && t.runes[pos] == '\\':
			pos++
		case t.runes[pos] == quote && quote == '\'' && pos+1 < len(t.runes) && t.runes[pos+1] == quote:
			pos++
		case t.runes[pos] == quote:
			return pos + 1, nil
		case t.runes[pos] == '\n':
			return 0, errLayout
		}
	}
	return 0, errLayout
}

// set writes a field of a mapping: in the place of what stands there, or behind the field that comes before it in
// order; "" takes it out.
func (t *text) set(m *yaml.Node, name, written string, order []string) error {
	i := slices.IndexFunc(everySecond(m), func(k *yaml.Node) bool { return k.Value == name })
	flow := m.Style&yaml.FlowStyle != 0
	switch {
	case i < 0 && written == "":
		return nil
	case i < 0:
		return t.insert(m, name, written, order, flow)
	case written == "":
		return t.drop(m, i, flow)
	}
	value := m.Content[2*i+1]
	if value.Kind != yaml.ScalarNode && value.Style&yaml.FlowStyle == 0 {
		return errLayout
	}
	end, err := t.end(value, flow)
	if err == nil {
		t.put(t.at(value), end, written)
	}
	return err
}

// everySecond are the keys of a mapping.
func everySecond(m *yaml.Node) (keys []*yaml.Node) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		keys = append(keys, m.Content[i])
	}
	return keys
}

func (t *text) insert(m *yaml.Node, name, written string, order []string, flow bool) error {
	keys := everySecond(m)
	if len(keys) == 0 {
		return errLayout
	}
	behind := 0
	for i, k := range keys {
		if at := slices.Index(order, k.Value); at >= 0 && at < slices.Index(order, name) {
			behind = i
		}
	}
	end, err := t.end(m.Content[2*behind+1], flow)
	if err != nil {
		return err
	}
	if flow {
		t.put(end, end, ", "+name+": "+written)
		return nil
	}
	t.addLine(end, strings.Repeat(" ", keys[0].Column-1)+name+": "+written)
	return nil
}

// addLine writes lines below the one of a character.
func (t *text) addLine(pos int, lines string) {
	below := t.after(pos)
	if below == len(t.runes) && (below == 0 || t.runes[below-1] != '\n') {
		t.put(below, below, "\n"+lines)
		return
	}
	t.put(below, below, lines+"\n")
}

func (t *text) drop(m *yaml.Node, i int, flow bool) error {
	key, value := m.Content[2*i], m.Content[2*i+1]
	end, err := t.end(value, flow)
	switch {
	case err != nil:
		return err
	case flow && 2*i+2 < len(m.Content):
		t.put(t.at(key), t.at(m.Content[2*i+2]), "")
	case flow && i > 0:
		before, err := t.end(m.Content[2*i-1], true)
		if err != nil {
			return err
		}
		t.put(before, end, "")
	case flow || strings.TrimSpace(t.before(t.at(key))) != "":
		return errLayout
	default:
		t.put(t.starts[t.lineAt(t.at(key))], t.after(end), "")
	}
	return nil
}

// dropItem takes the lines of an item of a list, or of a key with its value, out.
func (t *text) dropItem(first, last *yaml.Node) error {
	end, err := t.end(last, false)
	if err != nil {
		return err
	}
	if lead := strings.TrimSpace(t.before(t.at(first))); lead != "" && lead != "-" || !blankAfter(t.runes, end) {
		return errLayout
	}
	t.put(t.starts[t.lineAt(t.at(first))], t.after(end), "")
	return nil
}

// putBeside writes an item into a list within brackets, behind another one or before it.
func (t *text) putBeside(first, last *yaml.Node, words string, before bool) error {
	if first != last {
		return errLayout
	}
	if before {
		t.put(t.at(first), t.at(first), words+", ")
		return nil
	}
	end, err := t.end(last, true)
	if err == nil {
		t.put(end, end, ", "+words)
	}
	return err
}

// dropBeside takes an item out of a list within brackets that has others.
func (t *text) dropBeside(list, item *yaml.Node) error {
	i := slices.Index(list.Content, item)
	if i == 0 {
		t.put(t.at(item), t.at(list.Content[1]), "")
		return nil
	}
	end, err := t.end(item, true)
	if err != nil {
		return err
	}
	from, err := t.end(list.Content[i-1], true)
	if err == nil {
		t.put(from, end, "")
	}
	return err
}

// blankAfter tells whether nothing but a remark stands behind a character in its line.
func blankAfter(runes []rune, pos int) bool {
	for ; pos < len(runes) && runes[pos] != '\n'; pos++ {
		if runes[pos] == '#' {
			return true
		}
		if !unicode.IsSpace(runes[pos]) {
			return false
		}
	}
	return true
}

// scalar writes words as a value within brackets: plain where they read back as the same words, and in quotes otherwise or
// where they stood in quotes before.
func scalar(words string, quote bool) string {
	if !quote && !strings.ContainsAny(words, "\n#") {
		var back yaml.Node
		if err := yaml.Unmarshal([]byte("{k: "+words+"}"), &back); err == nil && len(back.Content) == 1 {
			if m := back.Content[0]; len(m.Content) == 2 && m.Content[1].Kind == yaml.ScalarNode && m.Content[1].Tag == "!!str" && m.Content[1].Style == 0 && m.Content[1].Value == words {
				return words
			}
		}
	}
	return strconv.Quote(words)
}
