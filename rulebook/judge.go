package rulebook

import (
	"errors"
	"maps"
	"slices"

	"huajie/domain"
	"huajie/domain/grid"
)

// GridFindings is what is odd about the grids of the book in force.
func (h *Holder) GridFindings() []grid.Finding { return slices.Clone(h.Current().found) }

// JudgeGrids puts a file of grids into the book in force as a trial, and tells what would
// change and what is wrong. Nothing comes of it.
func (h *Holder) JudgeGrids(name string, raw []byte) (out grid.Judgement, err error) {
	book, opts := h.Current(), []Option(nil)
	if _, drilled := book.files[fileDrill]; drilled {
		opts = append(opts, WithDrill())
	}
	done, err := importInto(book, opts, []GridFile{{Name: name, Raw: raw}})
	var faults Faults
	if errors.As(err, &faults) {
		out.Faults = remarks(faults)
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Version, out.Founded, out.Warnings, out.Found = done.Book.Version, done.Founded, remarks(done.Warnings), done.Found
	for _, g := range done.Grids {
		out.Grids = append(out.Grids, grid.Judged(g))
	}
	for _, file := range slices.Sorted(maps.Keys(done.Changed)) {
		out.Files = append(out.Files, grid.File{Name: file, Raw: done.Changed[file]})
	}
	return out, nil
}

func remarks(list Faults) []grid.Remark {
	out := make([]grid.Remark, len(list))
	for i, f := range list {
		out[i] = grid.Remark{Line: f.Line, Key: f.Key, Text: domain.Text{ZH: f.ZH, EN: f.EN}}
	}
	return out
}
