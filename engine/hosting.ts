import type { ClusterConnection } from '../kubernetes/types';
import { createEventCollector } from './events';
import { openGuardedPort } from '../host/guarded-port';
import type { GrpcHost } from './grpc-host';
import type { Finished, FromRunner, HostRequest } from './runner-messages';
import type { Repaired } from './types';

/** After the CLI's end its last event is already here, or on its way: this long, in milliseconds, it is waited for. */
const LAST_EVENT_MS = 2000;

/** The CLI asks a program for its plugins over one connection and runs it over a second; events take one. */
const PROGRAM_CONNECTIONS = 2;

/**
 * The CLI makes one for each provider of the program and of the state, the default one too. So that port stays open until the operation ends, but for the last of
 * them. More than are served (provider-host.ts) are let in, so that they are told why they are not.
 */
const PROVIDER_CONNECTIONS = 64;

/** One operation inside a runner: program, provider and events, each on a port of its own. */
export interface Hosting {
  /** Serves provider and program: from here on the CLI gets on. */
  open(connection: ClusterConnection): void;
  cancel(): void;
  /** Closes everything at once, whatever still goes on. */
  abandon(): Promise<void>;
  finish(): Promise<Finished>;
}

/**
 * Opens the ports and tells them first, so that the CLI can start while the imports go on here; its connections wait until their
 * service is ready. Provider and program are served by `open`: until then the CLI has started, and nothing is registered.
 */
export async function createHosting(request: HostRequest, post: (message: FromRunner) => void): Promise<Hosting> {
  const { program } = request;
  const [programPort, providerPort, eventsPort] = await Promise.all([
    program === undefined ? undefined : openGuardedPort({ connections: PROGRAM_CONNECTIONS }),
    request.vendor === true ? undefined : openGuardedPort({ connections: PROVIDER_CONNECTIONS }),
    openGuardedPort(),
  ]);
  const ports = [programPort, providerPort, eventsPort];
  post({
    type: 'ports',
    ports: {
      ...(programPort === undefined ? {} : { program: programPort.port }),
      ...(providerPort === undefined ? {} : { provider: providerPort.port }),
      events: eventsPort.port,
    },
    guarded: eventsPort.guarded,
  });

  const stop = new AbortController();
  const collector = createEventCollector((event) => post({ type: 'event', event }));
  const repaired: Repaired[] = [];
  const eventsEnd = Promise.withResolvers<void>();
  const opened: GrpcHost[] = [];
  const releases: (() => void | Promise<void>)[] = [];
  let takeWarnings = (): readonly string[] => [];

  const [{ hostEachConnection, hostGrpc }, { eventService, EventsService }] = await Promise.all([
    import('./grpc-host.js'),
    import('./event-service.js'),
  ]);
  opened.push(
    hostGrpc(
      eventsPort,
      EventsService,
      eventService((json) => collector.accept(json), eventsEnd.resolve),
      eventsEnd.resolve,
    ),
  );

  // Loaded while the CLI starts, and not only when it may begin.
  const { hostProvider } = await import('./provider-host.js');
  const programs = program === undefined ? undefined : await import('./program-host.js');
  programs?.loadSdk();

  const serve = (connection: ClusterConnection): void => {
    if (providerPort !== undefined) {
      const provider = hostProvider({ ...request, connection }, stop.signal, {
        onStatus: (urn, message) => post({ type: 'event', event: { type: 'status', urn, message } }),
        onRepaired: (one) => repaired.push(one),
      });
      releases.push(() => provider.release());
      takeWarnings = provider.takeWarnings;
      // An instance must stop by itself when its engine is gone, or it goes on creating for nobody.
      opened.push(hostEachConnection(providerPort, provider.definition, provider.implement));
    }
    if (program === undefined || programPort === undefined || programs === undefined) return;
    const hosted = programs.hostProgram(program, request.seed);
    releases.push(() => hosted.release());
    opened.push(hostGrpc(programPort, hosted.definition, hosted.implementation));
  };
  const abandon = async (): Promise<void> => {
    stop.abort();
    for (const host of opened.splice(0)) host.close();
    for (const port of ports) port?.close();
    for (const release of releases.splice(0)) await release();
  };
  return {
    open: serve,
    cancel: () => stop.abort(),
    abandon,
    async finish() {
      const late = setTimeout(eventsEnd.resolve, LAST_EVENT_MS);
      if (eventsPort.counts().admitted === 0) eventsEnd.resolve();
      await eventsEnd.promise;
      clearTimeout(late);
      await abandon();
      collector.acceptServerWarnings(takeWarnings());
      return {
        type: 'finished',
        report: { ...collector.report(), ...(request.repair === undefined ? {} : { repaired }) },
        heapBytes: process.memoryUsage().heapUsed,
        admitted: {
          program: programPort?.counts().admitted ?? 0,
          provider: providerPort?.counts().admitted ?? 0,
          events: eventsPort.counts().admitted,
        },
        refused: ports.reduce((sum, port) => sum + (port?.counts().refused ?? 0), 0),
      };
    },
  };
}
