package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// The generator multiplies real cases. It lets the product write a few hundred
// templates, in every stage and in all words, reads their rows as text, and
// copies them with number, county, department and dates exchanged. So rows have
// the columns, the sizes and the search entries the product gives them, and the
// generator knows none of that. Only the rows that lists read are multiplied,
// not their events.
//
// Cases come in one after the other over five years, and lie on disk in that
// order, as they do in an archive that has grown; nearly all that are open came in
// during the last half year.

// stages are how far a template has come, with how many of a hundred recent cases
// have. Of the others all are over.
var stages = []struct {
	share int
	steps []deed
}{
	{10, nil},
	{10, life{unit: units[0]}.steps()[:1]},
	{20, life{unit: units[0]}.steps()[:2]},
	{10, life{unit: units[0]}.steps()[:3]},
	{20, life{unit: units[0]}.steps()[:4]},
	{30, life{unit: units[0]}.steps()},
}

// The skew: a busy county, a few busy departments, more matters of some kinds.
var (
	counties    = []string{"220402", "220403", "220421", "220422"}
	countyOf    = []int{45, 15, 25, 15}
	departments = 34
	objects     = []string{"楼道", "下水管道", "电梯", "路灯", "井盖", "供暖管线", "围墙", "停车位", "垃圾站", "绿化带", "燃气表", "化粪池", "护栏", "监控", "门禁", "屋面", "外墙", "消防通道", "健身器材", "信箱"}
	faults      = []string{"损坏无人维修", "长期漏水", "被占用", "噪声扰民", "收费不合理", "存在安全隐患", "多次报修无果", "拖欠费用", "未按约定施工", "异味严重", "清理不及时", "规划不合理"}
	pleas       = []string{"请求协调处理。", "请尽快解决。", "希望给予答复。", "请有关部门依法处理。"}
)

// stock is what has been generated, counted while generating: lists must agree.
type stock struct {
	total, open, overdue int
	byWord               map[string]int // cases whose summary has the word
	unitOpen             int            // open cases led or owned by the unit asked about
}

// asked are the words searched for: a frequent one and a rare one.
var asked = []string{"电梯", "信箱"}

// template is a row of a real case as COPY writes it, cut where something is
// exchanged, and its entry in the search table.
type template struct {
	parts  []part
	search string
	open   bool
	clock  bool // whether it has a due date
	ofUnit bool // whether the department leads or holds it
	words  map[string]bool
}

// part is a piece of a row: text, or after it what is exchanged.
type part struct {
	text string
	then field
}

// field is what is exchanged.
type field int

const (
	nothing field = iota
	theNumber
	theUnit
	theCounty
	created
	updated
	due
	yellow
)

// templatesPerStage is how many texts each stage comes in.
const templatesPerStage = 40

// fill stores so many cases and answers what they are.
func fill(ctx context.Context, r *Run, s *Site, total int) (*stock, error) {
	g := newGenerator(r)
	if err := g.templates(ctx, s); err != nil {
		return nil, err
	}
	return g.stock, g.grow(ctx, s.Config.DatabaseURL, total)
}

// generator writes rows.
type generator struct {
	r      *Run
	chance *rand.Rand
	stock  *stock
	now    time.Time
	names  []string     // of the columns
	kinds  [][]template // by stage
}

func newGenerator(r *Run) *generator {
	return &generator{r: r, chance: r.Rand, stock: newStock(), now: time.Now()}
}

func newStock() *stock { return &stock{byWord: map[string]int{}} }

// add counts what another has counted.
func (s *stock) add(o *stock) {
	s.total, s.open, s.overdue, s.unitOpen = s.total+o.total, s.open+o.open, s.overdue+o.overdue, s.unitOpen+o.unitOpen
	for word, n := range o.byWord {
		s.byWord[word] += n
	}
}

// templates lets the product write real cases and takes their rows away again.
func (g *generator) templates(ctx context.Context, s *Site) error {
	conn, err := pgx.Connect(ctx, s.Config.DatabaseURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing depends on it
	for _, stage := range stages {
		var nos []string
		for range templatesPerStage {
			no, err := g.template(ctx, s, stage.steps)
			if err != nil {
				return err
			}
			nos = append(nos, no)
		}
		kind, err := g.taken(ctx, s, conn, nos)
		if err != nil {
			return err
		}
		g.kinds = append(g.kinds, kind)
	}
	// The templates have no workflows and must not count.
	_, err = conn.Exec(ctx, `DELETE FROM deadlines; DELETE FROM case_search; DELETE FROM cases`)
	return err
}

// taken reads the rows of some cases as COPY writes them.
func (g *generator) taken(ctx context.Context, s *Site, conn *pgx.Conn, nos []string) ([]template, error) {
	for _, no := range nos { // what is sealed is bound to its row, and opens in no other
		if err := unseal(ctx, s, conn, no); err != nil {
			return nil, err
		}
	}
	in := "WHERE no IN ('" + strings.Join(nos, "','") + "') ORDER BY no"
	var columns string // those that are written, not those made of others
	if err := conn.QueryRow(ctx, `SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
		WHERE attrelid = 'cases'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`).Scan(&columns); err != nil {
		return nil, err
	}
	var rows, words bytes.Buffer
	if _, err := conn.PgConn().CopyTo(ctx, &rows, "COPY (SELECT "+columns+" FROM cases "+in+") TO STDOUT WITH (HEADER)"); err != nil {
		return nil, err
	}
	if _, err := conn.PgConn().CopyTo(ctx, &words, "COPY (SELECT search FROM case_search "+in+") TO STDOUT"); err != nil {
		return nil, err
	}
	return g.read(rows.String(), words.String()), nil
}

func unseal(ctx context.Context, s *Site, conn *pgx.Conn, no string) error {
	c, err := s.Store.StoredCase(ctx, no)
	if err != nil {
		return err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `UPDATE cases SET body = $2, summary = $3 WHERE no = $1`, no, body, c.Card().Summary)
	return err
}

// template is one real case brought to a stage, some days ago.
func (g *generator) template(ctx context.Context, s *Site, steps []deed) (string, error) {
	at := g.now.Add(-time.Hour)
	summary := objects[zipf(g.chance, len(objects))] + faults[zipf(g.chance, len(faults))] + "," + pleas[g.chance.IntN(len(pleas))]
	w, err := s.Desk.Register(ctx, activities.RegisterInput{Actor: s.actor("win-general." + county), At: at, Anonymous: true,
		Input: form.Input{"nature": "help", "summary": summary, "channel": "walk_in", "area": county + "008", "category": "0201"}})
	if err != nil {
		return "", err
	}
	for i, d := range steps {
		user := d.user
		if user == "" {
			user = "disp." + county // who rings the petitioner up
		}
		input := form.Input(d.input)
		if d.action == "assign-handler" {
			input = form.Input{"handlers": []any{"handler." + units[0]}, "recusal_declared": true}
		}
		in := activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: -1, At: at.Add(time.Duration(i) * time.Minute),
			Command: machine.Command{Key: w.No + d.action, Action: d.action, Actor: s.actor(user), Input: input}}
		if _, err := s.Desk.Commit(ctx, in); err != nil {
			return "", fmt.Errorf("template, %s: %w", d.action, err)
		}
	}
	return w.No, nil
}

// read cuts what COPY has written.
func (g *generator) read(rows, words string) (out []template) {
	lines := strings.Split(strings.TrimSuffix(rows, "\n"), "\n")
	entries := strings.Split(strings.TrimSuffix(words, "\n"), "\n")
	g.names = strings.Split(lines[0], "\t")
	for i, line := range lines[1:] {
		out = append(out, g.cut(strings.Split(line, "\t"), entries[i]))
	}
	return out
}

// cut finds in a row what is exchanged: some columns, and every mention of the
// number, the department and the county, the state included.
func (g *generator) cut(columns []string, search string) template {
	t := template{search: search, words: map[string]bool{}}
	at := map[string]string{}
	for i, name := range g.names {
		at[name] = columns[i]
	}
	t.ofUnit = at["lead_unit"] == units[0] || at["owner_unit"] == units[0]
	t.open, t.clock = at["open"] == "t", at["due_at"] != "infinity"
	for _, word := range asked {
		t.words[word] = strings.Contains(at["summary"], word)
	}
	dates := map[string]field{"created_at": created, "updated_at": updated}
	if t.clock {
		dates["due_at"], dates["yellow_at"] = due, yellow
	}
	var line strings.Builder // with marks that no row contains
	for i, name := range g.names {
		value := columns[i]
		if f, ok := dates[name]; ok {
			value = mark(f)
		}
		if name == "workflow_started" {
			value = "t"
		}
		line.WriteString(value + map[bool]string{true: "\n", false: "\t"}[i == len(columns)-1])
	}
	// The number comes first: it begins with the county.
	marked := strings.NewReplacer(at["no"], mark(theNumber), units[0], mark(theUnit), county, mark(theCounty)).Replace(line.String())
	pieces := strings.Split(marked, "\x00")
	for i, piece := range pieces {
		if i > 0 {
			t.parts[i-1].then = field(piece[0])
			piece = piece[1:]
		}
		t.parts = append(t.parts, part{text: piece})
	}
	return t
}

func mark(f field) string { return "\x00" + string(rune(f)) }

// batch writes rows of its own: the cases that came in during a share of the years.
type batch struct {
	*generator
	chance   *rand.Rand
	stock    *stock
	from, of int // its first case, of how many
	first    int // number of the first of these that is stored
	cases    bytes.Buffer
	search   bytes.Buffer
}

// recent is the share of the years in which what is open came in.
const recent = 0.1

// years are how far the archive goes back.
const years = 5 * 365 * 24 * time.Hour

// row is one more case.
func (b *batch) row(i int) {
	passed := (float64(i) + b.chance.Float64()) / float64(b.of)
	stage := len(stages) - 1
	if passed > 1-recent {
		stage = pick(b.chance, shares)
	}
	kind := b.kinds[stage]
	t := &kind[b.chance.IntN(len(kind))]
	place := counties[pick(b.chance, countyOf)]
	unit := fmt.Sprintf("%s-D%02d", place, 1+zipf(b.chance, departments))
	n := b.first + i
	no := fmt.Sprintf("%sG20%02d%02d%02d%05d", place, n/100000/28/12, 1+n/100000/28%12, 1+n/100000%28, n%100000)
	age := time.Duration((1 - passed) * float64(years))
	came := b.now.Add(-age - 2*time.Hour)
	limit := b.now.Add(time.Duration((b.chance.Float64()*8 - 1) * float64(3*24*time.Hour)))
	for _, p := range t.parts {
		b.cases.WriteString(p.text)
		switch p.then {
		case theNumber:
			b.cases.WriteString(no)
		case theUnit:
			b.cases.WriteString(unit)
		case theCounty:
			b.cases.WriteString(place)
		case created:
			b.date(came)
		case updated:
			b.date(came.Add(age / 3))
		case due:
			b.date(limit)
		case yellow:
			b.date(limit.Add(-24 * time.Hour))
		case nothing:
		}
	}
	b.search.WriteString(no + "\t" + t.search + "\n")
	b.count(t, unit, limit)
}

func (b *batch) date(t time.Time) {
	b.cases.Write(t.UTC().AppendFormat(b.cases.AvailableBuffer(), "2006-01-02 15:04:05.999999-07"))
}

// count notes what has been written. Of what has a clock about one in eight is late.
func (b *batch) count(t *template, unit string, limit time.Time) {
	b.stock.total++
	if t.open {
		b.stock.open++
		if unit == busyUnit && t.ofUnit {
			b.stock.unitOpen++
		}
	}
	if t.clock && limit.Before(b.now) {
		b.stock.overdue++
	}
	for word, has := range t.words {
		if has {
			b.stock.byWord[word]++
		}
	}
}

// busyUnit is the department most cases go to.
const busyUnit = county + "-D01"

// shares are those of the stages.
var shares = func() (out []int) {
	for _, s := range stages {
		out = append(out, s.share)
	}
	return out
}()

// pick chooses by share.
func pick(chance *rand.Rand, shares []int) int {
	sum := 0
	for _, s := range shares {
		sum += s
	}
	n := chance.IntN(sum)
	for i, s := range shares {
		if n -= s; n < 0 {
			return i
		}
	}
	return len(shares) - 1
}

// zipf chooses the first often and the last seldom.
func zipf(chance *rand.Rand, n int) int {
	return min(n-1, int(math.Pow(float64(n+1), chance.Float64()))-1)
}
