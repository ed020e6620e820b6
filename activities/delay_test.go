package activities

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"huajie/domain"
	"huajie/domain/machine"
)

func TestWaitingIsMeasuredFromTheFirstTry(t *testing.T) {
	t.Parallel()
	var d delays
	at := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC) // far from any wall clock
	in := CommitInput{Kind: KindGrievance, No: "1", Seq: 3, At: at, Command: machine.Command{Key: "k"}}
	wall := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

	assert.Zero(t, d.begin(in, wall))
	d.end(in, errors.New("connection refused"))
	assert.Zero(t, d.begin(in, wall.Add(noticeable)), "not worth telling")
	d.end(in, &domain.Error{Code: domain.CodeUnavailable})
	assert.Equal(t, 5*time.Minute, d.begin(in, wall.Add(5*time.Minute)))
	other := in
	other.At = at.Add(time.Second)
	assert.Zero(t, d.begin(other, wall.Add(5*time.Minute)), "another step")

	d.end(in, &domain.Error{Code: domain.CodeConflict})
	assert.Zero(t, d.begin(in, wall.Add(time.Hour)), "a refusal settles a step")
	d.end(in, nil)
	d.end(other, nil)
	assert.Empty(t, d.first)
}

func TestTheFailedAreNotRememberedWithoutEnd(t *testing.T) {
	t.Parallel()
	var d delays
	for i := range mostWaiting + 50 {
		d.begin(CommitInput{Seq: i}, time.Time{})
	}
	assert.Len(t, d.first, mostWaiting)
}
