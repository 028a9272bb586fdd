import type { Transport } from './transport';

const ASKED_FOR_MS = 5000;

/** What an API server that is not ready refuses says nothing of rights: it has not read its roles and policies yet. */
export class ServerStarting extends Error {
  readonly code = 'SERVER_STARTING';

  constructor() {
    super('the API server is not ready');
    this.name = 'ServerStarting';
  }
}

/** `stands`: it is the answer. `early`: the server is still starting. `passed`: it was, and is ready by now. */
export type Refusal = 'stands' | 'early' | 'passed';

/** Tells refusals from those of a server that is only starting. */
export interface Starting {
  /** Says that a connection broke, or that none came about: the server may be another one when it answers again. */
  broke(): void;
  /** What the answer to a request that was sent at `sentAt`, by `performance.now()`, is worth. Only after 401 and 403 the server is asked whether it is ready. */
  judge(status: number, sentAt: number): Promise<Refusal>;
}

/** Everybody may ask `/readyz`, also before the roles are known; many at once ask once. */
export function createStarting(transport: Transport): Starting {
  /** Undefined since it was seen not to be. */
  let readySince: number | undefined = Number.NEGATIVE_INFINITY;
  let asked: Promise<boolean> | undefined;
  const ask = async (): Promise<boolean> => {
    const signal = AbortSignal.timeout(ASKED_FOR_MS);
    try {
      const { status } = await transport.send({ method: 'GET', path: '/readyz', accept: '*/*', signal });
      // Whatever else stands in front of it says something else of a path that it does not know.
      return status !== 500;
    } catch {
      // It went away between the refusal and this.
      return false;
    }
  };
  return {
    broke: () => {
      readySince = undefined;
    },
    judge: async (status, sentAt) => {
      if (status !== 401 && status !== 403) return 'stands';
      asked ??= ask().finally(() => {
        asked = undefined;
      });
      if (!(await asked)) {
        readySince = undefined;
        return 'early';
      }
      readySince ??= performance.now();
      return sentAt < readySince ? 'passed' : 'stands';
    },
  };
}
