import { describe, expect, it } from 'vitest';
import { cliEnvironment } from '../../engine/cli-process';

const ENVIRONMENT = cliEnvironment({
  ports: { program: 1, provider: 2, events: 3 },
  work: { path: '/w', home: '/w/home', temporary: '/w/tmp', state: '/w/state', remove: () => undefined },
  secrets: { VAULT_TOKEN: 'token' },
});

describe('the environment of the CLI', () => {
  it('has its garbage collected when there is twice as much of it as is held, and its heap bounded', () => {
    expect(ENVIRONMENT).toMatchObject({ GOGC: '200', GOMEMLIMIT: '512MiB' });
  });

  it('holds nothing of the caller but the name of the user', () => {
    expect(Object.keys(ENVIRONMENT).filter((name) => !name.startsWith('PULUMI_'))).toEqual([
      'PATH',
      'HOME',
      'USER',
      'TMPDIR',
      'LANG',
      'GOGC',
      'GOMEMLIMIT',
      'VAULT_TOKEN',
    ]);
    expect(ENVIRONMENT).toMatchObject({ PATH: '/usr/bin:/bin', HOME: '/w/home', TMPDIR: '/w/tmp' });
  });
});
