package seal_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"huajie/internal/seal"
)

// TestTheViewerShowsNoWords: whoever looks after the engine sees where a case stands, and
// not what it is about.
func TestTheViewerShowsNoWords(t *testing.T) {
	t.Parallel()
	key, err := seal.Key(filepath.Join(t.TempDir(), "payload.json"))
	require.NoError(t, err)
	v := seal.NewViewer(key, seal.Which{Always: map[string]bool{"phone": true}, Never: map[string]bool{"batch": true}})
	in := map[string]any{"no": "220402G2026000001", "seq": 3, "at": "2026-11-26T08:00:00Z", "phone": "13812345678", "summary": "楼上漏水",
		"english": "water comes down", "batch": "甲的批次", "list": []string{"E0102", "甲 某"}}
	sealed, err := seal.Converter(key).ToPayloads(in, []byte("raw words"), nil)
	require.NoError(t, err)
	shown, err := v.Show(sealed.GetPayloads())
	require.NoError(t, err)
	require.Len(t, shown, 3)
	var out map[string]any
	require.NoError(t, converter.GetDefaultDataConverter().FromPayload(shown[0], &out))
	require.Equal(t, map[string]any{"no": "220402G2026000001", "seq": 3.0, "at": "2026-11-26T08:00:00Z", "phone": "▇▇", "summary": "▇▇",
		"english": "▇▇", "batch": "▇▇", "list": []any{"E0102", "▇▇"}}, out)
	var raw string
	require.NoError(t, converter.GetDefaultDataConverter().FromPayload(shown[1], &raw))
	require.Equal(t, "9 bytes, ▇▇", raw)

	_, err = v.Show([]*commonpb.Payload{{Metadata: sealed.GetPayloads()[0].GetMetadata(), Data: []byte("x")}})
	require.Error(t, err)
	plain := &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`"楼上漏水"`)}
	shown, err = v.Show([]*commonpb.Payload{plain})
	require.NoError(t, err)
	require.JSONEq(t, `"▇▇"`, string(shown[0].GetData()), "what was never sealed either")
}
