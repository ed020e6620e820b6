package bench

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// atOnce is how many connections fill the archive: processors are what it takes.
const fillers = 2

// batchSize is how many rows one COPY writes.
const batchSize = 20000

// grow copies rows until there are so many. Indexes are made anew afterwards,
// which is much faster than keeping them; what is planned by is read again.
func (g *generator) grow(ctx context.Context, url string, total int) error {
	began := time.Now()
	indexes, err := dropIndexes(ctx, url)
	if err != nil {
		return err
	}
	if err := g.copyAll(ctx, url, total-g.stock.total); err != nil {
		return err
	}
	copied := time.Since(began)
	if err := inParallel(indexes, func(definition string) error {
		return onDatabase(ctx, url, func(c *pgx.Conn) error {
			return each(ctx, c, `SET statement_timeout = 0`, `SET maintenance_work_mem = '512MB'`, `SET max_parallel_maintenance_workers = 0`, definition)
		})
	}); err != nil {
		return err
	}
	if err := onDatabase(ctx, url, func(c *pgx.Conn) error {
		return each(ctx, c, `SET statement_timeout = 0`, `VACUUM (ANALYZE) cases`, `VACUUM (ANALYZE) case_search`, `CHECKPOINT`,
			`ALTER TABLE cases RESET (autovacuum_enabled)`, `ALTER TABLE case_search RESET (autovacuum_enabled)`)
	}); err != nil {
		return err
	}
	bytes, err := counted(ctx, url, `SELECT pg_total_relation_size('cases') + pg_total_relation_size('case_search')`)
	if err != nil {
		return err
	}
	g.r.Say("%d cases stored: copied in %.0f s, indexes in %.0f s more; %.2f GB", g.stock.total, copied.Seconds(),
		(time.Since(began) - copied).Seconds(), float64(bytes)/(1<<30))
	return nil
}

func each(ctx context.Context, c *pgx.Conn, statements ...string) error {
	for _, sql := range statements {
		if _, err := c.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// dropIndexes drops all that can be made again, and says how.
func dropIndexes(ctx context.Context, url string) (definitions []string, err error) {
	return definitions, onDatabase(ctx, url, func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, `SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('cases', 'case_search') AND schemaname = 'public'
			AND indexname NOT LIKE '%pkey' ORDER BY indexdef LIKE '%gin%' DESC, indexname`)
		if err != nil {
			return err
		}
		var name, definition string
		var names []string
		if _, err := pgx.ForEachRow(rows, []any{&name, &definition}, func() error {
			names, definitions = append(names, name), append(definitions, definition)
			return nil
		}); err != nil {
			return err
		}
		// What fills a table this fast would only be in the way of its own vacuum.
		return each(ctx, c, "DROP INDEX "+strings.Join(names, ", "), `ALTER TABLE cases SET (autovacuum_enabled = off)`,
			`ALTER TABLE case_search SET (autovacuum_enabled = off)`)
	})
}

// inParallel does something to all of a list, some at once.
func inParallel[T any](list []T, do func(T) error) error {
	work := make(chan T)
	faults := make([]error, fillers)
	var wg sync.WaitGroup
	for i := range fillers {
		wg.Go(func() {
			for one := range work {
				if faults[i] == nil {
					faults[i] = do(one)
				}
			}
		})
	}
	for _, one := range list {
		work <- one
	}
	close(work)
	wg.Wait()
	return errors.Join(faults...)
}

// copyAll writes so many more cases, in batches that follow each other in time.
func (g *generator) copyAll(ctx context.Context, url string, n int) error {
	var batches []*batch
	for from := 0; from < n; from += batchSize {
		batches = append(batches, &batch{generator: g, chance: rand.New(rand.NewPCG(g.chance.Uint64(), 0)), stock: newStock(),
			from: from, of: n, first: g.stock.total})
	}
	err := inParallel(batches, func(b *batch) error {
		for i := b.from; i < min(b.from+batchSize, n); i++ {
			b.row(i)
		}
		defer func() { b.cases, b.search = bytes.Buffer{}, bytes.Buffer{} }()
		return onDatabase(ctx, url, func(c *pgx.Conn) error {
			if err := each(ctx, c, `SET statement_timeout = 0`, `SET synchronous_commit = off`); err != nil {
				return err
			}
			if _, err := c.PgConn().CopyFrom(ctx, &b.cases, "COPY cases ("+strings.Join(g.names, ",")+") FROM STDIN"); err != nil {
				return err
			}
			_, err := c.PgConn().CopyFrom(ctx, &b.search, "COPY case_search (no, search) FROM STDIN")
			return err
		})
	})
	for _, b := range batches {
		g.stock.add(b.stock)
	}
	return err
}
