package chaos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// door stands before a server, for one of those who use it. What goes through it can
// be cut, stalled and slowed.
type door struct {
	name     string
	upstream string
	server   *toxiproxy.ApiServer
	at       string // host:port it is found at

	mu    sync.Mutex
	proxy *toxiproxy.Proxy
	cuts  int // how many faults keep it shut
}

// doors makes them; toxiproxy wants a server object even where nobody asks it over HTTP.
type doors struct{ server *toxiproxy.ApiServer }

func newDoors() *doors {
	return &doors{toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())}
}

func (d *doors) open(name, upstream string) (*door, error) {
	port, err := quietPort()
	if err != nil {
		return nil, err
	}
	p := toxiproxy.NewProxy(d.server, name, port, upstream)
	if err := p.Start(); err != nil {
		return nil, fmt.Errorf("door %s: %w", name, err)
	}
	return &door{name: name, upstream: upstream, server: d.server, at: p.Listen, proxy: p}, nil
}

func (d *door) address() string { return d.at }

// cut closes what is open and refuses what comes, until as many have opened it again.
func (d *door) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cuts++
	d.shut()
}

// stuckAfter is how long toxiproxy may take. It waits for the links of connections to take
// a toxic up or let go of it, and one that is stuck keeps it waiting for ever.
const stuckAfter = 3 * time.Second

// bounded does something that may never come back.
func bounded(do func()) {
	done := make(chan struct{})
	go func() {
		do()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(stuckAfter):
	}
}

// shut closes the port at once and then everything that is open.
func (d *door) shut() {
	p := d.proxy
	bounded(p.Stop)
}

func (d *door) uncut() error {
	d.mu.Lock()
	d.cuts--
	d.mu.Unlock()
	return d.reopen()
}

// reopen lets everything through again, unless another fault keeps the door shut. What a stall
// has swallowed is lost, so the connections of the time of the fault are closed. They are
// after a slow one, too: a connection may be stuck in its toxic, and so may be whoever
// takes the toxic away. So a new proxy takes the place of the old one.
func (d *door) reopen() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shut()
	d.proxy = toxiproxy.NewProxy(d.server, d.name, d.at, d.upstream)
	if d.cuts > 0 {
		return nil
	}
	end := time.Now().Add(10 * time.Second)
	for {
		err := d.proxy.Start()
		if err == nil || time.Now().After(end) {
			return err
		}
		time.Sleep(50 * time.Millisecond) // somebody else may hold the port for a moment
	}
}

// poison slows or stalls one direction ("upstream" or "downstream").
func (d *door) poison(kind, direction string, attributes map[string]any) error {
	b, err := json.Marshal(map[string]any{"name": kind + "/" + direction, "type": kind, "stream": direction, "attributes": attributes})
	if err != nil {
		return err
	}
	d.mu.Lock()
	p := d.proxy
	d.mu.Unlock()
	failed := make(chan error, 1)
	bounded(func() {
		_, err := p.Toxics.AddToxicJson(bytes.NewReader(b))
		failed <- err
	})
	select {
	case err = <-failed:
		return err
	default:
		return nil // it is taken up by all connections but those that are stuck, which is as good
	}
}

// The ports that are handed out lie below those the kernel gives to outgoing
// connections: a server that is away for a moment must not find its port taken by
// somebody who tried to reach it.
const lowestPort, highestPort = 20000, 32000

// nextPort spreads several harnesses on one machine.
var nextPort = make(chan int, 1)

func init() { nextPort <- lowestPort + int(time.Now().UnixNano()/1000)%(highestPort-lowestPort) }

// quietPort gives host:port nobody listens on.
func quietPort() (string, error) {
	port := <-nextPort
	defer func() { nextPort <- port }()
	for range highestPort - lowestPort {
		if port++; port >= highestPort {
			port = lowestPort
		}
		at := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		l, err := net.Listen("tcp", at)
		if err != nil {
			continue
		}
		return at, l.Close()
	}
	return "", fmt.Errorf("no free port between %d and %d", lowestPort, highestPort)
}

// portOf is the number in host:port.
func portOf(address string) int {
	_, port, _ := net.SplitHostPort(address)
	n, _ := strconv.Atoi(port)
	return n
}
