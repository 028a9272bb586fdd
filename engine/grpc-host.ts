import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { GuardedPort } from '../host/guarded-port';

/** Largest message that is taken, in bytes; a testbed's largest is below 1 MB. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export interface GrpcHost {
  close(): void;
}

/**
 * Serves each connection of a guarded port by an implementation of its own, so that what one of them sets up is not another's. `ended` is aborted when the
 * connection is closed: who asked is gone.
 */
export function hostEachConnection(
  port: GuardedPort,
  definition: ServiceDefinition,
  implement: (ended: AbortSignal) => UntypedServiceImplementation,
): GrpcHost {
  const servers = new Set<Server>();
  port.onConnection((socket) => {
    const ended = new AbortController();
    const server = serverOf(definition, implement(ended.signal));
    servers.add(server);
    socket.once('close', () => {
      ended.abort();
      servers.delete(server);
      server.forceShutdown();
    });
    server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(socket);
  });
  return {
    close() {
      for (const server of servers) server.forceShutdown();
      port.close();
    },
  };
}

/** Serves one gRPC service to the connections of a guarded port; `onEnd` is called when the last of them is closed. */
export function hostGrpc(
  port: GuardedPort,
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  onEnd: () => void = () => undefined,
): GrpcHost {
  const server = serverOf(definition, implementation);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  let open = 0;
  port.onConnection((socket) => {
    open++;
    socket.once('close', () => {
      if (--open === 0) onEnd();
    });
    injector.injectConnection(socket);
  });
  return {
    close() {
      server.forceShutdown();
      port.close();
    },
  };
}

function serverOf(definition: ServiceDefinition, implementation: UntypedServiceImplementation): Server {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_channelz': 0,
  });
  server.addService(definition, implementation);
  return server;
}
