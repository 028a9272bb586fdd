import { TestbedError, isTestbedError, text, type Text } from '../errors';
import type { ClusterUpOptions, NodesChoice } from '../platform/cluster';
import { realNodeObstacle } from '../platform/cluster';
import { missingNodeImages, provideRealNode } from './real-node-supplies';
import type { Surroundings } from './surroundings';

/** What somebody asks for: nodes of one kind, or the best that this machine can have. */
export type NodesWish = NodesChoice | { readonly kind: 'auto' };

/** What a cluster is started with. */
export interface NodesDecision {
  readonly nodes: NodesChoice;
  /** Why nodes are simulated though nobody asked for that. */
  readonly instead?: Text;
  /** Of a real node: its programs and images. */
  readonly tools?: Pick<ClusterUpOptions['tools'], 'kubelet' | 'kube-proxy' | 'calico-felix' | 'calico-cni'>;
  readonly realNode?: NonNullable<ClusterUpOptions['realNode']>;
}

export interface DecisionGrounds {
  /** The nodes of the cluster that is there; undefined where there is none. */
  readonly known: NodesChoice | undefined;
  /** Where the cluster lies, or will. */
  readonly directory: string;
  /** Nothing may be downloaded or built. */
  readonly offline: boolean;
}

export const SIMULATED_NODES = { kind: 'simulated', count: 3 } as const;

/** Failures that say that a real node can't be had here and now, not that something is broken. */
const LACKING = [
  'ToolMissing',
  'ToolDownloadFailed',
  'ToolBuildFailed',
  'ImageBuildFailed',
  'ImageMissing',
  'ClusterUnsuitable',
] as const;

/**
 * Turns a wish into nodes and provides what a real one is made of. `auto` keeps the nodes that a cluster has (`known`); a new one gets a real
 * node where that is possible and agreed to, else simulated ones and the reason. Throws where `real` was asked for and is not possible.
 */
export async function decideNodes(
  wish: NodesWish,
  { known, directory, offline }: DecisionGrounds,
  surroundings: Surroundings,
): Promise<NodesDecision> {
  const kept = wish.kind === 'auto' ? known : wish;
  if (kept !== undefined && kept.kind !== 'real') return { nodes: kept };
  try {
    const obstacle = await realNodeObstacle(surroundings.signal, directory);
    if (obstacle !== undefined) throw impossible(obstacle);
    await agreeToDownload(offline, surroundings);
    return { nodes: { kind: 'real' }, ...(await provideRealNode(offline, surroundings)) };
  } catch (error) {
    // What was asked for by name, or stands already with its data, is not replaced by something else.
    if (kept !== undefined || !isTestbedError(error) || !LACKING.some((code) => isTestbedError(error, code)))
      throw error;
    return { nodes: SIMULATED_NODES, instead: error.text };
  }
}

function impossible(obstacle: Text): TestbedError {
  return new TestbedError(
    'ClusterUnsuitable',
    text(`no real node on this machine: ${obstacle.en}`, `이 컴퓨터에서는 실제 노드를 쓸 수 없습니다: ${obstacle.ko}`),
    {
      hint: text(
        'go on with simulated nodes: testbed cluster up --nodes simulated',
        '모의 노드로 진행하세요: testbed cluster up --nodes simulated',
      ),
    },
  );
}

/** Nothing is downloaded from Debian before somebody has agreed to it once; images that are there need no question. */
async function agreeToDownload(offline: boolean, surroundings: Surroundings): Promise<void> {
  const missing = missingNodeImages(surroundings);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  if (offline) throw lacking(names, text('nothing may be downloaded', '다운로드가 허용되지 않았습니다'));
  try {
    await surroundings.confirm(
      text(
        `download Debian packages (about 100 MB, from this machine's own package sources) to build what a real node runs: ${names}? Nothing is installed on this machine.`,
        `실제 노드에 필요한 이미지(${names})를 만들기 위해 이 컴퓨터의 패키지 저장소에서 Debian 패키지 약 100MB를 내려받을까요? 이 컴퓨터에는 아무것도 설치하지 않습니다.`,
      ),
    );
  } catch (error) {
    if (isTestbedError(error, 'Declined'))
      throw lacking(names, text('you did not agree to the download', '다운로드에 동의하지 않았습니다'));
    if (isTestbedError(error, 'UsageWrong'))
      throw lacking(names, text('nobody could be asked about the download', '다운로드를 물어볼 터미널이 없습니다'));
    throw error;
  }
}

function lacking(names: string, why: Text): TestbedError {
  return new TestbedError(
    'ImageMissing',
    text(
      `a real node needs images that are not there yet (${names}), and ${why.en}`,
      `실제 노드에 필요한 이미지가 아직 없고(${names}) ${why.ko}`,
    ),
    {
      hint: text(
        'agree to the download of Debian packages: testbed cluster up --nodes real --yes',
        'Debian 패키지 다운로드에 동의하려면: testbed cluster up --nodes real --yes',
      ),
    },
  );
}
