package temporalserver

import (
	"net/url"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/postgresql"
	"go.temporal.io/server/common/primitives"
)

const (
	mainStore       = "postgres-main"
	visibilityStore = "postgres-visibility"
	clusterName     = "active"

	// cacheRefresh is how long a service may go on with an old picture of a
	// namespace. The default of two seconds would be felt at every first start.
	cacheRefresh = time.Second
)

// serverConfig is the static configuration of a one-machine cluster.
func serverConfig(o *Options) (*config.Config, error) {
	services, err := services(o)
	if err != nil {
		return nil, err
	}
	cfg := &config.Config{
		Persistence: config.Persistence{
			DefaultStore:     mainStore,
			VisibilityStore:  visibilityStore,
			NumHistoryShards: int32(o.Shards),
			DataStores: map[string]config.DataStore{
				mainStore:       {SQL: store(o, o.Database)},
				visibilityStore: {SQL: store(o, o.VisibilityDatabase)},
			},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {
					Enabled:                true,
					InitialFailoverVersion: 1,
					RPCAddress:             o.frontend(),
					HTTPAddress:            hostPort(o.HTTPPort),
				},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		PublicClient:        config.PublicClient{HostPort: o.frontend()},
	}
	cfg.Global.Membership.MaxJoinDuration = 30 * time.Second
	cfg.Global.Membership.BroadcastAddress = loopback
	if o.MetricsPort > 0 {
		cfg.Global.Metrics = &metrics.Config{
			Prometheus: &metrics.PrometheusConfig{ListenAddress: hostPort(o.MetricsPort), HandlerPath: "/metrics"},
		}
	}
	cfg.Archival.History.State = config.ArchivalDisabled
	cfg.Archival.Visibility.State = config.ArchivalDisabled
	cfg.NamespaceDefaults.Archival.History.State = config.ArchivalDisabled
	cfg.NamespaceDefaults.Archival.Visibility.State = config.ArchivalDisabled
	return cfg, nil
}

// store describes one PostgreSQL database. Everything the URL says beyond
// user, host and database (sslmode and so on) is handed on as it is.
func store(o *Options, database string) *config.SQL {
	u, err := url.Parse(o.PostgresURL)
	if err != nil {
		u = &url.URL{User: &url.Userinfo{}} // validate has refused it before
	}
	password, _ := u.User.Password()
	attributes := map[string]string{}
	for key, values := range u.Query() {
		attributes[key] = values[0]
	}
	return &config.SQL{
		PluginName:        postgresql.PluginNamePGX,
		User:              u.User.Username(),
		Password:          password,
		DatabaseName:      database,
		ConnectAddr:       u.Host,
		ConnectProtocol:   "tcp",
		ConnectAttributes: attributes,
		MaxConns:          o.MaxConns,
		MaxIdleConns:      o.MaxConns,
		MaxConnLifetime:   time.Hour,
	}
}

// services gives every service of the cluster a port on the loopback address.
// Only the frontend's is known outside; the others are whatever is free.
func services(o *Options) (map[string]config.Service, error) {
	out := map[string]config.Service{}
	for _, name := range serviceNames {
		rpc := config.RPC{GRPCPort: o.Port, BindOnIP: loopback, HTTPPort: o.HTTPPort}
		if name != primitives.FrontendService {
			port, err := FreePort()
			if err != nil {
				return nil, err
			}
			rpc = config.RPC{GRPCPort: port, BindOnIP: loopback}
		}
		out[string(name)] = config.Service{RPC: rpc}
	}
	return out, nil
}

// serviceNames are the four services a cluster consists of.
var serviceNames = []primitives.ServiceName{
	primitives.FrontendService,
	primitives.HistoryService,
	primitives.MatchingService,
	primitives.WorkerService,
}

// staticHosts replaces the gossip ring: with one process there is nobody to
// discover, and no port to open for it.
func staticHosts(cfg *config.Config) map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for _, name := range serviceNames {
		hosts[name] = static.SingleLocalHost(hostPort(cfg.Services[string(name)].RPC.GRPCPort))
	}
	return hosts
}

// dynamicConfig holds the settings that differ from Temporal's defaults, all
// of them because one machine serves one product.
func dynamicConfig(o *Options) dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		// One partition: with four, a task may wait in a partition no poller
		// looks at, which costs a second at the tail on so small a machine.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,
		// The default of ten visibility calls a second is spent by one list
		// page and the web UI together.
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key():        500,
		dynamicconfig.FrontendMaxNamespaceVisibilityBurstRatioPerInstance.Key(): 2.0,
		// Tests register namespaces, one after the other.
		dynamicconfig.FrontendMaxNamespaceNamespaceReplicationInducingAPIsRPSPerInstance.Key(): 50,
		dynamicconfig.FrontendGlobalNamespaceNamespaceReplicationInducingAPIsRPS.Key():         50,
		dynamicconfig.NamespaceCacheRefreshInterval.Key():                                      cacheRefresh,
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key():                                       8192,
		dynamicconfig.WorkflowTimeSkippingEnabled.Key():                                        o.Dev,
	}
}
