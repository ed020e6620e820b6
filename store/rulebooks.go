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
)

// largestBundle bounds what a stored rulebook may unpack to.
const largestBundle = 64 << 20

// SaveRulebook keeps the files of a published version. A version names its
// content, so publishing it again changes nothing.
func (s *Store) SaveRulebook(ctx context.Context, version string, files map[string][]byte, by string) error {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if err := errors.Join(json.NewEncoder(z).Encode(files), z.Close()); err != nil {
		return fmt.Errorf("store: rulebook %s: %w", version, err)
	}
	_, err := s.pool.Exec(ctx, `INSERT INTO rulebooks (version, bundle, published_by) VALUES ($1, $2, $3) ON CONFLICT (version) DO NOTHING`,
		version, packed.Bytes(), by)
	return fault(err)
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
