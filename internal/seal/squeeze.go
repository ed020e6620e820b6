package seal

import (
	_ "embed" // the dictionary

	"github.com/klauspost/compress/zstd"
)

// dictionary is what events of cases look like (of invented ones). Payloads are
// short and alike, so nearly all of one is found there: a step is squeezed to a
// third, which halves the histories the engine keeps.
//
// Histories are read with the dictionary they were written with: this one never
// changes. A better one is a second file with a number of its own.
//
//go:embed dictionary1.txt
var dictionary []byte

const dictionaryID = 1

// worthwhile is the least size that is squeezed; what is shorter gains nothing.
const worthwhile = 256

// longest bounds what a squeezed payload may become again; the engine takes 2 MB.
const longest = 16 << 20

// Both may be used from anywhere at once.
var (
	squeezer = must(zstd.NewWriter(nil, zstd.WithEncoderDictRaw(dictionaryID, dictionary), zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(64<<10))) // the seal tells what was changed
	loosener = must(zstd.NewReader(nil, zstd.WithDecoderDictRaw(dictionaryID, dictionary), zstd.WithDecoderMaxMemory(longest)))
)

// must is for options that are constants.
func must[T any](made T, err error) T {
	if err != nil {
		panic(err)
	}
	return made
}

// squeeze makes a payload small before it is sealed, since what is sealed cannot
// be compressed any more.
func squeeze(plain []byte) []byte { return squeezer.EncodeAll(plain, nil) }

// loosen is the way back.
func loosen(small []byte) ([]byte, error) { return loosener.DecodeAll(small, nil) }
