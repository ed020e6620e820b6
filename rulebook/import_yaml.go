package rulebook

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"huajie/rulebook/gridfile"
)

// listing is the list of grids with those of the delivery; what stays keeps its
// place and its comments.
func (d *delivery) listing(raw []byte) ([]byte, error) {
	return edited(raw, "grids", func(list *yaml.Node) {
		at := map[string]int{}
		for i, n := range list.Content {
			at[valueOf(n, "code")] = i
		}
		for _, r := range d.rows {
			n := gridNode(r)
			if i, known := at[r.Code]; known {
				old := list.Content[i]
				n.HeadComment, n.LineComment, n.FootComment = old.HeadComment, old.LineComment, old.FootComment
				list.Content[i] = n
				continue
			}
			list.Content = append(list.Content, n)
		}
	})
}

// settlements is the list of communities and villages with those of the delivery.
func (d *delivery) settlements(raw []byte) ([]byte, error) {
	if len(d.founded) == 0 {
		return raw, nil
	}
	return edited(raw, "townships", func(list *yaml.Node) {
		for _, id := range slices.Sorted(maps.Keys(d.founded)) {
			u := d.founded[id]
			settlement := mapping("suffix", quoted(id[9:]), "kind", plain(string(u.Kind)), "zh", plain(u.ZH), "en", plain(u.EN))
			i := slices.IndexFunc(list.Content, func(n *yaml.Node) bool { return valueOf(n, "township") == u.Parent })
			if i < 0 {
				n := mapping("township", quoted(u.Parent), "settlements", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{settlement}})
				n.Style = 0
				list.Content = append(list.Content, n)
				continue
			}
			under := fieldNode(list.Content[i], "settlements")
			under.Style = 0
			under.Content = append(under.Content, settlement)
		}
	})
}

// edited changes the list of a file and writes the file anew.
func edited(raw []byte, field string, change func(list *yaml.Node)) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	list := fieldNode(doc.Content[0], field)
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, errors.New("there is no list of " + field)
	}
	list.Style = 0
	change(list)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&doc), enc.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// gridNode is the entry of a grid, on one line.
func gridNode(r gridfile.Row) *yaml.Node {
	n := mapping("code", quoted(r.Code), "zh", plain(r.Name.ZH), "en", plain(r.Name.EN),
		"households", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(r.Households)})
	for _, f := range []struct {
		name string
		yes  bool
	}{{"rural", r.Rural}, {"special", r.Special}, {"provisional", r.Provisional}} {
		if f.yes {
			n.Content = append(n.Content, plain(f.name), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
		}
	}
	if len(r.Buildings) > 0 {
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, b := range r.Buildings {
			list.Content = append(list.Content, plain(b))
		}
		n.Content = append(n.Content, plain("buildings"), list)
	}
	return n
}

// plain is a text, put in quotes where YAML would take it for something else.
func plain(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

func quoted(s string) *yaml.Node {
	n := plain(s)
	n.Style = yaml.DoubleQuotedStyle
	return n
}

// mapping is a mapping on one line, of names and nodes in turn.
func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	for i := 0; i < len(pairs); i += 2 {
		n.Content = append(n.Content, plain(pairs[i].(string)), pairs[i+1].(*yaml.Node)) //nolint:gosec // in turn
	}
	return n
}

// fieldNode is a field of a mapping; nil when it has none of the name.
func fieldNode(n *yaml.Node, name string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

func valueOf(n *yaml.Node, name string) string {
	if v := fieldNode(n, name); v != nil {
		return v.Value
	}
	return ""
}
