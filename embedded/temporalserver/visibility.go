package temporalserver

import (
	"fmt"

	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	postgresql "go.temporal.io/server/schema/postgresql/v12"
	"go.temporal.io/server/tools/sql"
)

// slimVisibility spares the table of visible workflows its needless indexes. It has
// one for each of some sixty attributes, nearly all of which are NULL in every row,
// and each statement opens and locks every index there is. That was more work for PostgreSQL
// than all a case writes to its ledger.
//
// Of the attributes a namespace may define, and of what every workflow has, an
// index WHERE it is there answers the same questions. All others are for what nothing here
// does (schedules, versioned workers, batches): their indexes are taken down, and
// remembered for the day the schema is updated. Questions about them are answered still, by
// walking the table.
const slimVisibility = `
DO $$
DECLARE
    i record;
BEGIN
    CREATE TABLE IF NOT EXISTS indexes_taken_down (name text PRIMARY KEY, definition text NOT NULL);
    FOR i IN
        SELECT x.indexrelid::regclass::text AS name, pg_get_indexdef(x.indexrelid) AS definition, a.attname AS attribute,
            x.indpred IS NULL AS fat, a.attgenerated <> '' AND a.attname !~ '^(keyword|datetime)[0-9]+$' AS needless
        FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[1]
        WHERE x.indrelid = 'executions_visibility'::regclass AND NOT x.indisunique AND NOT a.attnotnull
    LOOP
        IF i.needless THEN
            INSERT INTO indexes_taken_down VALUES (i.name, i.definition) ON CONFLICT (name) DO UPDATE SET definition = excluded.definition;
            EXECUTE 'DROP INDEX ' || i.name;
        ELSIF i.fat THEN
            EXECUTE 'DROP INDEX ' || i.name;
            EXECUTE i.definition || ' WHERE ' || quote_ident(i.attribute) || ' IS NOT NULL';
        END IF;
    END LOOP;
END
$$`

// wholeVisibility puts the indexes up again that were taken down: an update of the
// schema expects to find them.
const wholeVisibility = `
DO $$
DECLARE
    i record;
BEGIN
    IF to_regclass('indexes_taken_down') IS NOT NULL THEN
        FOR i IN SELECT definition FROM indexes_taken_down LOOP
            EXECUTE i.definition;
        END LOOP;
        DROP TABLE indexes_taken_down;
    END IF;
END
$$`

// slim fits the indexes of the visibility store to what is asked of it.
func slim(cfg *config.SQL, logger log.Logger) error { return rebuild(cfg, slimVisibility, logger) }

// whole makes the visibility store as the schema describes it, if an update is due.
func whole(cfg *config.SQL, logger log.Logger) error {
	conn, err := sql.NewConnection(cfg, logger)
	if err != nil {
		return err
	}
	version, err := conn.ReadSchemaVersion()
	conn.Close()
	if err != nil || version == "" || version == postgresql.VisibilityVersion { // err: an empty one
		return nil
	}
	return rebuild(cfg, wholeVisibility, logger)
}

func rebuild(cfg *config.SQL, statement string, logger log.Logger) error {
	conn, err := sql.NewConnection(cfg, logger)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.Exec(statement); err != nil {
		return fmt.Errorf("indexes of the visibility store: %w", err)
	}
	return nil
}
