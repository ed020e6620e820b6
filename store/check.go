package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"huajie/domain"
	"huajie/internal/seal"
)

// Finding is one line of `huajie doctor`.
type Finding struct {
	// What was looked at, in a word or two.
	What string `json:"what"`
	OK   bool   `json:"ok"`
	// Detail says what was found.
	Detail string `json:"detail"`
	// MendZH and MendEN say how to mend it, in Chinese and English; empty when
	// there is nothing to mend.
	MendZH string `json:"mend_zh,omitempty"`
	MendEN string `json:"mend_en,omitempty"`
}

// oldestServer is the oldest PostgreSQL the store is tested with.
const oldestServer = 150000

// Check looks at the database and changes nothing: version, letters, schema.
func (s *Store) Check(ctx context.Context) []Finding {
	var number int
	var version, ctype, encoding string
	err := s.pool.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version'), datctype, pg_encoding_to_char(encoding)
		FROM pg_database WHERE datname = current_database()`).Scan(&number, &version, &ctype, &encoding)
	if err != nil {
		return []Finding{{What: "database", Detail: describe(fault(err)), MendZH: "检查数据库地址及服务是否运行", MendEN: "check the database URL and that the server runs"}}
	}
	return []Finding{
		{What: "database version", OK: number >= oldestServer, Detail: "PostgreSQL " + version,
			MendZH: unless(number >= oldestServer, "升级到 PostgreSQL 15 或更高版本"), MendEN: unless(number >= oldestServer, "upgrade to PostgreSQL 15 or later")},
		letters(ctype, encoding),
		s.checkSchema(ctx),
		s.checkKeys(ctx),
	}
}

// letters judges whether Chinese characters count as letters: with the locale C
// PostgreSQL searches them in vain.
func letters(ctype, encoding string) Finding {
	name := strings.ToUpper(ctype)
	ok := encoding == "UTF8" && (strings.Contains(name, "UTF-8") || strings.Contains(name, "UTF8"))
	return Finding{What: "database locale", OK: ok, Detail: "lc_ctype " + ctype + ", " + encoding,
		MendZH: unless(ok, "用 UTF8 编码和 C.UTF-8 区域重建数据库"), MendEN: unless(ok, "create the database with encoding UTF8 and locale C.UTF-8")}
}

func (s *Store) checkSchema(ctx context.Context) Finding {
	f := Finding{What: "database schema"}
	have, want, err := s.versions(ctx)
	switch {
	case err != nil:
		f.Detail = describe(err)
	case have > want:
		f.Detail = fmt.Sprintf("version %d, newer than this program (%d)", have, want)
		f.MendZH, f.MendEN = "请使用更新版本的程序", "run a newer version of the program"
		return f
	default:
		f.OK, f.Detail = have == want, fmt.Sprintf("version %d of %d", have, want)
	}
	f.MendZH, f.MendEN = unless(f.OK, "运行 huajie migrate"), unless(f.OK, "run huajie migrate")
	return f
}

// versions gives the version of the schema and the one this program needs.
func (s *Store) versions(ctx context.Context) (have, want int64, err error) {
	db := stdlib.OpenDBFromPool(s.pool)
	defer func() { _ = db.Close() }() // the pool stays open
	p, err := provider(db)
	if err != nil {
		return 0, 0, err
	}
	for _, m := range p.ListSources() {
		want = max(want, m.Version)
	}
	// Asked directly: the provider would create its table.
	err = s.pool.QueryRow(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&have)
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && pg.Code == undefinedTable {
		return 0, want, nil // nothing was migrated yet
	}
	return have, want, fault(err)
}

// Ping tells whether the database answers, has the schema this program needs, and was sealed
// with its keys.
func (s *Store) Ping(ctx context.Context) error {
	have, want, err := s.versions(ctx)
	if err != nil {
		return err
	}
	if have < want {
		return refusal(domain.CodeUnavailable, "schema_outdated", "数据库结构需要升级", "the database schema must be migrated")
	}
	if err := s.KeysFit(ctx); errors.Is(err, seal.ErrSealed) {
		return refusal(domain.CodeUnavailable, "wrong_keys", "字段密钥与数据库不符", "the field keys are not those of this database")
	}
	return nil
}

// checkKeys looks whether what is sealed opens.
func (s *Store) checkKeys(ctx context.Context) Finding {
	err := s.KeysFit(ctx)
	ok := err == nil || !errors.Is(err, seal.ErrSealed)
	f := Finding{What: "field keys", OK: ok, Detail: "they open what is sealed", MendZH: unless(ok, "从备份恢复字段密钥文件"), MendEN: unless(ok, "put the file of the field keys back from its backup")}
	if !ok {
		f.Detail = describe(err)
	}
	return f
}

// describe tells an operator what went wrong in one line.
func describe(err error) string {
	if code := domain.CodeOf(err); code != "" {
		return string(code) + ": " + domain.ReasonOf(err)
	}
	return err.Error()
}

func unless(ok bool, advice string) string {
	if ok {
		return ""
	}
	return advice
}
