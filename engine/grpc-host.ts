import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { GuardedPort } from '../host/guarded-port';

/** Largest message that is taken, in bytes; a testbed's largest is below 1 MB. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export interface GrpcHost {
  close(): void;
}

/** Serves one gRPC service to the connections of a guarded port; `onEnd` is called when the last of them is closed. */
export function hostGrpc(
  port: GuardedPort,
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  onEnd: () => void = () => undefined,
): GrpcHost {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_channelz': 0,
  });
  server.addService(definition, implementation);
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
