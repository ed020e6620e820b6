// Package seal encrypts what travels through the engine: every payload of a
// workflow, so that histories hold no readable word of a case. The key is a
// Tink keyset in a file of its own.
package seal

import (
	"fmt"
	"io"
	"os"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"huajie/internal/keyfile"
)

// The encodings of a payload this package has sealed: as it was, or squeezed
// before with the first dictionary (squeeze.go).
const (
	sealedPlain    = "binary/huajie-sealed"
	sealedSqueezed = "binary/huajie-sealed-1"
)

// context binds a ciphertext to its use; a payload copied elsewhere does not open.
var context = []byte("huajie/temporal-payload")

// Key reads the keyset of a file, or makes one there, readable by its owner only.
func Key(file string) (tink.AEAD, error) {
	handle, err := keyfile.Open(func() (*keyset.Handle, error) { return read(file) }, func() error { return create(file) })
	if err != nil {
		return nil, fmt.Errorf("payload key: %w", err)
	}
	return aead.New(handle)
}

func read(file string) (*keyset.Handle, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return insecurecleartextkeyset.Read(keyset.NewJSONReader(f))
}

func create(file string) error {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	return keyfile.Create(file, func(w io.Writer) error { return insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(w)) })
}

// Converter is the data converter of clients and workers: the default one with
// every payload sealed.
func Converter(key tink.AEAD) converter.DataConverter {
	return converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), Codec(key))
}

// Codec seals and opens payloads.
func Codec(key tink.AEAD) converter.PayloadCodec { return codec{key} }

type codec struct{ key tink.AEAD }

// Encode seals payloads.
func (c codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	out := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		plain, err := proto.Marshal(p)
		if err != nil {
			return nil, err
		}
		encoding := sealedPlain
		if len(plain) >= worthwhile {
			encoding, plain = sealedSqueezed, squeeze(plain)
		}
		sealed, err := c.key.Encrypt(plain, context)
		if err != nil {
			return nil, err
		}
		out[i] = &commonpb.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encoding)}, Data: sealed}
	}
	return out, nil
}

// Decode opens sealed payloads; one that was never sealed is passed on.
func (c codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	out := make([]*commonpb.Payload, len(payloads))
	for i, p := range payloads {
		encoding := string(p.GetMetadata()[converter.MetadataEncoding])
		if encoding != sealedPlain && encoding != sealedSqueezed {
			out[i] = p
			continue
		}
		plain, err := c.key.Decrypt(p.GetData(), context)
		if err == nil && encoding == sealedSqueezed {
			plain, err = loosen(plain)
		}
		if err != nil {
			return nil, fmt.Errorf("sealed payload: %w", err)
		}
		out[i] = &commonpb.Payload{}
		if err := proto.Unmarshal(plain, out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
