package e2e

import "testing"

// TestProduct plays everything on one running product, all at the same time, as
// an ordinary day does. What must hold whatever was played is looked at in the end.
func TestProduct(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	t.Run("plays", func(t *testing.T) {
		for name, play := range plays {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				play(t, s.with(t))
			})
		}
	})
	if t.Failed() {
		return // what follows would only repeat it
	}
	t.Run("after", func(t *testing.T) {
		for name, check := range afterwards {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				check(t, s.with(t))
			})
		}
	})
}

var plays = map[string]func(*testing.T, *stand){
	"OversleptIsWoken":                playOversleptIsWoken,
	"StraightWay":                     playStraightWay,
	"DrillClimbsToTheLeader":          playDrillClimbsToTheLeader,
	"TrialPeriod":                     playTrialPeriod,
	"TwoOfficersRace":                 playTwoOfficersRace,
	"ARetryAnswersTheSame":            playARetryAnswersTheSame,
	"RegistrationRetry":               playRegistrationRetry,
	"JointHandling":                   playJointHandling,
	"TwoFailedSessionsLiftTheCase":    playTwoFailedSessionsLiftTheCase,
	"ReturnNeedsTheHead":              playReturnNeedsTheHead,
	"DeclinedByTheHead":               playDeclinedByTheHead,
	"PingPongEndsInAdjudication":      playPingPongEndsInAdjudication,
	"VerticalUnitIsTheLeaders":        playVerticalUnitIsTheLeaders,
	"EmergencyIsMadeSafeFirst":        playEmergencyIsMadeSafeFirst,
	"ReturnWindowCloses":              playReturnWindowCloses,
	"HandOver":                        playHandOver,
	"FirstResponderStaysInformed":     playFirstResponderStaysInformed,
	"LocalOfferConfirmedByActing":     playLocalOfferConfirmedByActing,
	"OfferLapses":                     playOfferLapses,
	"MergedIsAnsweredWithItsMaster":   playMergedIsAnsweredWithItsMaster,
	"Unmerge":                         playUnmerge,
	"Split":                           playSplit,
	"Withdraw":                        playWithdraw,
	"VoidNeedsTwo":                    playVoidNeedsTwo,
	"GuideAndReject":                  playGuideAndReject,
	"Reopen":                          playReopen,
	"Unsatisfied":                     playUnsatisfied,
	"PauseIsExplained":                playPauseIsExplained,
	"Extension":                       playExtension,
	"PetitionKeepsItsStatutoryDate":   playPetitionKeepsItsStatutoryDate,
	"Suspension":                      playSuspension,
	"Strangers":                       playStrangers,
	"WrongOffice":                     playWrongOffice,
	"WrongState":                      playWrongState,
	"InputsAllAtOnce":                 playInputsAllAtOnce,
	"Preconditions":                   playPreconditions,
	"Unreadable":                      playUnreadable,
	"AccusationIsHidden":              playAccusationIsHidden,
	"OrdinaryCaseBecomesAnAccusation": playOrdinaryCaseBecomesAnAccusation,
	"AccusationIsNotCounted":          playAccusationIsNotCounted,
	"Scope":                           playScope,
	"PagingUnderInserts":              playPagingUnderInserts,
	"ChineseSearch":                   playChineseSearch,
	"NobodyActs":                      playNobodyActs,
	"LeaderChairsAtL3":                playLeaderChairsAtL3,
	"Filters":                         playFilters,
	"DoubleTap":                       playDoubleTap,
	"Doubles":                         playDoubles,
	"Precedent":                       playPrecedent,
	"LiveStream":                      playLiveStream,
	"WhistleToThreeUnits":             playWhistleToThreeUnits,
	"EmergencyWhistle":                playEmergencyWhistle,
	"WhistleFromACase":                playWhistleFromACase,
	"EventBecomesAWhistle":            playEventBecomesAWhistle,
	"ABurstIsOneEvent":                playABurstIsOneEvent,
	"AListLeavesTheHouse":             playAListLeavesTheHouse,
	"PublicFigures":                   playPublicFigures,
	"Unmask":                          playUnmask,
	"Receipt":                         playReceipt,
	"SignIns":                         playSignIns,
	"OwnAccount":                      playOwnAccount,
	"TokenOfAProgram":                 playTokenOfAProgram,
}

// afterwards is what must hold whatever was played.
var afterwards = map[string]func(*testing.T, *stand){
	"EveryCaseAgrees":             everyCaseAgrees,
	"EveryWhistleAgrees":          everyWhistleAgrees,
	"OverdueAgrees":               overdueAgrees,
	"EngineHoldsNoWords":          engineHoldsNoWords,
	"LogHoldsNoWords":             logHoldsNoWords,
	"NoticesHoldNoMatter":         noticesHoldNoMatter,
	"ContractWasPlayed":           contractWasPlayed,
	"AuditHolds":                  auditHolds,
	"NobodyLearnsWhatIsNotTheirs": nobodyLearnsWhatIsNotTheirs,
	"DatabaseHoldsNoWords":        databaseHoldsNoWords,
}
