package rulebook

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/policy"
	"huajie/domain/publishing"
)

// yearFile is the file of a year.
func yearFile(year int) string { return fmt.Sprintf("%s/%d.yaml", dirCalendar, year) }

// WriteYear writes the arrangement of a year as its file, under the remarks the old file begins with.
func WriteYear(y calendar.Year, old string) (name, text string) {
	var out strings.Builder
	for line := range strings.Lines(old) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		out.WriteString(line)
	}
	fmt.Fprintf(&out, "year: %d\nnotice: %s\n", y.Year, strconv.Quote(y.Notice))
	if y.URL != "" {
		fmt.Fprintf(&out, "url: %s\n", strconv.Quote(y.URL))
	}
	fmt.Fprintf(&out, "verified: %t\n", y.Verified)
	if y.Provisional {
		out.WriteString("provisional: true\n")
	}
	out.WriteString("holidays:")
	if len(y.Holidays) == 0 {
		out.WriteString(" []")
	}
	out.WriteString("\n")
	for _, h := range y.Holidays {
		fmt.Fprintf(&out, "  - { name: %s, ", strconv.Quote(h.Name))
		if h.NameEN != "" {
			fmt.Fprintf(&out, "name_en: %s, ", strconv.Quote(h.NameEN))
		}
		fmt.Fprintf(&out, "from: %s, to: %s }\n", h.From, h.To)
	}
	days := make([]string, len(y.Workdays))
	for i, d := range y.Workdays {
		days[i] = d.String()
	}
	fmt.Fprintf(&out, "workdays: [%s]\n", strings.Join(days, ", "))
	return yearFile(y.Year), out.String()
}

// ReadYear reads the arrangement of a year from the files, faulty as it may be; ok is false where there is none that can
// be read.
func ReadYear(files map[string][]byte, year int) (y calendar.Year, ok bool) {
	l := newLoader(nil)
	l.files = files
	if files[yearFile(year)] == nil {
		return y, false
	}
	doc, ok := l.document(yearFile(year))
	if !ok {
		return y, false
	}
	return parseYear(doc), true
}

// Setting is one value of policy as a person enters it.
type Setting = publishing.Setting

// WriteSetting puts a value of policy into the layer of its place and day, and gives the file it stands in: a file of
// policy/ is begun where there is no layer of that day yet.
func WriteSetting(files map[string][]byte, s Setting) (name, text string, err error) {
	k, ok := policy.KeyNamed(s.Key)
	if !ok {
		return "", "", domain.Faulty("key", "unknown_code", "未知的政策项", "unknown key")
	}
	written, err := writeValue(k, s.Values)
	if err != nil {
		return "", "", domain.Faulty("value", "format", "值无效,应为 "+string(k.Kind), "not a valid "+string(k.Kind))
	}
	line := "  " + k.Name + ": " + written
	if source := strings.Join(strings.Fields(s.Source), " "); source != "" {
		line += "   # " + source
	}
	layers := layersOf(files)
	for _, l := range layers {
		if l.scope == s.Scope && l.from == s.From {
			text, ok := l.put(k.Name, line)
			if !ok {
				return "", "", domain.Faulty("key", "layout", "该值在文件中占多行,请改文件 "+l.file, "the value stands in several lines; edit the file "+l.file)
			}
			return l.file, text, nil
		}
	}
	version := s.From.String()
	for n := 2; slices.ContainsFunc(layers, func(l layerFile) bool { return l.scope == s.Scope && l.version == version }); n++ {
		version = fmt.Sprintf("%s.%d", s.From, n)
	}
	name = fmt.Sprintf("%s/%s-%s.yaml", dirPolicy, strings.ToLower(s.Scope), version)
	return name, fmt.Sprintf("scope: %s\nversion: %q\neffective_from: %s\nvalues:\n%s\n", strconv.Quote(s.Scope), version, s.From, line), nil
}

// writeValue checks a value and writes it as the files do.
func writeValue(k policy.Key, values []string) (string, error) {
	if k.Kind == policy.KindList || k.Kind == policy.KindLimits {
		if _, err := policy.ParseList(k, values); err != nil {
			return "", err
		}
		quoted := make([]string, len(values))
		for i, v := range values {
			quoted[i] = strconv.Quote(v)
		}
		return "[" + strings.Join(quoted, ", ") + "]", nil
	}
	if len(values) != 1 {
		return "", fmt.Errorf("%s wants one value", k.Name)
	}
	v, err := policy.Parse(k, values[0])
	return v.String(), err
}

// layerFile is a layer of policy as it is written.
type layerFile struct {
	file, text, scope, version string
	from                       calendar.Date
	values                     *yaml.Node
	under                      int // line of `values:`
}

func layersOf(files map[string][]byte) (out []layerFile) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name != filePolicy && name != filePolicyDrill && path.Dir(name) != dirPolicy {
			continue
		}
		l := newLoader(nil)
		l.files = files
		doc, ok := l.document(name)
		if !ok || doc.fields["values"] == nil || doc.fields["values"].Kind != yaml.MappingNode {
			continue
		}
		from, err := calendar.ParseDate(doc.scalar("effective_from", true, "a date", "!!timestamp", "!!str"))
		if err != nil {
			continue
		}
		out = append(out, layerFile{file: name, text: string(files[name]), scope: doc.text("scope"), version: doc.text("version"), from: from,
			values: doc.fields["values"], under: doc.lines["values"]})
	}
	return out
}

// put replaces the line of a key, or adds one under `values:`; ok is false where the value stands in several.
func (l layerFile) put(key, line string) (text string, ok bool) {
	lines := strings.SplitAfter(l.text, "\n")
	nodes := l.values.Content
	if l.values.Style&yaml.FlowStyle != 0 {
		return "", false
	}
	for i := 0; i+1 < len(nodes); i += 2 {
		if nodes[i].Value != key {
			continue
		}
		at := nodes[i].Line
		if lastLine(nodes[i+1]) != at || nodes[i+1].Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			return "", false
		}
		lines[at-1] = line + "\n"
		return strings.Join(lines, ""), true
	}
	return strings.Join(slices.Insert(lines, l.under, line+"\n"), ""), true
}

func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, c := range n.Content {
		last = max(last, lastLine(c))
	}
	return last
}
