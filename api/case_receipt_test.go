package api_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/receipt"
	"huajie/domain/view"
)

// pen is the signer of the house.
type pen struct{}

var private = ed25519.NewKeyFromSeed([]byte(strings.Repeat("h", ed25519.SeedSize)))

func (pen) ID() string               { return "house" }
func (pen) PublicKey() []byte        { return private.Public().(ed25519.PublicKey) }
func (pen) Sign(words []byte) []byte { return ed25519.Sign(private, words) }

func (h *house) Chain(ctx context.Context, no string, contents bool) ([]view.Link, error) {
	events, err := h.Events(ctx, no)
	prev, out := make([]byte, sha256.Size), []view.Link{}
	for _, e := range events {
		content, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		sum := sha256.New()
		sum.Write(prev)
		sum.Write(content)
		prev = sum.Sum(nil)
		l := view.Link{Event: e, Hash: hex.EncodeToString(prev)}
		if contents {
			l.Content = string(content)
		}
		out = append(out, l)
	}
	return out, err
}

// receiptOf fetches a receipt, which must hold as it was sent.
func (h *house) receiptOf(t *testing.T, as, path string) (receipt.Receipt, string) {
	t.Helper()
	res := h.do(t, request{as: as, method: http.MethodGet, path: path})
	require.Equal(t, http.StatusOK, res.Code, res.Body.String())
	r, checks := receipt.Verify(res.Body.Bytes(), map[string]ed25519.PublicKey{"house": pen{}.PublicKey()})
	for _, c := range checks {
		assert.True(t, c.OK, c.What.EN)
	}
	return r, res.Body.String()
}

// TestReceiptsOfACase: officers in scope and the petitioner get one each; what is signed is
// what is sent.
func TestReceiptsOfACase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	path := "/api/v1/cases/" + no + "/receipt"
	unit, body := h.receiptOf(t, liaison, path)
	assert.Equal(t, []any{receipt.ForUnit, no, len(unit.Chain)}, []any{unit.For, unit.No, len(unit.Events)})
	assert.NotContains(t, body, `"content"`)
	for _, secret := range []string{"张三丰", "13800005678", "井盖破损"} {
		assert.NotContains(t, body, secret)
	}
	_, body = h.receiptOf(t, liaison, path+"?contents=true")
	assert.Contains(t, body, `"content"`)

	mine, body := h.receiptOf(t, "", "/api/v1/public/cases/"+no+"/receipt?code="+codeOf(no))
	assert.Equal(t, receipt.ForPetitioner, mine.For)
	assert.Equal(t, unit.Chain, mine.Chain)
	assert.NotContains(t, body, clerk)
	h.play(t, []scenario{
		{name: "a wrong code", request: request{method: http.MethodGet, path: "/api/v1/public/cases/" + no + "/receipt?code=WRONG"}, status: 404},
		{name: "no code", request: request{method: http.MethodGet, path: "/api/v1/public/cases/" + no + "/receipt"}, status: 404},
		{name: "another county", request: request{as: elsewhere, method: http.MethodGet, path: path}, status: 404},
		{name: "an administrator", request: request{as: admin, method: http.MethodGet, path: path}, status: 404},
		{name: "nobody", request: request{method: http.MethodGet, path: path}, status: 401},
	})
}

// TestAnAccusationIsNotCarriedWhole: what is hashed of one holds more than its readers see.
func TestAnAccusationIsNotCarriedWhole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.matter(t, map[string]any{"nature": "accusation", "respondent_unit": "220402-D11"})
	_, body := h.receiptOf(t, "discipline.220402-D07", "/api/v1/cases/"+no+"/receipt?contents=true")
	assert.NotContains(t, body, `"content"`)
	assert.Equal(t, http.StatusNotFound, h.do(t, request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases/" + no + "/receipt"}).Code)
}
