import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isTestbedError } from '../../../errors';
import { FileTree, type TreeNode } from '../../../platform/images/file-tree';

const ROOT = { uid: 0, gid: 0 };

function file(words: string, mode = 0o644): TreeNode {
  return { kind: 'file', mode, ...ROOT, content: { offset: 0, size: words.length, sha256: words } };
}

function link(target: string): TreeNode {
  return { kind: 'link', target, ...ROOT };
}

const FOLDER: TreeNode = { kind: 'directory', mode: 0o755, ...ROOT };

function paths(tree: FileTree): string[] {
  return tree.entries().map(([path]) => path);
}

function targetAt(tree: FileTree, path: string): string | undefined {
  const node = tree.at(path, 'test');
  return node?.kind === 'link' ? node.target : undefined;
}

describe('a tree of files', () => {
  test('puts what packages have at the root below /usr, with the links that lead there', () => {
    const tree = new FileTree();
    tree.add('./lib64/', FOLDER, 'libc6');
    tree.add('./lib64/ld.so', link('/lib/x/ld.so'), 'libc6');
    tree.add('./lib/x/ld.so', file('ld'), 'libc6');
    tree.add('./bin/sh', link('dash'), 'dash');
    tree.merge();
    expect(paths(tree)).toEqual([
      'bin',
      'lib',
      'lib64',
      'sbin',
      'usr',
      'usr/bin',
      'usr/bin/sh',
      'usr/lib',
      'usr/lib/x',
      'usr/lib/x/ld.so',
      'usr/lib64',
      'usr/lib64/ld.so',
      'usr/sbin',
    ]);
    expect(tree.entries()[0]).toEqual(['bin', link('usr/bin')]);
  });

  test('keeps where a relative link leads that was written for the root', () => {
    const tree = new FileTree();
    tree.add('lib/libx.so', link('libx.so.1'), 'one');
    tree.add('lib/liby.so', link('../usr/share/y'), 'one');
    tree.add('sbin/tool', link('../bin/tool'), 'one');
    tree.add('usr/lib/libz.so', link('../../lib/z'), 'one');
    expect(targetAt(tree, 'lib/libx.so')).toBe('libx.so.1');
    expect(targetAt(tree, 'lib/liby.so')).toBe('/usr/share/y');
    expect(targetAt(tree, 'sbin/tool')).toBe('../bin/tool');
    expect(targetAt(tree, 'usr/lib/libz.so')).toBe('../../lib/z');
  });

  test.each(['../etc/passwd', 'usr/../../x', './usr/..', 'a\0b'])('refuses the path %j', (path) => {
    expect(() => new FileTree().add(path, file('x'), 'evil')).toThrow('evil has a path that leaves its root');
  });

  test('takes the same file of two packages once, and refuses another of the same name', () => {
    const tree = new FileTree();
    tree.add('bin/x', file('same'), 'one');
    tree.add('usr/bin/x', file('same'), 'two');
    expect(paths(tree)).toEqual(['usr', 'usr/bin', 'usr/bin/x']);
    expect(() => tree.add('usr/bin/x', file('other'), 'three')).toThrow(
      'three brings another /usr/bin/x than what is there already',
    );
    expect(() => tree.add('usr/bin/x', file('same', 0o755), 'four')).toThrow('four brings another /usr/bin/x');
  });

  test('puts nothing below a link', () => {
    const tree = new FileTree();
    tree.add('var/run', link('/run'), 'one');
    expect(() => tree.add('var/run/x', file('x'), 'two')).toThrow(
      'two puts /var/run/x below /var/run, which is no folder',
    );
  });

  test('leaves out files by pattern and the folders that they leave empty', () => {
    const tree = new FileTree();
    for (const path of ['usr/share/doc/a/copyright', 'usr/share/doc/a/NEWS', 'usr/share/doc/b/NEWS', 'usr/bin/a'])
      tree.add(path, file(path), 'one');
    tree.leaveOut((path) => path.startsWith('/usr/share/doc/') && !path.endsWith('/copyright'));
    expect(paths(tree)).toEqual([
      'usr',
      'usr/bin',
      'usr/bin/a',
      'usr/share',
      'usr/share/doc',
      'usr/share/doc/a',
      'usr/share/doc/a/copyright',
    ]);
  });

  test('is the same in whatever order its files came, every folder before what it holds, and nothing outside', () => {
    const name = fc.constantFrom('a', 'b', 'lib', 'usr', 'a-b', '..', '.', '');
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(path, { maxLength: 12 }), (given) => {
        const forth = listed(given);
        expect(listed([...given].reverse()).sort()).toEqual([...forth].sort());
        for (const [position, each] of forth.entries()) {
          expect(each.split('/')).not.toContain('..');
          const parent = each.split('/').slice(0, -1).join('/');
          expect(['', ...forth.slice(0, position)]).toContain(parent);
        }
      }),
    );
  });
});

/** Paths of a tree with these folders; those that it refuses are left away. */
function listed(given: readonly string[]): string[] {
  const tree = new FileTree();
  for (const path of given)
    try {
      tree.add(path, FOLDER, 'one');
    } catch (error) {
      if (!isTestbedError(error, 'ImageDamaged')) throw error;
    }
  return paths(tree);
}
