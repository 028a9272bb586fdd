import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { AnalyzerService } from '@pulumi/pulumi/proto/analyzer_grpc_pb';
import { openGuardedPort } from '../../host/guarded-port';

/** Largest message that is taken, in bytes: a whole stack comes as one. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** The CLI comes over one connection; one more is let in where something between looks whether the pack lives. */
const CONNECTIONS = 2;

/** Who started the pack and has not come by then, in milliseconds, is not going to. */
const WAIT_MS = 60_000;

export interface ServedPack {
  readonly port: number;
  /** When the last connection was closed, or nobody came. */
  readonly ended: Promise<void>;
}

/** Serves the pack on 127.0.0.1 to processes of our own user, as long as somebody is connected. */
export async function servePack(service: UntypedServiceImplementation): Promise<ServedPack> {
  const port = await openGuardedPort({ connections: CONNECTIONS });
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_channelz': 0,
  });
  server.addService(AnalyzerService, service);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const ended = Promise.withResolvers<void>();
  const end = (): void => {
    clearTimeout(lonely);
    server.forceShutdown();
    port.close();
    ended.resolve();
  };
  const lonely = setTimeout(end, WAIT_MS);
  let open = 0;
  port.onConnection((socket) => {
    clearTimeout(lonely);
    open++;
    socket.once('close', () => {
      if (--open === 0) end();
    });
    injector.injectConnection(socket);
  });
  return { port: port.port, ended: ended.promise };
}
