package app

import (
	"huajie/internal/recovery"
	"huajie/internal/seal"
)

// Recovery compares ledger and engine, and puts one back from the other.
func (a *App) Recovery() (*recovery.Desk, error) {
	key, err := seal.Key(payloadKey(a.Config))
	if err != nil {
		return nil, err
	}
	return &recovery.Desk{Ledger: a.Store, Book: a.Book, Log: a.Log,
		Engine: &recovery.Temporal{Client: a.Client, Converter: seal.Converter(key), Queue: a.TaskQueue, Namespace: a.Config.TemporalNamespace}}, nil
}
