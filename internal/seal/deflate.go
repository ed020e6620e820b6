package seal

import (
	"bytes"
	"compress/flate"
	"io"
	"sync"
)

// worthwhile is the size from which a payload is made smaller. The events of a
// step are JSON of one or two kilobytes and shrink to half; once sealed nothing
// can be compressed any more.
const worthwhile = 300

// deflaters are kept, because one costs more to make than to use.
var deflaters = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestSpeed) // the level is a good one
	return w
}}

// deflate gives the smaller form, or the same when it is not worth it.
func deflate(plain []byte) []byte {
	if len(plain) < worthwhile {
		return plain
	}
	var out bytes.Buffer
	out.Grow(len(plain))
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&out)
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// inflate undoes deflate. What it reads was sealed by us, so its size is trusted.
func inflate(small []byte) ([]byte, error) {
	return io.ReadAll(flate.NewReader(bytes.NewReader(small)))
}
