package whistle_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/whistle"
	"huajie/internal/testkit/trial"
)

func TestW6NobodyLeavesBeforeTheMatterIsDone(t *testing.T) {
	t.Parallel()
	b := blown(t).comes(police, urban)
	require.Equal(t, whistle.Arrived, b.Case.State)
	b.do("handler."+police, "start-work", form.Input{"measures": "清障"})
	b.do("handler."+urban, "start-work", nil)
	require.Equal(t, whistle.Working, b.Case.State)
	b.Faults("result", "required", "handler."+police, "complete-work", nil)
	b.Faults("photos", "too_few", "handler."+police, "complete-work", form.Input{"result": "已清理"})
	b.Faults("photos[0]", "unknown_file", "handler."+police, "complete-work", form.Input{"result": "已清理", "photos": []any{"file-2"}})
	before := b.Case.Seats[urban]
	seat := before
	for n := range 100 { // photo.case, over all units
		seat.Photos = append(seat.Photos, whistle.Photo{ID: fmt.Sprint("earlier-", n)})
	}
	b.Case.Seats[urban] = seat
	b.Faults("photos", "too_many", "handler."+police, "complete-work", done)
	b.Case.Seats[urban] = before
	b.finishes(police)
	require.Equal(t, whistle.Working, b.Case.State, "the other unit is still at work")
	b.do(leader, "return-work", form.Input{"unit": police, "reason": "仍有杂物"})
	require.Equal(t, whistle.Working, b.seat(police).State)
	require.Empty(t, b.seat(police).Photos)
	b.finishes(police, urban)
	require.Equal(t, whistle.Completed, b.Case.State)
	require.Equal(t, trial.Centre(t, township), b.Case.Owner)
	require.Len(t, b.seat(urban).Photos, 1)
	require.Equal(t, "file-1", b.seat(urban).Photos[0].ID)
	require.True(t, b.seat(urban).Photos[0].At.Equal(b.Now.Add(-time.Minute)))
	require.Empty(t, b.seat(urban).Photos[0].Flags)
}

func TestW6AUnitIsReleased(t *testing.T) {
	t.Parallel()
	b := blown(t).comes(police, urban).finishes(police)
	b.Refused("not_your_office", office, "release-unit", form.Input{"unit": urban, "reason": "x"})
	b.Refused("not_to_be_released", leader, "release-unit", form.Input{"unit": police, "reason": "x"})
	b.Faults("unit", "not_called", leader, "release-unit", form.Input{"unit": health, "reason": "x"})
	b.do(leader, "release-unit", form.Input{"unit": urban, "reason": "无须再处置"})
	require.Equal(t, whistle.Completed, b.Case.State)
}

func TestW6ResultsAreSentBackOnlySoOften(t *testing.T) {
	t.Parallel()
	b := blown(t).comes(police, urban).finishes(urban)
	for range 2 {
		b.finishes(police).do(office, "return-work", form.Input{"unit": police, "reason": "未完"})
		require.Equal(t, whistle.Working, b.Case.State, "also from completed")
		require.NotContains(t, b.Case.Deadlines, "evaluate")
	}
	b.finishes(police)
	b.Refused("returned_too_often", office, "return-work", form.Input{"unit": police, "reason": "未完"})
}

func TestW6AnEmergencyHasADay(t *testing.T) {
	t.Parallel()
	b := newBench(t, office, emergency).pass(trial.Monday.Add(5 * time.Minute)).comes(police)
	require.True(t, trial.Monday.Add(24*time.Hour+5*time.Minute).Equal(b.seat(police).WorkDue))
}

func TestW7BothSidesAssessEachOther(t *testing.T) {
	t.Parallel()
	b := blown(t, form.Input{"case": caseNo}).comes(police, urban).finishes(police, urban)
	b.Faults("arrival", "range", leader, "evaluate-unit", form.Input{"unit": police, "arrival": 6.0, "attitude": 4.0, "result": 3.0})
	b.do("leader."+police, "counter-evaluate", form.Input{"proper": true})
	b.Refused("already_evaluated", "liaison."+police, "counter-evaluate", form.Input{"proper": false})
	b.rated(police)
	require.Equal(t, whistle.Completed, b.Case.State)
	b.Refused("already_evaluated", leader, "evaluate-unit", form.Input{"unit": police, "arrival": 1.0, "attitude": 1.0, "result": 1.0})
	b.rated(urban)
	require.Equal(t, whistle.Evaluated, b.Case.State)
	require.Equal(t, 3, b.seat(urban).Evaluation.Result)
	require.False(t, whistle.Final(b.Case), "the other unit may still say what it thinks")
	b.do("liaison."+urban, "counter-evaluate", form.Input{"proper": false, "comment": "本级可处置"})
	require.True(t, whistle.Final(b.Case))
	require.False(t, b.seat(urban).Counter.Proper)
	require.Equal(t, []string{"whistle-opened drafted", "whistle-ended evaluated"}, b.told())
}

func TestW7WhatNobodyEvaluatesStaysUnrated(t *testing.T) {
	t.Parallel()
	b := blown(t).comes(police, urban).finishes(police, urban).rated(police).expire("evaluate")
	require.Equal(t, whistle.Evaluated, b.Case.State)
	require.NotNil(t, b.seat(police).Evaluation)
	require.Nil(t, b.seat(urban).Evaluation)
	require.True(t, whistle.Final(b.Case), "both windows end at one moment")
	b.event("whistle_counter_lapsed")
	b.Refused("counter_over", "liaison."+urban, "counter-evaluate", form.Input{"proper": true})
}

// TestW7NothingIsLeftToEvaluate: a whistle whose last unit is let go when all others have been
// evaluated ends there; nobody is told that it went unrated.
func TestW7NothingIsLeftToEvaluate(t *testing.T) {
	t.Parallel()
	b := blown(t).comes(police, urban).finishes(police, urban).rated(police)
	b.do("liaison."+police, "counter-evaluate", form.Input{"proper": true}).do("liaison."+urban, "counter-evaluate", form.Input{"proper": true})
	b.do(office, "return-work", form.Input{"unit": urban, "reason": "未完"})
	require.Equal(t, whistle.Working, b.Case.State)
	b.do(leader, "release-unit", form.Input{"unit": urban, "reason": "无须再处置"})
	require.Equal(t, whistle.Evaluated, b.Case.State)
	b.event("whistle_evaluated")
	require.True(t, whistle.Final(b.Case), "every unit has said what it thinks")
}

// TestW6PhotosAreJudged: of the place and of now, or it is said of them.
func TestW6PhotosAreJudged(t *testing.T) {
	t.Parallel()
	b := blown(t).comes(police)
	album, far, twin := b.shot("album"), b.shot("far"), b.shot("twin")
	album.Source = evidence.Album
	far.At = &geo.Point{Lat: 42.95, Lon: 125.14}
	twin.Twins = []evidence.Twin{{Case: no}} // of this whistle: photos of one place look alike
	b.shots = []evidence.Photo{album, far, twin}
	b.Faults("photos[1]", evidence.FromAlbum, "handler."+police, "complete-work", form.Input{"result": "x", "photos": []any{"file-1", "album"}})
	b.do("handler."+police, "complete-work", form.Input{"result": "x", "photos": []any{"far", "twin"}})
	require.Equal(t, []string{evidence.Far}, b.seat(police).Photos[0].Flags)
	require.Empty(t, b.seat(police).Photos[1].Flags)
}

// TestW7EveryMarkIsKept, and everybody concerned is asked for theirs and told of the end.
func TestW7EveryMarkIsKept(t *testing.T) {
	t.Parallel()
	b := blown(t).comes(police, urban).finishes(police, urban)
	e := b.event("whistle_completed")
	require.True(t, trial.Notified(e, "N16", org.RoleTownshipLeader, trial.Centre(t, township)))
	require.True(t, trial.Notified(e, "N16", org.RoleDeptLiaison, urban))
	b.rated(police, urban)
	v := b.seat(police).Evaluation
	require.Equal(t, [3]int{5, 4, 3}, [3]int{v.Arrival, v.Attitude, v.Result})
	e = b.event("whistle_evaluated")
	require.True(t, trial.Notified(e, "N16", org.RoleCentreDirector, trial.Centre(t, county)))
	require.True(t, trial.Told(e, "N16", machine.Recipient{User: office}))
}

// TestW6EveryStepHasItsPlace: who has not come cannot have worked, and what is decided elsewhere,
// or done, is not decided by the way.
func TestW6EveryStepHasItsPlace(t *testing.T) {
	t.Parallel()
	handler, of := "handler."+police, form.Input{"unit": police, "reason": "x"}
	b := blown(t)
	b.Refused("not_on_site", handler, "start-work", nil)
	b.Refused("not_on_site", handler, "complete-work", done)
	b.comes(police).do(handler, "start-work", nil)
	b.Refused("not_on_site", handler, "start-work", nil)
	b.Refused("nothing_to_return", office, "return-work", of)

	b.expire("work."+police).do("handler."+police, "complete-work", done)
	require.NotContains(t, b.Case.Deadlines, "silence."+police)
	b.do(office, "return-work", of)
	require.Contains(t, b.Case.Deadlines, "work."+police, "it has a limit again")
	require.True(t, b.seat(police).WorkDue.After(b.Now))
	b.idles(police)
	b.Refused("not_to_be_released", leader, "release-unit", of)
	b.Refused("not_expected", handler, "arrive", onSite)

	b = blown(t).comes(police, urban).finishes(police, urban).rated(police)
	b.Refused("nothing_to_return", office, "return-work", of)
}
