package store_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/store"
)

// TestPhotosOfAPetitioner: what the step shows is attached to the case, once, under no account;
// and of malware in it the petitioner is told by the case.
func TestPhotosOfAPetitioner(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	desk, b := deskOf(t, s.Store)
	in := registration(actorNamed(t, b, "win-general.220402"), rand.New(rand.NewPCG(1, 1)), "photos")
	in.Input["nature"] = "help"
	w, err := desk.Register(t.Context(), in)
	require.NoError(t, err)
	for n, by := range []string{evidence.SenderOf(w.No), evidence.SenderOf(w.No), "wang"} {
		p := evidence.Photo{ID: fileID(n), SHA256: declared(n, "").SHA256, TakenAt: day, UploadedAt: day, Source: evidence.Album, Bytes: 1, By: by}
		require.NoError(t, s.KeepPhoto(t.Context(), "220402", p, ""))
	}
	show := func(ids ...any) error {
		_, err := desk.Commit(t.Context(), activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: held(t, s.Store, w.No).Seq, At: day.Add(1e9),
			Command: machine.Command{Key: "show", Action: "show-photos", Actor: domain.Actor{User: domain.Petitioner}, Input: form.Input{"photos": ids}}})
		return err
	}
	require.Error(t, show(fileID(2)), "somebody else's")
	require.NoError(t, show(fileID(0), fileID(1)))

	list, err := s.CaseFiles(t.Context(), store.Everything, w.No, "")
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, []any{evidence.Supplement, domain.Petitioner, evidence.FromAlbum}, []any{list[0].Purpose, list[0].By, list[0].Flags[0].Code})
	assert.Equal(t, "非现场拍摄(相册)", list[0].Flags[0].ZH, "in words, though only the code was kept")
	require.NoError(t, s.VerifyChain(t.Context(), w.No))

	require.NoError(t, s.SettleScan(t.Context(), fileID(0), evidence.Verdict{State: evidence.ScanInfected, Found: "Eicar-Signature"}, day, day))
	told, err := s.PetitionerNotices(t.Context(), w.No)
	require.NoError(t, err)
	require.NotEmpty(t, told)
	assert.Equal(t, "照片已停用", told[len(told)-1].TitleZH)
}
