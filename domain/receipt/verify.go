package receipt

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/machine"
)

// Check is one thing that holds or does not.
type Check struct {
	OK       bool
	Unproved bool // it does not contradict itself, but nothing in the receipt proves it
	What     domain.Text
}

// Holds tells whether all checks do.
func Holds(list []Check) bool { return !slices.ContainsFunc(list, func(c Check) bool { return !c.OK }) }

// verifier collects what was checked.
type verifier struct {
	Receipt
	checks []Check
}

func (v *verifier) check(ok bool, zh, en string, args ...any) {
	v.checks = append(v.checks, Check{OK: ok, What: domain.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}})
}

// Verify checks a document without asking anybody: by whom it was signed and that nothing was
// changed since, that the events it carries are links of one chain, and that its deadlines
// follow from the calendar and the ledger of pauses and extensions in it. Without the
// published keys nobody is proved to have signed it, which does not hold.
func Verify(document []byte, keys map[string]ed25519.PublicKey) (Receipt, []Check) {
	v := &verifier{}
	words, signature, err := canonical(document)
	// What is read is what was signed, not what another reader might make of the document.
	if err != nil || json.Unmarshal(words, &v.Receipt) != nil || v.Kind != Kind {
		v.check(false, "不是办件回执", "not a receipt of a case")
		return v.Receipt, v.checks
	}
	v.Signature = signature
	v.signed(words, keys)
	v.chained()
	cal, err := calendar.New(v.Calendar.Version, v.Calendar.Years, v.Calendar.Hours)
	v.check(err == nil, "日历完整:版本 %s", "the calendar is sound: version %s", v.Calendar.Version)
	if err != nil {
		return v.Receipt, v.checks
	}
	for _, k := range v.Clocks {
		v.due(cal, k)
		v.segments(cal, k)
	}
	return v.Receipt, v.checks
}

// signed checks the signature, and whose it is.
func (v *verifier) signed(words []byte, keys map[string]ed25519.PublicKey) {
	published, known := keys[v.Key.ID]
	own, err := hex.DecodeString(v.Key.Public)
	if !known && (err != nil || len(own) != ed25519.PublicKeySize) {
		v.check(false, "回执中没有可用的公钥", "the receipt holds no public key")
		return
	}
	key := published
	if !known {
		key = own
	}
	signature, _ := hex.DecodeString(v.Signature)
	if ed25519.Verify(key, words, signature) {
		v.check(true, "签名与内容相符,签发后未被改动", "the signature fits: nothing was changed since it was issued")
	} else {
		v.check(false, "签名与内容不符:签发后被改动", "the signature does not fit: the document was changed since it was issued")
	}
	if known {
		v.check(true, "签名密钥 %s 与公布的密钥一致", "the key %s is the published one", v.Key.ID)
	} else {
		v.check(false, "签名密钥 %s 未与公布的密钥核对,请用 --key 给出公布的公钥", "the key %s was not compared with a published one: give it with --key", v.Key.ID)
	}
}

// chained checks that the events carried are links of the chain, and those carried whole
// that they are what the chain was made of and what the receipt says of them. A unit is given
// every event, a petitioner at least the first.
func (v *verifier) chained() {
	last, whole := 0, 0
	for _, e := range v.Events {
		if e.Seq <= last || e.Seq > len(v.Chain) || v.Chain[e.Seq-1] != e.Hash {
			v.check(false, "第%d条事件不在本件的哈希链上", "event %d is no link of the chain", e.Seq)
			return
		}
		if last = e.Seq; e.Content == "" {
			continue
		}
		if !v.hashed(e) {
			v.check(false, "第%d条事件的内容与哈希链不符", "the contents of event %d do not give its hash", e.Seq)
			return
		}
		if !v.saysSo(e) {
			v.check(false, "回执对第%d条事件的记述与其内容不符", "what the receipt says of event %d is not in its contents", e.Seq)
			return
		}
		whole++
	}
	all := len(v.Events) > 0 && v.Events[0].Seq == 1 && (v.For == ForPetitioner || v.For == ForUnit && len(v.Events) == len(v.Chain))
	v.check(all, "所载%d条事件均在本件的哈希链上(共%d条)", "the %d events carried are links of the chain of %d", len(v.Events), len(v.Chain))
	switch {
	case whole == len(v.Chain) && whole > 0:
		v.check(true, "哈希链已按全部事件内容重新计算,相符", "the chain was computed anew from the contents of every event and fits")
	case whole > 0:
		v.check(true, "%d条事件的内容与哈希相符", "the contents of %d events give their hashes", whole)
	}
}

// hashed tells whether the contents of an event give its hash.
func (v *verifier) hashed(e Event) bool {
	prev := make([]byte, sha256.Size)
	if e.Seq > 1 {
		prev, _ = hex.DecodeString(v.Chain[e.Seq-2])
	}
	h := sha256.New()
	h.Write(prev)
	h.Write([]byte(e.Content))
	return hex.EncodeToString(h.Sum(nil)) == e.Hash
}

// saysSo tells whether the contents of an event are what the receipt says of it.
func (v *verifier) saysSo(e Event) bool {
	var is machine.Event
	return json.Unmarshal([]byte(e.Content), &is) == nil && is.No == v.No && e.Of(is)
}

// Of tells whether this is what a receipt says of an event of the ledger.
func (e Event) Of(is machine.Event) bool {
	return e.Seq == is.Seq && e.Type == is.Type && e.Rule == is.Rule && e.State == string(is.To) && e.Unit == is.Unit && near(e.At, is.At) && near(e.RecordedAt, is.RecordedAt)
}
