package grievance_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// show takes the step with photos that are whole, each under the account that has sent it.
func (p *play) show(who string, photos map[string]string, ids ...any) error {
	w := machine.World{Photos: map[string]evidence.Photo{}}
	for id, by := range photos {
		w.Photos[id] = evidence.Photo{ID: id, SHA256: id, TakenAt: p.now.AddDate(0, 0, -3), UploadedAt: p.now, Source: evidence.Album, By: by}
	}
	cmd := machine.Command{Key: "K", Action: "show-photos", Actor: p.actor(who), Input: form.Input{"photos": ids}}
	events, next, err := grievance.Machine.Decide(p.c, cmd, p.rules, w, p.now)
	if err == nil {
		p.take(p.c, events, next)
	}
	return err
}

func faultsOf(t *testing.T, err error) (out []string) {
	t.Helper()
	var refusal *domain.Error
	require.True(t, errors.As(err, &refusal), "%v", err)
	for _, f := range refusal.Fields {
		out = append(out, f.Field+":"+f.Reason)
	}
	return out
}

func TestPhotosOfThePetitioner(t *testing.T) {
	t.Parallel()
	mine := evidence.SenderOf(no)
	parallel(t, "FR5 show-photos: old ones from an album too, for the officer to weigh", func(t *testing.T) {
		p := handling(t)
		require.NoError(t, p.show("petitioner", map[string]string{"a": mine, "b": mine}, "a", "b"))
		require.Len(t, p.c.Photos, 2)
		require.Contains(t, p.c.Photos[0].Flags, evidence.FromAlbum)
		require.Contains(t, p.c.Photos[0].Flags, evidence.Stale)
		require.NotContains(t, p.c.Photos[0].Flags, evidence.NoPosition, "nobody asks a petitioner where they were")
		require.Equal(t, grievance.Handling, p.c.State, "nothing else moves")
		require.Equal(t, handlerUser, p.saw("photos_shown").Notices[0].To.User)
	})
	parallel(t, "FR5 nobody shows what others have sent, and nothing twice", func(t *testing.T) {
		p := handling(t)
		others := map[string]string{"a": mine, "b": liaisonUser, "c": evidence.SenderOf(no + "9"), "d": ""}
		require.Equal(t, []string{"photos[0]:unknown_file", "photos[1]:unknown_file", "photos[2]:unknown_file", "photos[3]:unknown_file"}, faultsOf(t, p.show("petitioner", others, "b", "c", "d", "e")))
		require.NoError(t, p.show("petitioner", others, "a"))
		require.Equal(t, []string{"photos[0]:unknown_file"}, faultsOf(t, p.show("petitioner", others, "a")))
		require.NoError(t, p.show(clerkUser, map[string]string{"f": clerkUser}, "f"), "what was brought to the window")
	})
	parallel(t, "FR5 three and no more", func(t *testing.T) {
		p := begin(t)
		four := map[string]string{"a": mine, "b": mine, "c": mine, "d": mine}
		require.Equal(t, []string{"photos[3]:too_many"}, faultsOf(t, p.show("petitioner", four, "a", "b", "c", "d")))
		require.Empty(t, p.c.Photos)
		require.NoError(t, p.show("petitioner", four, "a", "b", "c"))
		var refusal *domain.Error
		require.True(t, errors.As(p.show("petitioner", four, "d"), &refusal))
		require.Equal(t, "photos_full", refusal.Reason)
		for _, o := range grievance.Machine.Offers(p.c, p.actor("petitioner"), p.rules, p.now) {
			require.NotEqual(t, "show-photos", o.Action, "it is not offered any more")
		}
	})
}
