package evidence

import (
	"regexp"

	"huajie/domain"
)

// ScanState is what is known of malware in a whole photo.
type ScanState string

// The states of a scan.
const (
	ScanPending  ScanState = "pending"  // nobody has looked yet; without a scanner for ever
	ScanClean    ScanState = "clean"    // nothing was found
	ScanInfected ScanState = "infected" // something was found: it is shown to nobody any more
	ScanError    ScanState = "error"    // the scanner would not look; it is asked again later
)

// Verdict is what a scanner has said.
type Verdict struct {
	State ScanState
	Found string // name of what was found, by the scanner
}

var foundName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:()/-]{0,99}$`)

// FoundName is the name of what a scanner has found as it is kept; what does not look like one
// is left out.
func FoundName(s string) string {
	if foundName.MatchString(s) {
		return s
	}
	return "unnamed"
}

// Infected is the refusal of a photo with malware in it, for who has sent it.
func Infected() Refusal {
	return Refusal{Reason: "infected", Text: domain.Text{ZH: "照片文件中发现恶意程序,已停用,请检查手机后重新拍摄上传",
		EN: "malware was found in this file: it was withdrawn; check the phone and take another photo"}}
}

// Servable refuses to show a photo: one with malware always, and where there is a scanner
// whatever it has not found clean.
func (s ScanState) Servable(scanner bool) error {
	switch {
	case s == ScanInfected:
		return domain.Refuse("infected", "R66", "该照片含有恶意程序,已移除", "malware was found in this photo: it was removed")
	case s == ScanClean || !scanner:
		return nil
	case s == ScanError:
		return domain.Refuse("scan_failed", "R66", "该照片未能完成安全检查,暂不能查看", "this photo could not be scanned, and is not shown before it is")
	}
	return domain.Refuse("scan_pending", "R66", "该照片正在安全检查,请稍后查看", "this photo is being scanned; look again shortly")
}

// Shown is the state as people see it: without a scanner there is nothing to wait for.
func (s ScanState) Shown(scanner bool) ScanState {
	if scanner || s == ScanInfected {
		return s
	}
	return ""
}
