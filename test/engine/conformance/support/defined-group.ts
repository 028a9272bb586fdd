import { randomName, type Kept, type ServedProvider } from '../../provider/support/served-provider';
import { definitions } from '../kinds';
import { objectOf, typeTokenOf } from './edits';

/** The two definitions of custom kinds, under a group that nobody else uses. */
export interface DefinedGroup {
  readonly group: string;
  end(): Promise<void>;
}

export function randomGroup(): string {
  return `${randomName('g')}.example.test`;
}

export async function defineGroup(provider: ServedProvider, group: string): Promise<DefinedGroup> {
  const kept: Kept[] = [];
  for (const kind of definitions(group))
    kept.push(
      await provider.create(typeTokenOf(kind), randomName('definition'), objectOf(kind, { namespace: '', name: '' })),
    );
  return {
    group,
    end: async () => {
      for (const definition of kept) await provider.delete(definition);
    },
  };
}
