package api

import (
	"context"
	"net/http"
	"slices"

	"huajie/domain"
	"huajie/domain/casekind"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// publicPartPath is where parts of a petitioner's photos come in.
const publicPartPath = basePath + "/public/cases/:no/files/:id/parts/:n"

// publicPhotographs are the routes of the photos of whoever knows a query code. There is none
// to look at a photo by: a code that has leaked shows no pictures.
func (s *server) publicPhotographs() {
	const of = "/public/cases/{no}/files"
	register(s, operation(http.MethodPost, basePath+of, "declare-public-file", tagPublic, "Announce a photo of one's own matter, to be sent in parts"),
		http.StatusCreated, declarationSchema(), false, s.declarePublicFile)
	publicly(s, http.MethodGet, of+"/{id}", "get-public-file", tagPublic, "How far a photo has come", nil, s.getPublicFile)
	put := operation(http.MethodPut, basePath+of+"/{id}/parts/{n}", "put-public-file-part", tagPublic, "Send one part, in any order and any number of times")
	put.MaxBodyBytes, put.BodyReadTimeout = maxPart+1, partTimeout-drainTime
	register(s, put, http.StatusOK, nil, false, s.putPublicPart)
	publicly(s, http.MethodPost, of+"/{id}/complete", "complete-public-file", tagPublic, "Verify a photo and keep it; the step show-photos attaches it", nil, s.completePublicFile)
}

type publicDeclareInput struct {
	PublicInput
	FormBody
}

type publicFileInput struct {
	PublicInput
	ByFile
}

type publicPartInput struct {
	PublicInput
	ByFile
	N       int `path:"n" minimum:"1" maximum:"256" doc:"number of the part, from 1"`
	RawBody []byte
}

// declarePublicFile begins an upload for one case: of a petitioner whom the case lets take a
// step that shows photos, and no faster than somebody takes pictures.
func (s *server) declarePublicFile(ctx context.Context, in *publicDeclareInput) (*fileOutput, error) {
	c, err := s.proven(ctx, &in.PublicInput)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	rules := s.caseRules(c, now)
	if !takesPhotos(casekind.Of(c).Offers(c, petitioner, rules, now)) {
		return nil, domain.Refuse("takes_no_photos", "FR5", "本件现在不能补充照片", "this matter takes no photos now")
	}
	if err := s.patience.spend(in.address, "photo"); err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	d, err := readDeclaration(input, machine.LookupOf(rules), s.Files.MostBytes())
	if err != nil {
		return nil, err
	}
	k := c.Card()
	u, created, err := s.Files.Declare(ctx, evidence.Upload{Declared: d, By: evidence.SenderOf(k.No), County: k.County, CreatedAt: now}, evidence.QuotaOfSender(rules.Policy, now))
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	return s.showPublicFile(u, rules, status), nil
}

// takesPhotos tells whether one of the steps offered takes photos.
func takesPhotos(offers []machine.Offer) bool {
	return slices.ContainsFunc(offers, func(o machine.Offer) bool {
		return slices.ContainsFunc(o.Fields, func(f form.Field) bool { return f.Type == form.Files })
	})
}

// showPublicFile tells how far an upload has come, and nothing that was found about it: what
// gives a photo away is for officers.
func (s *server) showPublicFile(u evidence.Upload, rules *machine.Rules, status int) *fileOutput {
	out := s.showFile(u, rules, status)
	out.Body.Photo = nil
	return out
}

func (s *server) getPublicFile(ctx context.Context, in *publicFileInput) (*fileOutput, error) {
	c, err := s.proven(ctx, &in.PublicInput)
	if err != nil {
		return nil, err
	}
	rules := s.caseRules(c, s.Now())
	u, err := s.Files.Show(ctx, evidence.SenderOf(c.GetHead().No), in.ID, evidence.SearchFor(rules.Policy, rules.Calendar, s.Now()))
	if err != nil {
		return nil, err
	}
	return s.showPublicFile(u, rules, http.StatusOK), nil
}

func (s *server) putPublicPart(ctx context.Context, in *publicPartInput) (*fileOutput, error) {
	c, err := s.proven(ctx, &in.PublicInput)
	if err != nil {
		return nil, err
	}
	u, err := s.Files.Put(ctx, evidence.SenderOf(c.GetHead().No), in.ID, in.N, in.RawBody, s.Now())
	if err != nil {
		return nil, err
	}
	return s.showPublicFile(u, s.caseRules(c, s.Now()), http.StatusOK), nil
}

func (s *server) completePublicFile(ctx context.Context, in *publicFileInput) (*fileOutput, error) {
	c, err := s.proven(ctx, &in.PublicInput)
	if err != nil {
		return nil, err
	}
	if err := s.Files.Finish(ctx, evidence.SenderOf(c.GetHead().No), in.ID, s.Now()); err != nil {
		return nil, err
	}
	return s.getPublicFile(ctx, in)
}
