package temporalserver

import (
	"maps"
	"strings"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/dynamicconfig"
)

func TestParseSearchAttributes(t *testing.T) {
	t.Parallel()
	got, err := ParseSearchAttributes(" HuajieCounty=Keyword, HuajieDue=datetime ,")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]enums.IndexedValueType{
		"HuajieCounty": enums.INDEXED_VALUE_TYPE_KEYWORD,
		"HuajieDue":    enums.INDEXED_VALUE_TYPE_DATETIME,
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseSearchAttributesNamesEveryFault(t *testing.T) {
	t.Parallel()
	_, err := ParseSearchAttributes("A=Colour,B,=Keyword,C=Unspecified,D=Int")
	if err == nil {
		t.Fatal("accepted")
	}
	for _, fault := range []string{`"A=Colour"`, `"B"`, `"=Keyword"`, `"C=Unspecified"`} {
		if !strings.Contains(err.Error(), fault) {
			t.Errorf("%s is not named in: %v", fault, err)
		}
	}
	if strings.Contains(err.Error(), `"D=Int"`) {
		t.Errorf("a good pair is blamed: %v", err)
	}
}

func TestValidateNamesEveryFaultAndNoPassword(t *testing.T) {
	t.Parallel()
	err := (&Options{PostgresURL: "mysql:root:geheim"}).validate()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, fault := range []string{"postgres-url", "port", "namespace", "retention", "shards"} {
		if !strings.Contains(err.Error(), fault) {
			t.Errorf("%s is not named in: %v", fault, err)
		}
	}
	if strings.Contains(err.Error(), "geheim") {
		t.Errorf("the URL is echoed: %v", err)
	}
}

func TestServerConfigBindsLoopbackOnly(t *testing.T) {
	t.Parallel()
	o := &Options{
		PostgresURL: "postgres://u:p%40ss@127.0.0.1:5555/x?sslmode=disable", Database: "a", VisibilityDatabase: "b",
		Port: 7000, HTTPPort: 7001, Namespace: "n", Retention: time.Hour, Shards: 4, MaxConns: 3,
	}
	cfg, err := serverConfig(o)
	if err != nil {
		t.Fatal(err)
	}
	for name, service := range cfg.Services {
		if service.RPC.BindOnIP != loopback || service.RPC.GRPCPort == 0 {
			t.Errorf("%s listens on %s:%d", name, service.RPC.BindOnIP, service.RPC.GRPCPort)
		}
	}
	sql := cfg.Persistence.DataStores[mainStore].SQL
	if sql.Password != "p@ss" || sql.ConnectAddr != "127.0.0.1:5555" || sql.DatabaseName != "a" || sql.ConnectAttributes["sslmode"] != "disable" {
		t.Errorf("main store: %+v", sql)
	}
	if got := cfg.Persistence.DataStores[visibilityStore].SQL.DatabaseName; got != "b" {
		t.Errorf("visibility store: %q", got)
	}
}

func TestTimeSkippingOnlyInDevelopment(t *testing.T) {
	t.Parallel()
	for _, dev := range []bool{false, true} {
		if got := dynamicConfig(&Options{Dev: dev})[dynamicconfig.WorkflowTimeSkippingEnabled.Key()]; got != dev {
			t.Errorf("dev=%v: time skipping is %v", dev, got)
		}
	}
}
