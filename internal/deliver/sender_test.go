package deliver_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/view"
	"huajie/internal/deliver"
	"huajie/store"
)

// TestReceiptsGoOut: a receipt of registration reaches the phone of its petitioner, and
// the number stays where it belongs.
func TestReceiptsGoOut(t *testing.T) {
	t.Parallel()
	p := newPost(t, notice.SMS)
	no := p.register(1)
	anonymous := p.register(2, func(c *grievance.Case) { c.Anonymous = true })
	_, err := p.db.Exec(t.Context(), `UPDATE notices SET exempt = 'anonymous' WHERE no = $1`, anonymous)
	require.NoError(t, err)
	masked := p.register(3)
	_, err = p.db.Exec(t.Context(), `UPDATE persons SET phone = '138****0003' WHERE id = (SELECT petitioner FROM cases WHERE no = $1)`, masked)
	require.NoError(t, err)
	p.send()
	require.Equal(t, map[string]int{"sms sent": 1, "sms failed no_number": 1}, p.states())
	got := p.gateway.messages()
	require.Equal(t, number(1), got[0].To)
	require.Equal(t, "【化解】已办理", got[0].Text)
	list, err := p.store.CaseNotices(t.Context(), store.Everything, no)
	require.NoError(t, err)
	require.Equal(t, []view.DeliveryItem{{Channel: notice.SMS, State: notice.Sent, Attempts: 1, SentAt: p.now()}}, list[0].Deliveries)
	var all string
	require.NoError(t, p.db.QueryRow(t.Context(), `SELECT string_agg(d::text, '') FROM deliveries d`).Scan(&all))
	require.NotContains(t, all, number(1))
	require.NotContains(t, p.log.String(), "1380437")
	p.pass(time.Hour)
	p.send()
	require.Len(t, p.gateway.messages(), 1)
}

// TestCrashBetweenSendingAndWritingDown: the message is sent again under its key, and
// arrives once.
func TestCrashBetweenSendingAndWritingDown(t *testing.T) {
	t.Parallel()
	p := newPost(t, notice.SMS)
	p.register(1)
	p.Queue = &dying{Store: p.store}
	p.send()
	require.Equal(t, map[string]int{"sms queued": 1}, p.states())
	require.Equal(t, 1, p.gateway.posts)
	p.Queue = p.store // another worker
	p.send()
	require.Equal(t, 1, p.gateway.posts, "while the lease lasts it may still be on its way")
	p.tell(p.oneCase(), notice.Message{N: "N13", To: machine.Recipient{Petitioner: p.oneCase()}})
	p.pass(3 * time.Minute)
	p.send()
	require.Equal(t, 2, p.gateway.posts)
	require.Len(t, p.gateway.messages(), 1, "the provider saw one key, and the same message")
	require.Equal(t, 1, p.states()["sms sent"])
}

// dying is a worker that is killed before it can write down what it did.
type dying struct{ *store.Store }

func (d *dying) SettleDelivery(context.Context, string, view.Outcome) error {
	return errors.New("killed")
}

// TestDownThenUp: what a provider cannot take waits longer and longer, and goes when it
// is back; what it refuses does not.
func TestDownThenUp(t *testing.T) {
	t.Parallel()
	p := newPost(t, notice.SMS)
	p.gateway.set(http.StatusServiceUnavailable)
	p.register(1)
	for range 5 {
		p.send()
		p.pass(10 * time.Minute)
	}
	require.Equal(t, map[string]int{"sms queued http_503": 1}, p.states())
	require.Equal(t, 5, p.gateway.posts)
	p.gateway.set(0)
	p.pass(time.Hour)
	p.send()
	require.Equal(t, map[string]int{"sms sent": 1}, p.states())

	p.gateway.set(http.StatusBadRequest)
	p.register(2)
	p.send()
	require.Equal(t, 1, p.states()["sms failed http_400"])
	p.gateway.set(http.StatusServiceUnavailable)
	p.register(3)
	for range 80 {
		p.send()
		p.pass(time.Hour)
	}
	require.Equal(t, 1, p.states()["sms expired http_503"], "after three days it is of no use")
}

// TestFiveHundred: two workers send 500 receipts, each once.
func TestFiveHundred(t *testing.T) {
	t.Parallel()
	p := newPost(t, notice.SMS)
	for i := range 500 {
		p.register(i)
	}
	other := *p.Sender
	var wg sync.WaitGroup
	wg.Go(p.send)
	wg.Go(func() { other.Round(t.Context()) })
	wg.Wait()
	p.send()
	require.Equal(t, map[string]int{"sms sent": 500}, p.states())
	require.Equal(t, 500, p.gateway.posts)
	to := map[string]bool{}
	for _, m := range p.gateway.messages() {
		to[m.To] = true
	}
	require.Len(t, to, 500)
}

// TestWhatWasSentIsNotSentAgain: notices written anew after the ledger was lost stay home.
func TestWhatWasSentIsNotSentAgain(t *testing.T) {
	t.Parallel()
	p := newPost(t, notice.SMS)
	p.register(1)
	_, err := p.db.Exec(t.Context(), `UPDATE notices SET rebuilt = true`)
	require.NoError(t, err)
	p.send()
	require.Empty(t, p.states())
}

// TestFilesSayWhatTheyAre: without a gateway nothing is said to have been sent.
func TestFilesSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	p := newPost(t)
	p.Providers[notice.SMS] = &deliver.File{Dir: t.TempDir()}
	p.register(1)
	p.send()
	require.Equal(t, map[string]int{"sms written": 1}, p.states())
}

// TestTheSenderRuns: on its own clock, until it is told to stop.
func TestTheSenderRuns(t *testing.T) {
	t.Parallel()
	p := newPost(t, notice.SMS)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.Run(ctx); close(ended) }()
	p.register(1)
	require.Eventually(t, func() bool { return len(p.gateway.messages()) == 1 }, 30*time.Second, 10*time.Millisecond)
	stop()
	<-ended
}
