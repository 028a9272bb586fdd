import type { ServerReadableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { EventRequest } from '@pulumi/pulumi/proto/events_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';

export { EventsService } from '@pulumi/pulumi/proto/events_grpc_pb';

/** Takes the CLI's events, one JSON text each; `onEnd` is called once, when the CLI says that there are no more or its link breaks. */
export function eventService(onEvent: (json: string) => void, onEnd: () => void): UntypedServiceImplementation {
  return {
    streamEvents(
      call: ServerReadableStream<EventRequest, Empty>,
      callback: (error: Error | null, answer?: Empty) => void,
    ): void {
      call.on('data', (request: EventRequest) => onEvent(request.getEvent()));
      call.on('end', () => {
        callback(null, new Empty());
        onEnd();
      });
      call.on('error', onEnd);
    },
  };
}
