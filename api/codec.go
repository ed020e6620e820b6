package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	commonpb "go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"huajie/domain"
	"huajie/domain/audit"
)

// Payloads opens what the engine keeps. It shows no content of a case: who looks after the
// engine is a system administrator, who sees none (§2.1).
type Payloads interface {
	Show(payloads []*commonpb.Payload) ([]*commonpb.Payload, error)
}

// codecPath is what the engine's pages and its command line call a codec endpoint; they add
// /decode.
const codecPath = basePath + "/engine/codec"

// mostPayloads is how much may be asked for at once, in bytes: the engine lets no single
// payload be larger than two megabytes.
const mostPayloads = 8 << 20

// codecRoute is Temporal's contract for remote codecs, its reading half. Nothing is sealed
// for strangers.
func (s *server) codecRoute() {
	op := operation(http.MethodPost, codecPath+"/decode", "decode-payloads", tagSystem, "Payloads of the engine made readable, words left out, for its own pages")
	op.Description = "Temporal's remote codec. Every use is on the audit log. 流程引擎数据解码(不含办件内容),每次使用均留痕。"
	op.MaxBodyBytes = mostPayloads
	register(s, op, http.StatusOK, payloadsSchema(), true, s.decodePayloads)
	s.api.OpenAPI().Paths[op.Path].Post.Responses["200"].Content = map[string]*huma.MediaType{"application/json": {Schema: payloadsSchema()}}
}

func payloadsSchema() *huma.Schema {
	payload := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
		"metadata": {Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}, Description: "base64"},
		"data":     {Type: huma.TypeString, Description: "base64"},
	}}
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"payloads"}, Properties: map[string]*huma.Schema{
		"payloads": {Type: huma.TypeArray, Items: payload},
	}}
}

type payloadsInput struct {
	Namespace string `header:"X-Namespace" maxLength:"200" doc:"as the engine's pages send it; it is not looked at"`
	FormBody
}

// payloadsOutput has the body as the engine's own JSON writes it.
type payloadsOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// decodePayloads opens payloads and keeps on record who looked, before anything is shown.
func (s *server) decodePayloads(ctx context.Context, in *payloadsInput) (*payloadsOutput, error) {
	if s.Payloads == nil {
		return nil, domain.NotFound()
	}
	var asked commonpb.Payloads
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(in.RawBody, &asked); err != nil {
		return nil, domain.Faulty("payloads", "format", "不是流程引擎的数据", "these are no payloads of the engine")
	}
	var raw []byte
	err := s.onRecord(ctx, audit.EngineRead, "temporal", fmt.Sprintf("%d payloads", len(asked.GetPayloads())), func() error {
		shown, err := s.Payloads.Show(asked.GetPayloads())
		if err != nil {
			return domain.Faulty("payloads", "sealed", "数据无法解密", "they do not open")
		}
		if raw, err = protojson.Marshal(&commonpb.Payloads{Payloads: shown}); len(shown) == 0 {
			raw = []byte(`{"payloads":[]}`) // which protojson would leave out
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &payloadsOutput{ContentType: "application/json", Body: raw}, nil
}

// fromEngineUI lets the pages of the engine, of another origin, ask for payloads with the
// cookie of whoever sits before them. Nothing else is open to these pages, and this to no
// other ones.
func (s *server) fromEngineUI(next http.Handler) http.Handler {
	pages := trusted(s.Door.EngineUI)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if pages == "" || r.URL.Path != codecPath+"/decode" || r.Header.Get("Origin") != pages {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", pages)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Add("Vary", "Origin")
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", http.MethodPost)
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Namespace")
			h.Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		s.engine.ServeHTTP(w, r)
	})
}
