package rulebook

import (
	"errors"
	"maps"
	"reflect"
	"slices"

	"huajie/domain"
	"huajie/domain/publishing"
)

// verify reads the file again: the row is what it shall be, and every other one in the file what it was.
func (w *rowWriter) verify(words string) error {
	files := maps.Clone(w.s.files)
	files[w.file] = []byte(words)
	then := newBinder(files)
	for _, sheet := range publishing.Sheets() {
		was, will := valuesIn(w.s, sheet, w.file), valuesIn(then, sheet, w.file)
		if sheet == w.Sheet {
			delete(was, w.Row)
			if w.want != nil {
				was[w.Row] = w.want
			}
		}
		if !reflect.DeepEqual(was, will) {
			return errRowForm
		}
	}
	return nil
}

func valuesIn(s *binder, sheet publishing.Sheet, file string) map[string]map[string]any {
	out := map[string]map[string]any{}
	for _, r := range s.rows(sheet, s.fieldsOf(sheet)) {
		if r.in == file {
			out[r.ID] = r.Values
		}
	}
	return out
}

// judge checks the files with the row in them, and refuses what is wrong with its own fields.
func (w *rowWriter) judge(words string) error {
	if w.want == nil {
		return nil
	}
	files := maps.Clone(w.s.files)
	files[w.file] = []byte(words)
	_, err := Check(files)
	var faults Faults
	if !errors.As(err, &faults) {
		return nil
	}
	then := newBinder(files)
	var own []domain.FieldError
	for _, r := range then.rows(w.Sheet, w.fields) {
		if r.ID != w.Row {
			continue
		}
		for _, f := range faults {
			if name := r.FieldAt(f.File, f.Line, f.Key); slices.Contains(w.order, name) {
				own = append(own, domain.Fault(name, "rule", f.ZH, f.EN))
			}
		}
	}
	if len(own) > 0 {
		return domain.Invalid(own...)
	}
	return nil
}
