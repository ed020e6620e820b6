package temporalserver

import (
	"fmt"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/tools/sql"
)

// slimVisibility leaves rows out of the indexes on what they do not have. The
// table of visible workflows has an index for each of some sixty attributes,
// nearly all of which are NULL in every row; each change of a row is written
// to all of them. That was more work for PostgreSQL than all a case writes to its
// ledger. An index WHERE the attribute is there answers the same questions.
//
// The names stay, so that an update of the schema finds what it expects; an index
// it makes anew is slimmed at the next start.
const slimVisibility = `
DO $$
DECLARE
    i record;
BEGIN
    FOR i IN
        SELECT x.indexrelid::regclass AS name, pg_get_indexdef(x.indexrelid) AS definition, a.attname AS attribute
        FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[1]
        WHERE x.indrelid = 'executions_visibility'::regclass AND x.indpred IS NULL AND NOT x.indisunique AND NOT a.attnotnull
    LOOP
        EXECUTE 'DROP INDEX ' || i.name;
        EXECUTE i.definition || ' WHERE ' || quote_ident(i.attribute) || ' IS NOT NULL';
    END LOOP;
END
$$`

// slim makes the indexes of the visibility store partial.
func slim(cfg *config.SQL, logger log.Logger) error {
	conn, err := sql.NewConnection(cfg, logger)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Exec(slimVisibility); err != nil {
		return fmt.Errorf("indexes of the visibility store: %w", err)
	}
	return nil
}
