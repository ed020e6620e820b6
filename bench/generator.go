package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
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

// stages are how far a template has come, with how many of a hundred cases have.
// Most of what is stored is over.
var stages = []struct {
	share int
	steps []deed
}{
	{1, nil},
	{1, life{unit: units[0]}.steps()[:1]},
	{2, life{unit: units[0]}.steps()[:2]},
	{1, life{unit: units[0]}.steps()[:3]},
	{2, life{unit: units[0]}.steps()[:4]},
	{93, life{unit: units[0]}.steps()},
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

// template is a row of a real case as COPY writes it, split into columns.
type template struct {
	columns []string
	no      string
	open    bool
	words   map[string]bool
}

// templatesPerStage is how many texts each stage comes in.
const templatesPerStage = 40

// fill stores so many cases and answers what they are.
func fill(ctx context.Context, r *Run, s *Site, total int) (*stock, error) {
	g := &generator{r: r, chance: r.Rand, stock: &stock{byWord: map[string]int{}}, now: time.Now()}
	if err := g.templates(ctx, s); err != nil {
		return nil, err
	}
	return g.stock, onDatabase(ctx, s.Config.DatabaseURL, g.growTo(ctx, total))
}

// generator writes rows.
type generator struct {
	r      *Run
	chance *rand.Rand
	stock  *stock
	now    time.Time
	names  []string // of the columns
	at     map[string]int
	kinds  [][]template // by stage
	n      int
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
		var out bytes.Buffer
		sql := "COPY (SELECT * FROM cases WHERE no IN ('" + strings.Join(nos, "','") + "')) TO STDOUT WITH (HEADER)"
		if _, err := conn.PgConn().CopyTo(ctx, &out, sql); err != nil {
			return err
		}
		g.kinds = append(g.kinds, g.read(out.String()))
	}
	// The templates have no workflows and must not count.
	_, err = conn.Exec(ctx, `DELETE FROM deadlines; DELETE FROM cases`)
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

// read splits what COPY has written.
func (g *generator) read(text string) (out []template) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	g.names = strings.Split(lines[0], "\t")
	g.at = map[string]int{}
	for i, name := range g.names {
		g.at[name] = i
	}
	for _, line := range lines[1:] {
		t := template{columns: strings.Split(line, "\t"), words: map[string]bool{}}
		t.no, t.open = t.columns[g.at["no"]], t.columns[g.at["open"]] == "t"
		for _, word := range asked {
			t.words[word] = strings.Contains(t.columns[g.at["summary"]], word)
		}
		out = append(out, t)
	}
	return out
}

// growTo copies rows until there are so many. Indexes are made anew afterwards,
// which is much faster than keeping them.
func (g *generator) growTo(ctx context.Context, total int) func(*pgx.Conn) error {
	return func(conn *pgx.Conn) error { return g.grow(ctx, conn, total) }
}

func (g *generator) grow(ctx context.Context, conn *pgx.Conn, total int) error {
	if _, err := conn.Exec(ctx, `SET statement_timeout = 0; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off`); err != nil {
		return err
	}
	rows, err := conn.Query(ctx, `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'cases' AND schemaname = 'public' AND indexname <> 'cases_pkey'`)
	if err != nil {
		return err
	}
	indexes := map[string]string{}
	var name, definition string
	if _, err := pgx.ForEachRow(rows, []any{&name, &definition}, func() error { indexes[name] = definition; return nil }); err != nil {
		return err
	}
	for name := range indexes {
		if _, err := conn.Exec(ctx, "DROP INDEX "+name); err != nil {
			return err
		}
	}
	began := time.Now()
	pipe, feed := io.Pipe()
	go func() { feed.CloseWithError(g.write(feed, total-g.stock.total)) }()
	if _, err := conn.PgConn().CopyFrom(ctx, pipe, "COPY cases ("+strings.Join(g.names, ",")+") FROM STDIN"); err != nil {
		_ = pipe.CloseWithError(err)
		return err
	}
	copied := time.Since(began)
	for _, definition := range indexes {
		if _, err := conn.Exec(ctx, definition); err != nil {
			return err
		}
	}
	if _, err := conn.Exec(ctx, `VACUUM (ANALYZE) cases`); err != nil {
		return err
	}
	g.r.Say("%d cases stored: copied in %.0f s, indexes in %.0f s more", g.stock.total, copied.Seconds(), (time.Since(began) - copied).Seconds())
	return nil
}

func (g *generator) write(out io.Writer, n int) error {
	w := bufio.NewWriterSize(out, 1<<20)
	for range n {
		if _, err := w.WriteString(g.row()); err != nil {
			return err
		}
	}
	return w.Flush()
}

// row is one more case.
func (g *generator) row() string {
	kind := g.kinds[pick(g.chance, shares)]
	t := kind[g.chance.IntN(len(kind))]
	place := counties[pick(g.chance, countyOf)]
	department := fmt.Sprintf("-D%02d", 1+zipf(g.chance, departments))
	g.n++
	no := fmt.Sprintf("%sG2019%02d%02d%05d", place, 1+g.n/100000/28%12, 1+g.n/100000%28, g.n%100000)
	// Every mention of the county, the department and the number moves along, in
	// columns and in the state. The number comes first: it begins with the county.
	line := strings.Join(t.columns, "\t")
	line = strings.NewReplacer(t.no, no, units[0], place+department, county, place).Replace(line)
	columns := strings.Split(line, "\t")
	g.date(columns, t.open, place+department)
	g.stock.total++
	for word, has := range t.words {
		if has {
			g.stock.byWord[word]++
		}
	}
	return strings.Join(columns, "\t") + "\n"
}

// shares are those of the stages.
var shares = func() (out []int) {
	for _, s := range stages {
		out = append(out, s.share)
	}
	return out
}()

// date spreads a row over time: what is over came in over five years, what is
// open over the last weeks; of what has a clock about one in eight is late.
func (g *generator) date(columns []string, open bool, unit string) {
	set := func(name string, t time.Time) { columns[g.at[name]] = t.UTC().Format("2006-01-02 15:04:05.999999-07") }
	age := time.Duration(g.chance.Int64N(int64(5 * 365 * 24 * time.Hour)))
	if open {
		age = time.Duration(g.chance.ExpFloat64() * float64(10*24*time.Hour))
		g.stock.open++
		if columns[g.at["lead_unit"]] == busyUnit || columns[g.at["owner_unit"]] == busyUnit {
			g.stock.unitOpen++
		}
	}
	created := g.now.Add(-age - 2*time.Hour)
	set("created_at", created)
	set("updated_at", created.Add(age/3))
	columns[g.at["workflow_started"]] = "t"
	if columns[g.at["due_at"]] == "infinity" {
		return
	}
	due := g.now.Add(time.Duration((g.chance.Float64()*8 - 1) * float64(3*24*time.Hour)))
	set("due_at", due)
	set("yellow_at", due.Add(-24*time.Hour))
	if due.Before(g.now) {
		g.stock.overdue++
	}
}

// busyUnit is the department most cases go to.
const busyUnit = county + "-D01"

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
