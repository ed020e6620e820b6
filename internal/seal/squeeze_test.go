package seal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"pgregory.net/rapid"
)

// TestTheDictionaryIsFrozen: histories written with it could not be read any more.
func TestTheDictionaryIsFrozen(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(dictionary)
	require.Equal(t, "bb5b739cd71ee4557faeb57a5de12fb01abc85d08e925bc6bf0f6dec600e5f9d", hex.EncodeToString(sum[:]))
}

func TestSqueezedComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		back, err := loosen(squeeze(plain))
		require.NoError(t, err)
		require.Equal(t, plain, append([]byte{}, back...))
	})
	_, err := loosen([]byte("not squeezed"))
	require.Error(t, err)
}

// TestAStepIsSqueezedToAThird: of the recorded histories, which hold steps the
// dictionary has not seen.
func TestAStepIsSqueezedToAThird(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join("..", "..", "workflows", "testdata", "histories", "v0.1", "straight-grievance.json"))
	require.NoError(t, err)
	var history struct {
		Events []struct {
			Marker struct {
				Details map[string]struct {
					Payloads []struct {
						Data []byte `json:"data"`
					} `json:"payloads"`
				} `json:"details"`
			} `json:"markerRecordedEventAttributes"`
		} `json:"events"`
	}
	require.NoError(t, json.Unmarshal(raw, &history))
	before, after := 0, 0
	for _, e := range history.Events {
		for _, p := range e.Marker.Details["result"].Payloads {
			before, after = before+len(p.Data), after+len(squeeze(p.Data))
		}
	}
	require.Greater(t, before, 3000)
	require.Less(t, after, before/3)
}

// TestOnlyWhatGainsIsSqueezed: both ways of sealing open again.
func TestOnlyWhatGainsIsSqueezed(t *testing.T) {
	t.Parallel()
	key, err := Key(filepath.Join(t.TempDir(), "key"))
	require.NoError(t, err)
	long := strings.Repeat("楼上漏水", 50)
	for words, encoding := range map[string]string{"楼上漏水": sealedPlain, long: sealedSqueezed} {
		p, err := Converter(key).ToPayload(words)
		require.NoError(t, err)
		require.Equal(t, encoding, string(p.GetMetadata()[converter.MetadataEncoding]))
		require.NotContains(t, string(p.GetData()), "漏水")
		var back string
		require.NoError(t, Converter(key).FromPayload(p, &back))
		require.Equal(t, words, back)
	}
}

func BenchmarkSqueeze(b *testing.B) {
	plain := dictionary[200:1800]
	for b.Loop() {
		squeeze(plain)
	}
}

func BenchmarkLoosen(b *testing.B) {
	small := squeeze(dictionary[200:1800])
	for b.Loop() {
		if _, err := loosen(small); err != nil {
			b.Fatal(err)
		}
	}
}
