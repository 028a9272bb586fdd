import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import * as pulumi from '@pulumi/pulumi';
import { EngineService } from '@pulumi/pulumi/proto/engine_grpc_pb';
import { SetRootResourceResponse, type LogRequest } from '@pulumi/pulumi/proto/engine_pb';
import { ResourceMonitorService } from '@pulumi/pulumi/proto/resource_grpc_pb';
import type { RegisterResourceOutputsRequest } from '@pulumi/pulumi/proto/resource_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../package/root';
import { presetText } from '../../spec';
import { RecordingMonitor } from '../support/recording-monitor';

/*
 * The entry for `pulumi up` by hand, run by the SDK's own runner as the vendor's language host runs it, TypeScript and all. Monitor and engine
 * are stand-ins over real gRPC: this proves that the entry loads, reads its configuration and registers, not what the CLI does.
 */
const root = packageRoot();

type Call<T> = grpc.ServerUnaryCall<T, unknown>;

interface Outcome {
  readonly code: number | null;
  readonly said: string;
}

let monitor: RecordingMonitor;
let logs: string[];
let server: grpc.Server;
let address: string;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-entry-'));
  logs = [];
  monitor = new RecordingMonitor();
  pulumi.runtime.setMockOptions(monitor, 'testbed', 'by-hand');
  server = new grpc.Server();
  // The monitor answers publications with a plain object, which is no message.
  const methods = ['registerResource', 'supportsFeature', 'getDeploymentInfo', 'invoke', 'registerPackage'] as const;
  server.addService(ResourceMonitorService, {
    ...Object.fromEntries(methods.map((method) => [method, passedOn(method)])),
    registerResourceOutputs: (call: Call<RegisterResourceOutputsRequest>, callback: grpc.sendUnaryData<Empty>) =>
      monitor.registerResourceOutputs(call.request, () => callback(null, new Empty())),
  });
  server.addService(EngineService, {
    log: (call: Call<LogRequest>, callback: grpc.sendUnaryData<Empty>) => {
      if (call.request.getSeverity() > 0) logs.push(call.request.getMessage());
      callback(null, new Empty());
    },
    setRootResource: (_: unknown, callback: grpc.sendUnaryData<SetRootResourceResponse>) =>
      callback(null, new SetRootResourceResponse()),
  });
  address = await new Promise<string>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(`127.0.0.1:${port}`) : reject(error),
    );
  });
});
afterEach(() => {
  server.forceShutdown();
  rmSync(folder, { recursive: true, force: true });
});

function passedOn(method: keyof RecordingMonitor): grpc.handleUnaryCall<unknown, unknown> {
  return ({ request }, callback) => {
    const handle: unknown = monitor[method];
    if (typeof handle === 'function') Reflect.apply(handle, monitor, [request, callback]);
  };
}

function runEntry(stack: string, config: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const script = join(root, 'node_modules', '@pulumi', 'pulumi', 'cmd', 'run');
  const folderOfProgram = join(root, 'stacks');
  const addresses = ['--monitor', address, '--engine', address];
  const place = ['--project', 'testbed', '--stack', stack, '--pwd', folderOfProgram, '--parallel', '8'];
  const child = spawn(process.execPath, [script, ...addresses, ...place, '.'], {
    cwd: folderOfProgram,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      PULUMI_NODEJS_TYPESCRIPT: 'true',
      PULUMI_CONFIG: JSON.stringify(config),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said: `${said}\n${logs.join('\n')}` }));
  });
}

const namespaces = (): unknown[] =>
  monitor.recordings
    .filter(({ type }) => type === 'kubernetes:core/v1:Namespace')
    .map(({ inputs }) => Reflect.get(Object(inputs['metadata']), 'name'));

describe('the project file', () => {
  it('leads to the entry', () => {
    const project: unknown = parse(readFileSync(join(root, 'Pulumi.yaml'), 'utf8'));
    expect(project).toMatchObject({ name: 'testbed', runtime: 'nodejs', main: 'stacks/' });
  });
});

describe('pulumi up by hand', () => {
  it('provisions the preset startup on a stack that is called as a testbed', async () => {
    const outcome = await runEntry('tb-byhand');
    expect(outcome.said.trim()).toBe('');
    expect(outcome.code).toBe(0);
    expect(namespaces()).toEqual(['tb-byhand']);
    expect(monitor.recordings.map(({ type }) => type)).toContain('kubernetes:apps/v1:StatefulSet');
    const stack = monitor.recordings.find(({ type }) => type === 'pulumi:pulumi:Stack');
    expect(monitor.published.get(stack?.urn ?? '')).toMatchObject({ id: 'tb-byhand', grade: 'open' });
  });

  it('takes the file and the id of the configuration', async () => {
    const file = join(folder, 'testbed.yaml');
    writeFileSync(file, presetText('minimal', { now: new Date() }));
    const outcome = await runEntry('dev', { 'testbed:file': file, 'testbed:id': 'tb-config' });
    expect(outcome.said.trim()).toBe('');
    expect(namespaces()).toEqual(['tb-config']);
    expect(monitor.recordings.map(({ type }) => type)).not.toContain('kubernetes:apps/v1:StatefulSet');
  });

  it('provisions what the cluster shares on the stack shared', async () => {
    const outcome = await runEntry('shared');
    expect(outcome.said.trim()).toBe('');
    expect(namespaces()).toEqual(['testbed-access', 'testbed-preview-open', 'testbed-preview-sensitive']);
  });

  it('says what is wrong with an id, and registers nothing', async () => {
    const outcome = await runEntry('dev');
    expect(outcome.code).not.toBe(0);
    expect(outcome.said).toContain(
      "'dev' is not the id of a testbed: name the stack like tb-x7k2p9, or set testbed:id",
    );
    expect(namespaces()).toEqual([]);
  });

  it('refuses the grade classified, and registers nothing', async () => {
    const file = join(folder, 'testbed.yaml');
    writeFileSync(file, presetText('minimal', { now: new Date() }).replace('grade: open', 'grade: classified'));
    const outcome = await runEntry('tb-byhand', { 'testbed:file': file });
    expect(outcome.code).not.toBe(0);
    expect(outcome.said).toContain("grade 'classified' is refused");
    expect(namespaces()).toEqual([]);
  });
});
