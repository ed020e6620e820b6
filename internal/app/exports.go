package app

import (
	"path/filepath"

	"huajie/internal/exporter"
	"huajie/internal/patrols"
)

// Exporter makes the files of lists that somebody takes out of the house.
func (a *App) Exporter() *exporter.Maker {
	return &exporter.Maker{
		Jobs: a.Store, Lists: a.Store, Members: patrols.Book{Facts: a.Store, Rules: a.Book}, People: a.Store, Files: a.kept, Rules: a.Book, Log: a.Log,
		Dir: filepath.Join(a.Config.DataDir, "exports"), Most: a.Config.ExportsMaxRows, KeepFor: a.Config.ExportsKeep,
	}
}
