package e2e

import "testing"

// TestProduct plays everything on one running product, all at the same time, as
// an ordinary day does.
func TestProduct(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for name, play := range map[string]func(*testing.T, *stand){
		"StraightWay":                  playStraightWay,
		"DrillClimbsToTheLeader":       playDrillClimbsToTheLeader,
		"TrialPeriod":                  playTrialPeriod,
		"TwoOfficersRace":              playTwoOfficersRace,
		"ARetryAnswersTheSame":         playARetryAnswersTheSame,
		"RegistrationRetry":            playRegistrationRetry,
		"JointHandling":                playJointHandling,
		"TwoFailedSessionsLiftTheCase": playTwoFailedSessionsLiftTheCase,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, s.with(t))
		})
	}
}
