package rulebook_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/publishing"
	"huajie/rulebook"
)

// texts are the files that are built in.
func texts(t testing.TB) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for name, f := range files(t) {
		out[name] = f.Data
	}
	return out
}

// differing are the lines that are otherwise in one text than in another: those gone, and those come.
func differing(was, will string) (gone, come []string) {
	a, b := strings.Split(was, "\n"), strings.Split(will, "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

type values = map[string]any

var rowEdits = []struct {
	name       string
	edit       publishing.RowEdit
	file       string
	gone, come []string
}{
	{"a lead", publishing.RowEdit{Sheet: "duty", Row: "0502", Values: values{"lead": "justice", "assist": []any{"health"}}}, "duty.yaml",
		[]string{`  - {category: "0502", start: L1, lead: health, assist: [justice], linkage: [spec_med], basis: [medical_disputes], source: "§8.5"}`},
		[]string{`  - {category: "0502", start: L1, lead: justice, assist: [health], linkage: [spec_med], basis: [medical_disputes], source: "§8.5"}`}},
	{"what had no assistants, and has no linkage any more", publishing.RowEdit{Sheet: "duty", Row: "13", Values: values{"assist": []any{"police"}, "then": "L2"}}, "duty.yaml",
		[]string{`  - {category: "13", start: L1, lead: justice, basis: [penalty_law], source: "D"}`},
		[]string{`  - {category: "13", start: L1, lead: justice, then: L2, assist: [police], basis: [penalty_law], source: "D"}`}},
	{"fields taken out in the middle and at the end", publishing.RowEdit{Sheet: "duty", Row: "1201", Values: values{"assist": []any{}, "linkage": []any{}}}, "duty.yaml",
		[]string{`  - {category: "1201", start: L1, lead: civil_affairs, assist: [organization], linkage: [people_mediation], basis: [villagers], source: "D"}`},
		[]string{`  - {category: "1201", start: L1, lead: civil_affairs, basis: [villagers], source: "D"}`}},
	{"public security", publishing.RowEdit{Sheet: "duty", Row: "security", Values: values{"assist": []any{"justice"}}}, "duty.yaml",
		[]string{`security: {start: L1, lead: police, linkage: [pol_med], basis: [security_law], source: "§8.5; R41"}`},
		[]string{`security: {start: L1, lead: police, assist: [justice], linkage: [pol_med], basis: [security_law], source: "§8.5; R41"}`}},
	{"a law that was read", publishing.RowEdit{Sheet: "laws", Row: "water_law", Values: values{"tag": "A", "check": false}}, "duty.yaml",
		[]string{`  water_law: {zh: 《中华人民共和国水法》, en: Water Law, tag: C, check: true}`},
		[]string{`  water_law: {zh: 《中华人民共和国水法》, en: Water Law, tag: A}`}},
	{"a law more", publishing.RowEdit{Sheet: "laws", Values: values{"name": "noise_law", "zh": "《中华人民共和国噪声污染防治法》", "en": "Noise: Law", "tag": "C", "check": true}}, "duty.yaml",
		nil, []string{`  noise_law: {zh: 《中华人民共和国噪声污染防治法》, en: "Noise: Law", tag: C, check: true}`}},
	{"a law less", publishing.RowEdit{Sheet: "laws", Row: "water_law"}, "duty.yaml", []string{`  water_law: {zh: 《中华人民共和国水法》, en: Water Law, tag: C, check: true}`}, nil},
	{"a department is called otherwise", publishing.RowEdit{Sheet: "departments", Row: "20", Values: values{"zh": "生态环境局", "emergency": true, "aliases": []any{"环保局"}}}, "departments.yaml",
		[]string{`  - {nn: "20", short: environment, zh: 生态环境分局, en: Ecology and Environment Branch, org_kind: vertical, presence: on_call, tag: B}`},
		[]string{`  - {nn: "20", short: environment, zh: 生态环境局, en: Ecology and Environment Branch, org_kind: vertical, presence: on_call, tag: B, emergency: true, aliases: [环保局]}`}},
	{"an organ with an apostrophe", publishing.RowEdit{Sheet: "organs", Row: "03", Values: values{"aliases": []any{"市中院"}}}, "org.yaml",
		[]string{`    - {nn: "03", short: court, zh: 辽源市中级人民法院, en: Liaoyuan Intermediate People's Court, org_kind: judicial, aliases: [市中级人民法院]}`},
		[]string{`    - {nn: "03", short: court, zh: 辽源市中级人民法院, en: Liaoyuan Intermediate People's Court, org_kind: judicial, aliases: [市中院]}`}},
	{"a county, written over several lines", publishing.RowEdit{Sheet: "counties", Row: "220403", Values: values{"en": "Xi'an: District", "pop_2020": float64(140000)}}, "org.yaml",
		[]string{`    en: "Xi'an District (Liaoyuan)"`, `    pop_2020: 136337`}, []string{`    en: "Xi'an: District"`, `    pop_2020: 140000`}},
	{"a town more", publishing.RowEdit{Sheet: "townships", Group: "220402", Values: values{"code": "220402101", "zh": "新镇", "en": "Xin", "kind": "town"}}, "org.yaml", []string{
		"    township_centres: 10", "", "", "", "", "", "", "", "", "", "", ""}, nil},
	{"a town that is a street now", publishing.RowEdit{Sheet: "townships", Row: "220402100", Values: values{"zh": "寿山街道", "kind": "street"}}, "org.yaml",
		[]string{`      - {code: "220402100", zh: 寿山镇, en: Shoushan, kind: town, centre: "220402100-C"}`},
		[]string{`      - {code: "220402100", zh: 寿山街道, en: Shoushan, kind: street, centre: "220402100-C"}`}},
	{"a community that is verified, and its remark", publishing.RowEdit{Sheet: "settlements", Row: "220403004903", Values: values{"verified": true}}, "communities.yaml",
		[]string{`      - {suffix: "903", kind: community, zh: 福先社区, en: Fuxian Community, verified: false}   # SEED only`},
		[]string{`      - {suffix: "903", kind: community, zh: 福先社区, en: Fuxian Community}   # SEED only`}},
	{"a community more, between others", publishing.RowEdit{Sheet: "settlements", Group: "220421100", Values: values{"suffix": "007", "kind": "community", "zh": "新社区", "en": "Xin Community", "verified": true}}, "communities.yaml",
		nil, []string{`      - {suffix: "007", kind: community, zh: 新社区, en: Xin Community, verified: true}`}},
	{"a code that is no longer used", publishing.RowEdit{Sheet: "codes", Row: "hangup_reason/H02", Values: values{"blocked": true}}, "codes/reasons.yaml",
		[]string{`      - {code: "H02", zh: 资金预算周期, en: budget cycle}`}, []string{`      - {code: "H02", zh: 资金预算周期, en: budget cycle, blocked: true}`}},
	{"a code more, before what is left over", publishing.RowEdit{Sheet: "codes", Group: "return_reason", Values: values{"code": "B07", "zh": "需要:另行会商", "en": "talk first"}}, "codes/reasons.yaml",
		nil, []string{`      - {code: "B07", zh: 需要:另行会商, en: talk first}`}},
}

// TestARowIsWrittenAlone: of a file, the row that is changed is otherwise, and no other character.
func TestARowIsWrittenAlone(t *testing.T) {
	t.Parallel()
	for _, c := range rowEdits {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before := texts(t)
			name, text, err := rulebook.WriteRow(before, c.edit)
			require.NoError(t, err)
			assert.Equal(t, c.file, name)
			gone, come := differing(string(before[name]), text)
			if c.name == "a town more" { // and the county counts its centres anew
				require.Len(t, come, len(gone)+1)
				assert.Equal(t, "    township_centres: 11", come[0])
				assert.Equal(t, `      - {code: "220402101", zh: 新镇, en: Xin, kind: town, centre: "220402101-C"}`, come[len(come)-1])
				return
			}
			assert.Equal(t, c.gone, orNil(gone))
			assert.Equal(t, c.come, orNil(come))
		})
	}
}

func orNil(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// TestEveryRowIsReadAndWritten: each row of the built-in rulebook can be written as it is, which changes nothing, and each
// of its texts can be written otherwise and back again.
func TestEveryRowIsReadAndWritten(t *testing.T) {
	t.Parallel()
	before := texts(t)
	for _, sheet := range publishing.Sheets() {
		s := rulebook.ReadRows(before, sheet)
		require.NotEmpty(t, s.Rows, sheet)
		require.Empty(t, s.Missing)
		for i, r := range s.Rows {
			if sheet == publishing.SheetCodes && i%9 != 0 { // each is checked as a whole rulebook
				continue
			}
			if i > 25 {
				break
			}
			name, text, err := rulebook.WriteRow(before, publishing.RowEdit{Sheet: sheet, Row: r.ID, Values: values{"zh": r.Values["zh"]}})
			if sheet == publishing.SheetDuty {
				name, text, err = rulebook.WriteRow(before, publishing.RowEdit{Sheet: sheet, Row: r.ID, Values: values{"source": r.Values["source"]}})
			}
			require.NoError(t, err, r.ID)
			require.Equal(t, string(before[name]), text, r.ID)
		}
	}
}

var refusedRows = []struct {
	name   string
	edit   publishing.RowEdit
	field  string // "" where it is refused as a whole
	reason string
}{
	{"no such row", publishing.RowEdit{Sheet: "duty", Row: "7777", Values: values{"lead": "justice"}}, "", "not_found"},
	{"a department nobody has", publishing.RowEdit{Sheet: "duty", Row: "0502", Values: values{"lead": "hospital"}}, "lead", "format"},
	{"no legal basis", publishing.RowEdit{Sheet: "duty", Row: "0502", Values: values{"basis": []any{}}}, "basis", "format"},
	{"the township leads what begins at L1", publishing.RowEdit{Sheet: "duty", Row: "0502", Values: values{"lead": "township"}}, "lead", "rule"},
	{"a field there is not", publishing.RowEdit{Sheet: "duty", Row: "0502", Values: values{"leader": "x"}}, "leader", "unknown_field"},
	{"the same category again", publishing.RowEdit{Sheet: "duty", Values: values{"category": "0502", "start": "L1", "lead": "justice", "basis": []any{"water_law"}, "source": "D"}}, "category", "taken"},
	{"words over two lines", publishing.RowEdit{Sheet: "laws", Row: "water_law", Values: values{"zh": "水\n法"}}, "zh", "format"},
	{"what the rules name", publishing.RowEdit{Sheet: "codes", Row: "nature/07"}, "", "row_kept"},
	{"what the rules name, retired", publishing.RowEdit{Sheet: "codes", Row: "nature/07", Values: values{"blocked": true}}, "", "row_kept"},
	{"public security is no category", publishing.RowEdit{Sheet: "duty", Row: "security"}, "", "row_kept"},
	{"a county more", publishing.RowEdit{Sheet: "counties", Values: values{"code": "220499", "zh": "新区", "en": "New"}}, "", "row_closed"},
	{"a town of another county", publishing.RowEdit{Sheet: "townships", Group: "220402", Values: values{"code": "220403101", "zh": "新镇", "en": "Xin", "kind": "town"}}, "code", "format"},
	{"a group there is not", publishing.RowEdit{Sheet: "codes", Group: "colours", Values: values{"code": "1", "zh": "红", "en": "red"}}, "group", "unknown_code"},
	{"a parent there is not", publishing.RowEdit{Sheet: "codes", Group: "dispute_category", Values: values{"code": "0298", "zh": "其他", "en": "other", "parent": "77"}}, "code", "rule"},
}

func TestRowsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range refusedRows {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := rulebook.WriteRow(texts(t), c.edit)
			var e *domain.Error
			require.ErrorAs(t, err, &e)
			if c.field == "" {
				assert.Equal(t, c.reason, e.Reason)
				assert.NotEmpty(t, e.Text.ZH)
				return
			}
			require.NotEmpty(t, e.Fields)
			assert.Equal(t, c.field+" "+c.reason, e.Fields[0].Field+" "+e.Fields[0].Reason)
			assert.NotEmpty(t, e.Fields[0].ZH)
		})
	}
}

// TestRowsByHand: other ways to write the same, and what no form changes.
func TestRowsByHand(t *testing.T) {
	t.Parallel()
	by := func(was, will string) (map[string][]byte, string) {
		f := texts(t)
		require.Contains(t, string(f["departments.yaml"]), was)
		f["departments.yaml"] = []byte(strings.Replace(string(f["departments.yaml"]), was, will, 1))
		return f, string(f["departments.yaml"])
	}
	row := `  - {nn: "22", short: fire, zh: 消防救援大队, en: Fire and Rescue Brigade, org_kind: vertical, presence: on_call, tag: D, emergency: true}`
	rename := publishing.RowEdit{Sheet: "departments", Row: "22", Values: values{"zh": "消防大队", "emergency": false, "aliases": []any{"119"}}}

	f, before := by(row, "  - nn: '22' # 二十二\n    short: fire\n    zh: '消防''救援' # 名称\n    en: Fire\n    org_kind: vertical\n    presence: on_call\n    emergency: true\n    tag: D")
	_, text, err := rulebook.WriteRow(f, rename)
	require.NoError(t, err)
	gone, come := differing(before, text)
	assert.Equal(t, []string{"    zh: '消防''救援' # 名称", "    en: Fire", "    org_kind: vertical", "    presence: on_call", "    emergency: true", "    tag: D"}, gone)
	assert.Equal(t, []string{"    zh: 消防大队 # 名称", "    en: Fire", "    org_kind: vertical", "    presence: on_call", "    tag: D", `    aliases: ["119"]`}, come)
	_, text, err = rulebook.WriteRow(f, publishing.RowEdit{Sheet: "departments", Row: "22"})
	require.NoError(t, err)
	assert.Equal(t, strings.Replace(string(texts(t)["departments.yaml"]), row+"\n", "", 1), text, "all its lines go")

	f, before = by(row, strings.Replace(row, "en: Fire", "\n      en: Fire", 1))
	_, text, err = rulebook.WriteRow(f, rename)
	require.NoError(t, err)
	_, come = differing(before, text)
	assert.Contains(t, come[0], "zh: 消防大队,")

	f, _ = by(row, strings.Replace(row, "zh: 消防救援大队", "zh: &fire 消防救援大队", 1))
	_, _, err = rulebook.WriteRow(f, rename)
	var e *domain.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "row_layout", e.Reason)
	f, _ = by(row, row+"\n"+row)
	_, _, err = rulebook.WriteRow(f, rename)
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "row_twice", e.Reason)
}

// TestSettlementsOfATownship: the heading of one that had none comes and goes with its first. Those that stand in one
// line do so with one more.
func TestSettlementsOfATownship(t *testing.T) {
	t.Parallel()
	f := texts(t)
	const file, group = "communities.yaml", "220402101"
	f["org.yaml"] = []byte(strings.NewReplacer("township_centres: 10", "township_centres: 11", `      - {code: "220402200"`, `      - {code: "220402101", zh: 新镇, en: Xin, kind: town, centre: "220402101-C"}`+"\n"+`      - {code: "220402200"`).Replace(string(f["org.yaml"])))
	was := string(f[file])
	write := func(e publishing.RowEdit) string {
		t.Helper()
		e.Sheet = publishing.SheetSettlements
		name, text, err := rulebook.WriteRow(f, e)
		require.NoError(t, err)
		require.Equal(t, file, name)
		f[name] = []byte(text)
		_, err = rulebook.Check(f)
		require.NoError(t, err)
		return text
	}
	settlement := func(suffix string) values {
		return values{"suffix": suffix, "kind": "community", "zh": "新" + suffix + "社区", "en": "Xin " + suffix, "verified": true}
	}
	gone, come := differing(was, write(publishing.RowEdit{Group: group, Values: settlement("901")}))
	assert.Empty(t, orNil(gone))
	assert.Equal(t, []string{`  - township: "220402101"`, `    verified: true`, `    settlements:`, `      - {suffix: "901", kind: community, zh: 新901社区, en: Xin 901}`}, come)
	assert.Equal(t, was, write(publishing.RowEdit{Row: group + "901"}))

	gone, come = differing(was, write(publishing.RowEdit{Group: "220422203", Values: settlement("901")}))
	assert.Equal(t, []string{`    settlements: [{suffix: "990", kind: village, zh: 金州乡示范村(暂定), en: "Jinzhou Township demo village (provisional)"}]`}, gone)
	assert.Equal(t, []string{`    settlements: [{suffix: "901", kind: community, zh: 新901社区, en: Xin 901, verified: true}, {suffix: "990", kind: village, zh: 金州乡示范村(暂定), en: "Jinzhou Township demo village (provisional)"}]`}, come)
	write(publishing.RowEdit{Group: "220422203", Values: settlement("991")})
	write(publishing.RowEdit{Row: "220422203901"})
	assert.Equal(t, was, write(publishing.RowEdit{Row: "220422203991"}))
}

// TestRemovingWhatIsUsed is kept, and told where it is used.
func TestRemovingWhatIsUsed(t *testing.T) {
	t.Parallel()
	f := texts(t)
	name, text, err := rulebook.WriteRow(f, publishing.RowEdit{Sheet: "departments", Row: "34"})
	require.NoError(t, err)
	f[name] = []byte(text)
	_, err = rulebook.Check(f)
	var faults rulebook.Faults
	require.ErrorAs(t, err, &faults)
	var at []string
	for _, r := range rulebook.ReadRows(f, publishing.SheetDuty).Rows {
		for _, x := range faults {
			if field := r.FieldAt(x.File, x.Line, x.Key); field != "" {
				at = append(at, r.ID+" "+field)
			}
		}
	}
	assert.Equal(t, []string{"07 assist", "0701 assist", "0702 assist", "0703 assist", "0799 assist"}, at)
}

// TestTheSecondPersonSees what a row becomes, whatever field of it is changed.
func TestTheSecondPersonSees(t *testing.T) {
	t.Parallel()
	before := texts(t)
	old, err := rulebook.Check(before)
	require.NoError(t, err)
	for _, c := range []struct {
		edit     publishing.RowEdit
		key      string
		was, is  string
		wasE, en string
	}{
		{publishing.RowEdit{Sheet: "duty", Row: "security", Values: values{"assist": []any{"justice"}}}, "security", "牵头 公安局 · 联动", "牵头 公安局 · 协办 司法局 · 联动", "lead Public Security Bureau", "assist Justice Bureau"},
		{publishing.RowEdit{Sheet: "duty", Row: "0101", Values: values{"source": "会议纪要〔2026〕3号"}}, "0101", "出处 §8.5; R40", "出处 会议纪要〔2026〕3号", "next Justice Bureau", "source 会议纪要〔2026〕3号"},
		{publishing.RowEdit{Sheet: "laws", Row: "water_law", Values: values{"tag": "A"}}, "0904", "《中华人民共和国水法》(待核) [C]", "《中华人民共和国水法》(待核) [A]", "[C]", "[A]"},
		{publishing.RowEdit{Sheet: "departments", Row: "20", Values: values{"presence": "resident"}}, "220402-D20", "垂直管理 · 随驻", "垂直管理 · 常驻", "on call", "resident"},
		{publishing.RowEdit{Sheet: "townships", Row: "220422203", Values: values{"aliases": []any{"金洲"}}}, "220422203", "别名 金洲乡", "别名 金洲", "also called", "also called"},
		{publishing.RowEdit{Sheet: "codes", Row: "guidance_reason/R05", Values: values{"note_zh": "须登记"}}, "guidance_reason/R05", "引导至有权层级", "须登记", "skip-level", "skip-level"},
	} {
		files := texts(t)
		name, text, err := rulebook.WriteRow(files, c.edit)
		require.NoError(t, err, c.key)
		files[name] = []byte(text)
		b, err := rulebook.Check(files)
		require.NoError(t, err, c.key)
		told := false
		for _, x := range b.Compare(old) {
			if x.Key != c.key {
				continue
			}
			told = true
			assert.Contains(t, x.Old.ZH, c.was)
			assert.Contains(t, x.New.ZH, c.is)
			assert.Contains(t, x.Old.EN, c.wasE)
			assert.Contains(t, x.New.EN, c.en)
			assert.NotEqual(t, x.Old.ZH, x.New.ZH, c.key)
		}
		assert.True(t, told, c.key)
	}
}
