-- Who works in a grid, or in its community or village, reads the cases of the grid and no
-- more of the township (§2.1 "own grid(s)"): the grid is one of the marks of a case.

-- +goose Up
UPDATE cases SET readers = ARRAY(SELECT mark FROM unnest(readers || ('g:' || (body ->> 'grid'))) AS mark ORDER BY mark COLLATE "C")
    WHERE body ->> 'grid' <> '';

-- +goose Down
UPDATE cases SET readers = array_remove(readers, 'g:' || (body ->> 'grid')) WHERE body ->> 'grid' <> '';
