package policy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/policy"
)

func TestTypedAccessors(t *testing.T) {
	t.Parallel()
	book, err := policy.NewBook("city", []policy.Layer{city(t)}, pathOf)
	require.NoError(t, err)
	s := book.At([]string{"city"}, epoch)
	for _, u := range append(codes.Urgencies(), "") {
		assert.NotPanics(t, func() {
			s.SignLimit(u)
			s.ContactLimit(u)
			s.TriageLimits(u)
			s.Grace(u)
			for _, tr := range codes.Tracks() {
				s.HandleLimit(tr, u)
				s.FirstLimit(tr, u)
				for _, l := range codes.Levels() {
					assert.False(t, s.LevelLimit(tr, l, u).IsZero())
				}
			}
		})
	}
	for _, tr := range codes.Tracks() {
		for _, l := range []calendar.Limit{
			s.GuideLimit(tr), s.ReturnWindow(tr), s.EvaluationWindow(tr), s.ArchiveLimit(tr), s.ExtendLength(tr, calendar.MustLimit("5wd")), s.Budget(tr, codes.LevelJoint),
		} {
			assert.False(t, l.IsZero())
		}
		_, ok := s.StatutoryLimit(tr)
		assert.Equal(t, tr == codes.TrackPetition, ok)
		assert.Positive(t, s.ExtendMax(tr))
	}
	for _, red := range []bool{true, false} {
		for _, l := range []calendar.Limit{
			s.DesignateLimit(red), s.ConveneLimit(codes.LevelJoint, red), s.ConveneLimit(codes.LevelLeader, red), s.SessionNotice(red), s.AckLimit(red),
		} {
			assert.False(t, l.IsZero())
		}
	}
	assert.Len(t, s.Limits("followup.red"), 2)
	assert.True(t, s.Lists("extend.never", "a"))
	assert.Panics(t, func() { s.Limit("no.such.key") })
	assert.Panics(t, func() { s.Text("no.such.key") })
	assert.Panics(t, func() { s.Limit("rework.max") }, "the wrong kind")
}

var keyUse = regexp.MustCompile(`\.(Limit|Limits|Int|Percent|Bool|List|Lists|Text)\("([a-z_]+(?:\.[a-zA-Z0-9_]+)+)"[,)]`)

// TestEveryKeyUsedInCodeIsRegistered reads the sources: a mistyped key would
// panic in the middle of a case.
func TestEveryKeyUsedInCodeIsRegistered(t *testing.T) {
	t.Parallel()
	kinds := map[string]policy.Kind{
		"Limit": policy.KindLimit, "Limits": policy.KindLimits, "Int": policy.KindInt, "Percent": policy.KindPercent,
		"Bool": policy.KindBool, "List": policy.KindList, "Lists": policy.KindList,
	}
	found := 0
	for _, dir := range []string{"domain", "workflows", "activities", "api", "store", "cmd", "rulebook"} {
		root := filepath.Join("..", "..", dir)
		if _, err := os.Stat(root); err != nil {
			continue
		}
		require.NoError(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range keyUse.FindAllStringSubmatch(string(src), -1) {
				found++
				k, ok := policy.KeyNamed(m[2])
				assert.True(t, ok, "%s uses the unknown key %s", path, m[2])
				if want, fixed := kinds[m[1]]; ok && fixed {
					assert.Equal(t, want, k.Kind, "%s reads %s with %s", path, m[2], m[1])
				}
			}
			return nil
		}))
	}
	assert.Positive(t, found)
}
