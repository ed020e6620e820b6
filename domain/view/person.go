package view

import "huajie/domain/mask"

// Person is who raised a matter. It lives in the store only; nothing of it enters
// a workflow, a search attribute, a log or a URL.
type Person struct {
	ID       string `json:"-"`
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	IDType   string `json:"id_type,omitempty"`
	IDNo     string `json:"id_no,omitempty"`
	Address  string `json:"address,omitempty"`
	Kind     string `json:"kind,omitempty"` // person, org
	Language string `json:"language,omitempty"`
	// ViaCentre is the wish to be reached through the centre: the unit never learns who it is.
	ViaCentre bool `json:"contact_via_centre,omitempty"`
}

// Masked hides what identifies (§2.3).
func (p Person) Masked() Person {
	p.Name, p.Phone, p.IDNo, p.Address = mask.Name(p.Name), mask.Phone(p.Phone), mask.IDNo(p.IDNo), mask.Address(p.Address)
	return p
}
