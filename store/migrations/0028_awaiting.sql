-- +goose Up
-- Who is to sign for something on a case, for their list.
ALTER TABLE cases ADD COLUMN awaiting text[] NOT NULL DEFAULT '{}';
UPDATE cases c SET awaiting = x.signers FROM (
	SELECT n.no, array_agg(DISTINCT CASE WHEN n.to_user <> '' THEN 'p:' || n.to_user ELSE 'o:' || n.to_role || '@' || n.to_unit END) AS signers
	FROM notices n JOIN cases ON cases.no = n.no
	WHERE n.n = 'N9' AND cases.open AND cases.body -> 'requests' ? ('R' || n.seq) GROUP BY n.no) x WHERE x.no = c.no;
CREATE INDEX cases_awaiting ON cases USING gin (awaiting) WHERE awaiting <> '{}';

-- +goose Down
ALTER TABLE cases DROP COLUMN awaiting;
