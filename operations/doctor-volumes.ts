import type { Finding } from '../kubernetes/suitability';
import type { KubernetesClient } from '../kubernetes/types';
import { text } from '../errors';
import { RESERVE_BYTES, freeBytes } from '../platform/cluster/storage/local-room';
import { volumesInUse, type VolumeUse } from './volumes';

/** How the volumes of the real node are kept within their sizes, and whether the disk below `directory` can hold what they were promised. */
export async function volumeFindings(client: KubernetesClient, directory: string): Promise<Finding[]> {
  const volumes = await volumesInUse(client);
  if (volumes.length === 0) return [];
  return [quotaFinding(volumes), roomFinding(volumes, await freeBytes(directory))];
}

/** Exported for its tests. */
export function quotaFinding(volumes: readonly VolumeUse[]): Finding {
  const title = text('quota of volumes', '볼륨 할당량');
  const free = volumes.filter(({ quota }) => quota === 'unenforced');
  const over = free.filter((volume) => volume.over).map(({ namespace, claim }) => `${namespace}/${claim}`);
  if (free.length === 0)
    return {
      id: 'volume-quota',
      state: 'ok',
      title,
      detail: text(
        `enforced by the file system on all volumes (${volumes.length})`,
        `볼륨 ${volumes.length}개 모두 파일 시스템이 한도를 강제합니다`,
      ),
    };
  if (over.length > 0)
    return {
      id: 'volume-quota',
      state: 'warning',
      title,
      detail: text(
        `over their claim, writers are being stopped: ${over.join(', ')}`,
        `요청 용량을 넘어 쓰기 파드를 중지하고 있습니다: ${over.join(', ')}`,
      ),
      remedy: text(
        'delete files in them, or end them and claim more',
        '파일을 지우거나, 볼륨을 없애고 더 큰 용량을 요청하세요',
      ),
    };
  return {
    id: 'volume-quota',
    state: 'warning',
    title,
    detail: text(
      `unenforced on ${free.length} of ${volumes.length} volumes: they are measured, and who writes too much is stopped`,
      `볼륨 ${volumes.length}개 중 ${free.length}개는 한도가 강제되지 않습니다. 사용량을 측정해 초과한 파드를 중지합니다`,
    ),
    remedy: text(
      'the kernel needs loop devices (modprobe loop); volumes made after that are limited',
      '커널에 루프 장치가 필요합니다 (modprobe loop). 이후에 만든 볼륨부터 한도가 강제됩니다',
    ),
  };
}

/** Exported for its tests. `free` is what the disk can still take, in bytes. */
export function roomFinding(volumes: readonly VolumeUse[], free: number): Finding {
  const title = text('room for volumes', '볼륨 공간');
  const promised = sum(volumes.map(({ size }) => size));
  const used = sum(volumes.map((volume) => volume.used ?? 0));
  const room = Math.max(0, free - RESERVE_BYTES);
  const detail = text(
    `${gibibytes(used)} used of ${gibibytes(promised)} promised, room for ${gibibytes(room)} more`,
    `약속한 ${gibibytes(promised)} 중 ${gibibytes(used)} 사용, ${gibibytes(room)}의 여유`,
  );
  if (promised - used <= room) return { id: 'volume-room', state: 'ok', title, detail };
  return {
    id: 'volume-room',
    state: 'warning',
    title,
    detail,
    remedy: text(
      'free some space before the volumes fill: a full disk stops every testbed',
      '볼륨이 차기 전에 공간을 확보하세요. 디스크가 가득 차면 모든 테스트베드가 멈춥니다',
    ),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
