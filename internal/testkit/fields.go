package testkit

import (
	"os"
	"path/filepath"
	"sync"

	"huajie/internal/seal"
)

// Fields are the keys of all stores of one run of tests.
var Fields = sync.OnceValue(func() *seal.Fields {
	dir, err := os.MkdirTemp("", "huajie-keys-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // they are in memory
	master, err := seal.Master("", filepath.Join(dir, "master.json"))
	if err != nil {
		panic(err)
	}
	fields, err := seal.OpenFields(filepath.Join(dir, "fields.json"), master)
	if err != nil {
		panic(err)
	}
	return fields
})
