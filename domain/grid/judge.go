package grid

import "huajie/domain"

// Judgement is what would come of a file of grids, had it been put into the rulebook.
type Judgement struct {
	Version  string    // of the rulebook there would be; "" where there are faults
	Faults   []Remark  // nothing would come of the file
	Warnings []Remark  // told and no more
	Found    []Finding // the warnings that are about grids
	Grids    []Judged
	Founded  int    // communities and villages that were not known
	Files    []File // of the rulebook that would differ
}

// Remark is something about a file of grids, with its line where it has lines, or the grid.
type Remark struct {
	Line int
	Key  string
	domain.Text
}

// Judged is a grid of the file; one that is known is replaced.
type Judged struct {
	Code  string
	Name  domain.Text
	Known bool
}

// File is a file of the rulebook.
type File struct {
	Name string
	Raw  []byte
}
