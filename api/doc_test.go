package api_test

import (
	"os"
	"testing"

	"huajie/api"
)

func TestDump(t *testing.T) { os.WriteFile("/tmp/shim/o.yaml", api.OpenAPI(), 0o600) }
