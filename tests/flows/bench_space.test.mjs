// As whoever wants to load the whole nation, I am told what space that takes, and before anything is written.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const bench = fileURLToPath(new URL('../../bench', import.meta.url));

/** bench/register.py's measure of the nation on a disk with so many bytes free, but for the loading itself. */
function nation(free) {
  const program = `
import collections, pathlib, register
register.shutil.disk_usage = lambda folder: collections.namedtuple("usage", "free")(${free})
register.measure_size = lambda run, server_of, free_port, people: print("loads", people)
class Run:
    folder = pathlib.Path("/bench-disk")
    note = staticmethod(print)
register.measure(Run, None, None, True)`;
  return spawnSync('python3', ['-c', program], { cwd: bench, encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
}

test('the nation is not loaded onto a disk without room for it', () => {
  const refused = nation(40_754_999_999);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /54,340,000 people need 40\.8 GB in \/bench-disk; 40\.8 GB are free: name another disk with --data/);
  assert.doesNotMatch(refused.stdout, /loads/);
});

test('where there is room, the space is said and it is loaded', () => {
  const loaded = nation(40_755_000_000);
  assert.equal(loaded.status, 0, loaded.stderr);
  assert.match(loaded.stdout, /54,340,000 people need 40\.8 GB.*\nloads 54340000/);
});
