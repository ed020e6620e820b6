package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"huajie/domain/audit"
)

// largestBundle bounds what a stored rulebook may unpack to.
const largestBundle = 64 << 20

// SaveRulebook keeps the files of a published version. A version names its
// content, so publishing it again changes nothing.
func (s *Store) SaveRulebook(ctx context.Context, version string, files map[string][]byte, by string) error {
	packed, err := packRulebook(files)
	if err != nil {
		return fmt.Errorf("store: rulebook %s: %w", version, err)
	}
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO rulebooks (version, bundle, published_by) VALUES ($1, $2, $3) ON CONFLICT (version) DO NOTHING`,
			version, packed, by)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		_, err = s.appendAudit(ctx, tx, audit.Entry{Actor: "system", Via: by, Kind: audit.RulebookPublished, Object: version, Outcome: audit.OK})
		return err
	})
}

func packRulebook(files map[string][]byte) ([]byte, error) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	err := errors.Join(json.NewEncoder(z).Encode(files), z.Close())
	return packed.Bytes(), err
}

// Rulebook gives the files of a published version; domain.CodeNotFound when it
// was not kept.
func (s *Store) Rulebook(ctx context.Context, version string) (map[string][]byte, error) {
	var packed []byte
	if err := s.pool.QueryRow(ctx, `SELECT bundle FROM rulebooks WHERE version = $1`, version).Scan(&packed); err != nil {
		return nil, fault(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("store: rulebook %s: %w", version, err)
	}
	files := map[string][]byte{}
	if err := json.NewDecoder(io.LimitReader(z, largestBundle)).Decode(&files); err != nil {
		return nil, fmt.Errorf("store: rulebook %s: %w", version, err)
	}
	return files, nil
}

// Rulebooks lists the published versions, oldest first.
func (s *Store) Rulebooks(ctx context.Context) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT version FROM rulebooks ORDER BY ordinal`)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return out, fault(err)
}
