package rulebook

import (
	"errors"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"

	"huajie/domain/calendar"
	"huajie/domain/policy"
)

// placed is a layer with the places of its values.
type placed struct {
	layer  policy.Layer
	at     entry
	values entry
}

// parsePolicy reads the city's policy, the further layers of policy/ and, in a
// book with the drill, that of the drill area.
func (l *loader) parsePolicy() *policy.Book {
	files := append([]string{filePolicy}, l.under(dirPolicy)...)
	if l.drill {
		files = append(files, filePolicyDrill)
	}
	var all []placed
	var layers []policy.Layer
	for _, file := range files {
		if doc, ok := l.document(file); ok {
			p := l.parseLayer(doc)
			if l.kept && file == filePolicy {
				p.complete()
			}
			all = append(all, p)
			layers = append(layers, p.layer)
		}
	}
	root, paths := l.paths()
	if root == "" || len(all) == 0 || all[0].at.file != filePolicy || all[0].layer.Scope == "" {
		return nil // told before: without city or city layer the rest is a consequence
	}
	if all[0].layer.Scope != root {
		all[0].at.fault("scope", "首个政策文件须为市级", "policy.yaml must be of the city "+root)
		return nil
	}
	book, err := policy.NewBook(root, layers, paths)
	l.domainFaults(err, func(err error) {
		var f *policy.Fault
		if errors.As(err, &f) {
			l.placePolicyFault(f, all)
			return
		}
		l.fault(filePolicy, 0, "", "政策有误", err.Error())
	})
	return book
}

// placePolicyFault finds the layer of a fault. What a value that could not be
// read lacks is not told a second time as missing.
func (l *loader) placePolicyFault(f *policy.Fault, all []placed) {
	for _, p := range slices.Backward(all) {
		if p.layer.Scope != f.Scope || p.layer.Version != f.Version {
			continue
		}
		switch {
		case f.Key == "":
			field := "scope"
			if l.hasUnit(f.Scope) {
				field = "version"
			}
			if p.layer.Version != "" && !p.layer.EffectiveFrom.IsZero() { // else told when the field was read
				p.at.fault(field, f.ZH, f.EN)
			}
		case p.values.has(f.Key) && !p.holds(f.Key):
			// told when the value was read
		case p.values.l != nil:
			p.values.fault(f.Key, f.ZH, f.EN)
		default:
			p.at.fault("values", f.ZH, f.Key+": "+f.EN)
		}
		return
	}
	l.fault(filePolicy, 0, f.Key, f.ZH, f.EN)
}

// complete adds the keys that came after the layer was written, as shipped.
func (p placed) complete() {
	shipped := newLoader(nil)
	shipped.collect(Data())
	doc, ok := shipped.document(filePolicy)
	if !ok {
		return
	}
	for name, v := range shipped.parseLayer(doc).layer.Values {
		if !p.holds(name) {
			p.layer.Values[name] = v
		}
	}
}

func (p placed) holds(key string) bool { _, ok := p.layer.Values[key]; return ok }

func (l *loader) hasUnit(id string) bool { _, ok := l.unitAt[id]; return ok }

func (l *loader) parseLayer(doc entry) placed {
	p := placed{at: doc, layer: policy.Layer{
		Scope: doc.text("scope"), Version: doc.text("version"), EffectiveFrom: parseMoment(doc, "effective_from"), Values: map[string]policy.Value{},
	}}
	if values, ok := doc.child("values", true); ok {
		p.values = values
		for _, name := range values.order {
			values.used[name] = true
			if v, ok := l.parseValue(values, name); ok {
				p.layer.Values[name] = v
			}
		}
	}
	doc.done()
	return p
}

// parseValue reads one value by the kind its key has. Unknown keys are reported
// here, where the line is known.
func (l *loader) parseValue(e entry, name string) (policy.Value, bool) {
	k, ok := policy.KeyNamed(name)
	if !ok && l.kept {
		return policy.Value{}, false
	}
	if !ok {
		e.fault(name, "未知的政策项", "unknown key")
		return policy.Value{}, false
	}
	n := e.fields[name]
	var v policy.Value
	var err error
	switch {
	case k.Kind == policy.KindList || k.Kind == policy.KindLimits:
		if n.Kind != yaml.SequenceNode {
			e.fault(name, "应为列表", "must be a list, not "+nodeKind(n))
			return policy.Value{}, false
		}
		v, err = policy.ParseList(k, e.texts(name))
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null":
		e.fault(name, "应为单个值", "must be a single value, not "+nodeKind(n))
		return policy.Value{}, false
	default:
		v, err = policy.Parse(k, n.Value)
	}
	if err != nil {
		e.fault(name, "值无效,应为 "+string(k.Kind), "not a valid "+string(k.Kind)+": "+err.Error())
		return policy.Value{}, false
	}
	for _, item := range v.Items() {
		if k.Codes != "" && !l.hasCode(k.Codes, item) {
			e.fault(name, "代码 "+item+" 不在表 "+k.Codes+" 中", item+" is not in the table "+k.Codes)
		}
	}
	return v, true
}

// parseMoment reads a date, meaning its first moment in China time.
func parseMoment(e entry, name string) time.Time {
	s := e.scalar(name, true, "a date", "!!timestamp", "!!str")
	if s == "" {
		return time.Time{}
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		e.fault(name, "日期无效", "not a date such as 2026-01-01")
		return time.Time{}
	}
	return d.Start()
}

// paths gives the root and the way from it down to a unit, from what was read,
// so that policy can be checked even when the tree has faults.
func (l *loader) paths() (root string, pathOf func(string) []string) {
	parent := map[string]string{}
	for _, u := range l.units {
		parent[u.ID] = u.Parent
		if u.Parent == "" && root == "" {
			root = u.ID
		}
	}
	return root, func(id string) []string {
		if _, ok := parent[id]; !ok {
			return nil
		}
		var path []string
		for at := id; at != "" && len(path) < 10; at = parent[at] {
			path = append(path, at)
		}
		slices.Reverse(path)
		return path
	}
}
