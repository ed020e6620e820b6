package chaos

import (
	"bytes"
	"context"
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
	name  string
	proxy *toxiproxy.Proxy

	mu   sync.Mutex
	cuts int // how many faults keep it shut
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
	return &door{name: name, proxy: p}, nil
}

func (d *door) address() string { return d.proxy.Listen }

// cut closes what is open and refuses what comes, until as many have opened it again.
func (d *door) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cuts++
	d.proxy.Stop()
}

func (d *door) uncut() error {
	d.mu.Lock()
	d.cuts--
	d.mu.Unlock()
	return d.reopen()
}

// reopen lets everything through again, unless another fault keeps the door shut. What a stall
// has swallowed is lost, so the connections of the time of the fault are closed. They are
// after a slow one, too: toxiproxy may leave a connection stuck when its toxic is taken away
// under way.
func (d *door) reopen() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.proxy.Stop()
	d.proxy.Toxics.ResetToxics(context.Background())
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
	_, err = d.proxy.Toxics.AddToxicJson(bytes.NewReader(b))
	return err
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
