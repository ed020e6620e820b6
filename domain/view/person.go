package view

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
}

// Masked hides what identifies (§2.3): 张某某 → 张**, 138****5678, 220***1234.
func (p Person) Masked() Person {
	p.Name = maskName(p.Name)
	p.Phone = maskMiddle(p.Phone, 3, 4)
	p.IDNo = maskMiddle(p.IDNo, 3, 4)
	if p.Address != "" {
		p.Address = "***"
	}
	return p
}

func maskName(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return ""
	}
	return string(r[:1]) + "**"
}

func maskMiddle(s string, head, tail int) string {
	r := []rune(s)
	if len(r) == 0 {
		return ""
	}
	if len(r) <= head+tail {
		return "***"
	}
	return string(r[:head]) + "****" + string(r[len(r)-tail:])
}
