import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { workFolder } from './archives';
import { schemaErrors } from './cyclonedx-schema';
import { machineStore, needRoot, runInImage } from './run-in-image';

const COLD_MS = 300_000;

async function unpacked(name: string): Promise<string> {
  const images = machineStore();
  await images.ensure(name);
  return images.unpack(name);
}

describe('an image, entered', () => {
  needRoot();

  test(
    'postgres makes a database as user 999, answers with Korean collation, and stops fast',
    { timeout: COLD_MS },
    async () => {
      const output = await runInImage(
        await unpacked('postgres'),
        999,
        `export PATH=/usr/lib/postgresql/15/bin:/usr/bin:/bin LANG=C.UTF-8 PGHOST=/run PGUSER=postgres
      id -un
      initdb -D /tmp/data --encoding=UTF8 --locale=C.UTF-8 --data-checksums -U postgres > /tmp/initdb.log
      pg_ctl -D /tmp/data -w -l /tmp/log -o "-c listen_addresses= -c unix_socket_directories=/run" start > /tmp/start.log
      pg_isready -q
      psql -Atqc "select current_setting('server_version_num')::int / 10000, length('한글')"
      psql -Atqc "select string_agg(w, ' ' order by w collate \\"ko-x-icu\\") from (values ('나무'), ('가지'), ('다리')) as t(w)"
      psql -qc 'create extension pgcrypto; create table t as select 1 as a'
      pg_dump -Fc -f /tmp/dump postgres; pg_restore -l /tmp/dump | grep -c 'TABLE DATA'
      kill -INT "$(head -1 /tmp/data/postmaster.pid)"
      while [ -e /tmp/data/postmaster.pid ]; do :; done
      tail -1 /tmp/log | grep -o 'database system is shut down'
      `,
      );
      expect(output.split('\n')).toEqual([
        'postgres',
        '15|2',
        '가지 나무 다리',
        '1',
        'database system is shut down',
        '',
      ]);
    },
  );

  test.each(['base', 'node', 'postgres'])(
    '%s has a bill of materials that the published schema takes',
    async (name) => {
      const images = machineStore();
      await images.ensure(name);
      expect(schemaErrors(images.sbom(name))).toEqual([]);
    },
  );

  test('postgres lacks no library', { timeout: COLD_MS }, async () => {
    const script = `for each in /usr/lib/postgresql/15/bin/*; do $loader --list "$each" | sed -n "s|.*not found.*|$each: &|p"; done`;
    const root = await unpacked('postgres');
    expect(await runInImage(root, 999, `PATH=/usr/bin:/bin; loader=${loader()}; ${script}`)).toBe('');
  });

  test('base has a shell with its programs for a user without rights', { timeout: COLD_MS }, async () => {
    const script = `export PATH=/usr/bin:/bin
      id -un; printf 'b\\na\\n' | sort | tr '\\n' ' '; echo 'x 1' | awk '{ print $2 }'
      printf hello | gzip | gunzip; echo; curl --version | cut -d' ' -f1,2 | head -1 | grep -o '^curl'
      grep -c BEGIN /etc/ssl/certs/ca-certificates.crt | awk '{ print ($1 > 100) }'
      TZ=Asia/Seoul date -d @0 +%H; find / -xdev -perm /6000 -type f 2> /tmp/refused || :; touch /x 2>&1 | grep -o 'Read-only file system'`;
    expect((await runInImage(await unpacked('base'), 65_532, script)).split('\n')).toEqual([
      'testbed',
      'a b 1',
      'hello',
      'curl',
      '1',
      '09',
      'Read-only file system',
      '',
    ]);
  });

  test(
    'node has what a node runs, on nftables, and its containerd takes exported images under both names',
    { timeout: COLD_MS },
    async () => {
      const images = machineStore();
      const { digest } = await images.ensure('pause');
      const archive = join(workFolder(), 'pause.tar');
      await images.export('pause', archive);
      const script = `export PATH=/usr/sbin:/usr/bin:/sbin:/bin
      runc --version | head -1 | cut -d' ' -f1; iptables --version | grep -o nf_tables; ip6tables-save --version | grep -o nf_tables
      truncate -s 16M /tmp/volume; mkfs.ext4 -q /tmp/volume; blkid -o value -s TYPE /tmp/volume
      for each in losetup mount ip conntrack ipset nsenter modprobe ps; do command -v $each > /tmp/found || echo "no $each"; done
      ls /usr/lib/cni | grep -c -e loopback -e portmap -e host-local
      printf 'version = 2\\nroot = "/tmp/c"\\nstate = "/run/c"\\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\\n[grpc]\\naddress = "/run/c.sock"\\n' > /tmp/c.toml
      containerd --config /tmp/c.toml > /tmp/c.log 2>&1 &
      while ! ctr --address /run/c.sock version > /tmp/version 2>&1; do kill -0 $! || { cat /tmp/c.log; exit 1; }; done
      ctr --address /run/c.sock --namespace k8s.io images import --snapshotter native /run/archive.tar > /tmp/import
      ctr --address /run/c.sock --namespace k8s.io images ls -q`;
      expect((await runInImage(await unpacked('node'), 0, script, archive)).split('\n')).toEqual([
        'runc',
        'nf_tables',
        'nf_tables',
        'ext4',
        '3',
        'localhost/testbed/pause:1',
        `localhost/testbed/pause@${digest}`,
        '',
      ]);
    },
  );
});

function loader(): string {
  return process.arch === 'x64' ? '/lib64/ld-linux-x86-64.so.2' : '/lib/ld-linux-aarch64.so.1';
}
