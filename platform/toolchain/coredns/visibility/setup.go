package visibility

import (
	"errors"
	"slices"
	"strings"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	kubernetesplugin "github.com/coredns/coredns/plugin/kubernetes"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

func init() {
	plugin.Register("visibility", setup)
	caddy.RegisterEventHook("visibility", func(event caddy.EventName, _ any) error {
		if event == caddy.InstanceStartupEvent {
			listening.Store(true)
		}
		return nil
	})
}

func setup(c *caddy.Controller) error {
	shared, err := parse(c)
	if err != nil {
		return plugin.Error("visibility", err)
	}
	v := &Visibility{shared: shared}
	config := dnsserver.GetConfig(c)
	config.AddPlugin(func(next plugin.Handler) plugin.Handler {
		v.next = next
		return v
	})
	stop := make(chan struct{})
	c.OnStartup(func() error {
		// Only now are the plugins that come later in the chain known. Their zones and their way to the API are ours.
		backend, is := config.Handler("kubernetes").(*kubernetesplugin.Kubernetes)
		if !is {
			return plugin.Error("visibility", errors.New("needs the kubernetes plugin in the same server block"))
		}
		settings, err := connection(backend)
		if err != nil {
			return plugin.Error("visibility", err)
		}
		client, err := kubernetes.NewForConfig(settings)
		if err != nil {
			return plugin.Error("visibility", err)
		}
		found, err := newClients(client)
		if err != nil {
			return plugin.Error("visibility", err)
		}
		v.known.Store(&cluster{zones: backend.Zones, clients: found})
		go found.run(stop)
		return nil
	})
	c.OnShutdown(func() error {
		close(stop)
		return nil
	})
	return nil
}

func connection(backend *kubernetesplugin.Kubernetes) (*rest.Config, error) {
	if len(backend.APIServerList) > 0 {
		return nil, errors.New("can't follow the kubernetes plugin's endpoint: give it a kubeconfig")
	}
	var settings *rest.Config
	var err error
	if backend.ClientConfig != nil {
		settings, err = backend.ClientConfig.ClientConfig()
	} else {
		settings, err = rest.InClusterConfig()
	}
	if err != nil {
		return nil, err
	}
	settings = rest.CopyConfig(settings)
	settings.ContentType = "application/vnd.kubernetes.protobuf"
	settings.UserAgent = "testbed-coredns"
	return settings, nil
}

// parse reads `visibility { shared NAMESPACE/SERVICE ... }`; shared may stand on several lines, or be absent.
func parse(c *caddy.Controller) (services, error) {
	shared := services{}
	for i := 0; c.Next(); i++ {
		if i > 0 {
			return nil, plugin.ErrOnce
		}
		if len(c.RemainingArgs()) > 0 {
			return nil, c.ArgErr()
		}
		for c.NextBlock() {
			if c.Val() != "shared" {
				return nil, c.Errf("unknown property '%s'", c.Val())
			}
			names := c.RemainingArgs()
			if len(names) == 0 {
				return nil, c.ArgErr()
			}
			for _, each := range names {
				namespace, service, _ := strings.Cut(each, "/")
				if len(validation.IsDNS1123Label(namespace)) > 0 || len(validation.IsDNS1123Label(service)) > 0 {
					return nil, c.Errf("'%s' is no NAMESPACE/SERVICE", each)
				}
				if !slices.Contains(shared[namespace], service) {
					shared[namespace] = append(shared[namespace], service)
				}
			}
		}
	}
	return shared, nil
}
