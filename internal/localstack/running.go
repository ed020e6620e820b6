package localstack

import "path/filepath"

// Running tells where the stack of a data directory answers at this moment;
// each is empty when that part does not run. It lets another command of the
// same machine find what `huajie dev` has started.
func Running(dataDir string) (databaseURL, temporalAddress, temporalUI string) {
	dir, err := filepath.Abs(dataDir)
	if err != nil {
		return "", "", ""
	}
	o := Options{DataDir: dir}.withDefaults()
	databaseURL = runningURL(o)
	s, err := loadState(dir)
	if err != nil {
		return databaseURL, "", ""
	}
	if s.TemporalPort != 0 && !portFree(s.TemporalPort) {
		temporalAddress = hostPort(s.TemporalPort)
	}
	if s.TemporalUIPort != 0 && !portFree(s.TemporalUIPort) {
		temporalUI = "http://" + hostPort(s.TemporalUIPort)
	}
	return databaseURL, temporalAddress, temporalUI
}
