package activitiestest

import (
	"context"
	"maps"
	"slices"

	"huajie/activities"
	"huajie/domain/evidence"
)

// WithPhotos gives a ledger photos that a decision may look up, whatever else it keeps.
func WithPhotos(l activities.Ledger, photos ...evidence.Photo) activities.Ledger {
	a := album{l, map[string]evidence.Photo{}}
	for _, p := range photos {
		a.photos[p.ID] = p
	}
	return a
}

type album struct {
	activities.Ledger
	photos map[string]evidence.Photo
}

// Change implements activities.Ledger.
func (a album) Change(ctx context.Context, w activities.Write) (activities.Written, error) {
	decide := w.Decide
	w.Decide = func(cur activities.Current) (activities.Decision, error) { return decide(opened{cur, a.photos}) }
	return a.Ledger.Change(ctx, w)
}

// Create implements activities.Ledger.
func (a album) Create(ctx context.Context, w activities.NewStream) (activities.Written, error) {
	if look := w.Look; look != nil {
		w.Look = func(cur activities.Current) error { return look(opened{cur, a.photos}) }
	}
	return a.Ledger.Create(ctx, w)
}

// opened is a Current that knows the photos.
type opened struct {
	activities.Current
	photos map[string]evidence.Photo
}

// Photos implements activities.Album.
func (o opened) Photos(ids []string, _ evidence.Search) (map[string]evidence.Photo, error) {
	out := maps.Clone(o.photos)
	maps.DeleteFunc(out, func(id string, _ evidence.Photo) bool { return !slices.Contains(ids, id) })
	return out, nil
}
