package sheet

// HoldAtMost makes a book refuse more rows than so many, as it does those no sheet holds.
func HoldAtMost(f File, rows int) { f.(*book).most = rows }
