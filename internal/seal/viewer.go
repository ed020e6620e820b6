package seal

import (
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/tink"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
)

// blank stands where words were.
const blank = "▇▇"

// Viewer opens payloads of the engine for whoever looks after it, who is to see no content of
// a case (§2.1 sys_admin): codes, numbers and times are shown, and blanks for words.
type Viewer struct {
	codec converter.PayloadCodec
	words Which
}

// NewViewer opens with a key and blanks what is words.
func NewViewer(key tink.AEAD, words Which) *Viewer { return &Viewer{Codec(key), words} }

// Show opens payloads. What is no JSON is left out but for its length.
func (v *Viewer) Show(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	opened, err := v.codec.Decode(payloads)
	if err != nil {
		return nil, err
	}
	out := make([]*commonpb.Payload, len(opened))
	for i, p := range opened {
		if out[i], err = v.shown(p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (v *Viewer) shown(p *commonpb.Payload) (*commonpb.Payload, error) {
	encoding := string(p.GetMetadata()[converter.MetadataEncoding])
	switch {
	case len(p.GetData()) == 0:
		return p, nil
	case !strings.HasPrefix(encoding, "json/"):
		text := fmt.Sprintf(`"%d bytes, %s"`, len(p.GetData()), blank)
		return &commonpb.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)}, Data: []byte(text)}, nil
	}
	data, err := rewrite(p.GetData(), func(key, text string) (string, bool, error) {
		return blank, worded(text) || v.words.sealed(key, text), nil
	})
	if err != nil {
		return nil, err
	}
	return &commonpb.Payload{Metadata: p.GetMetadata(), Data: data}, nil
}
