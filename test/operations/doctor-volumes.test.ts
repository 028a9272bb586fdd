import { describe, expect, it } from 'vitest';
import { quotaFinding, roomFinding } from '../../operations/doctor-volumes';
import type { VolumeUse } from '../../operations/volumes';

const GIBIBYTE = 2 ** 30;
const volume: VolumeUse = {
  namespace: 'tb-aaaaaa',
  claim: 'data-database-0',
  size: 5 * GIBIBYTE,
  used: GIBIBYTE,
  quota: 'enforced',
  over: false,
};
const free: VolumeUse = { ...volume, quota: 'unenforced' };

describe('what the doctor says of volumes', () => {
  it('is fine while every file system keeps its size and the disk holds what was promised', () => {
    expect(quotaFinding([volume, volume])).toMatchObject({
      state: 'ok',
      detail: { en: 'enforced by the file system on all volumes (2)' },
    });
    expect(roomFinding([volume, { ...volume, used: undefined }], 11 * GIBIBYTE)).toMatchObject({
      state: 'ok',
      detail: { en: '1.0 GiB used of 10.0 GiB promised, room for 9.0 GiB more' },
    });
  });

  it('is a warning where nothing enforces a quota, and names who is over it', () => {
    expect(quotaFinding([volume, free])).toMatchObject({
      state: 'warning',
      detail: {
        en: 'unenforced on 1 of 2 volumes: they are measured, and who writes too much is stopped',
      },
    });
    expect(quotaFinding([free, { ...free, claim: 'logs', over: true }])).toMatchObject({
      state: 'warning',
      detail: { en: 'over their claim, writers are being stopped: tb-aaaaaa/logs' },
    });
  });

  it('is a warning when more was promised than the disk has beside its reserve', () => {
    expect(roomFinding([volume], 5.9 * GIBIBYTE)).toMatchObject({
      state: 'warning',
      detail: { en: '1.0 GiB used of 5.0 GiB promised, room for 3.9 GiB more' },
    });
  });
});
