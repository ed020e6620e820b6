package rulebook_test

import "testing"

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b)
	}
}
