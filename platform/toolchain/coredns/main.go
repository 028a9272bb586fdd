// The name server of the embedded node: CoreDNS with only the plugins that it needs there, and one of our own. Nothing in it
// can ask another name server, so a pod can't carry data out by names.
package main

import (
	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"

	_ "testbed/toolchain/coredns/visibility"
)

// Counts the changes of our own part, so that `-version` tells one build from another and from anybody else's CoreDNS.
const revision = "testbed.1"

func main() {
	// Visibility stands before the cache: what one namespace was answered must not be handed to another.
	dnsserver.Directives = []string{"errors", "health", "ready", "visibility", "cache", "kubernetes"}
	caddy.AppVersion = coremain.CoreVersion + "+" + revision
	coremain.Run()
}
