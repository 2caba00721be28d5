// schemathesis reads doc/api/openapi.yaml and calls every address with what it allows and what it does not: no fault of the server, and no status, type
// or shape the document does not promise.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Installation, ROOT } from '../flows/lib/installation.mjs';
import { dossier } from '../flows/lib/story.mjs';

const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance';
let place;
before(async () => {
  place = await Installation.open();
});
after(() => place?.close());

/** Runs it as somebody signed in; what it complains of. Signing in and out would change the session under it. */
async function complaints(client) {
  const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const program = path.join(ROOT, '.local/python/bin/schemathesis');
  const config = path.join(ROOT, 'tests/interop/schemathesis.toml');
  const args = ['--config-file', config, 'run', path.join(ROOT, 'doc/api/openapi.yaml'), '--url', place.url, '-H', `Cookie: ${cookie}`, '-H', `Origin: ${place.url}`, '--seed', '1',
    '--phases', 'examples,coverage,fuzzing', '--max-examples', '4', '--checks', CHECKS, '--continue-on-failure', '--no-color',
    '--exclude-path', '/sign-in', '--exclude-path', '/sign-out'];
  try {
    await promisify(execFile)(program, args, { cwd: place.folder, maxBuffer: 32 << 20 });
    return '';
  } catch (error) {
    const start = error.stdout?.indexOf('= FAILURES =') ?? -1;
    return start < 0 ? `${error.stdout}${error.stderr}${error}` : error.stdout.slice(start);
  }
}

test('what a citizen can call keeps the promises of the document', async () => {
  const citizen = await place.as('citizen.hanoi');
  await dossier(place, 'sealed', { citizen });
  assert.equal(await complaints(citizen), '');
});

test('what an officer can call keeps the promises of the document', async () => {
  assert.equal(await complaints(await place.officer('one_stop_officer')), '');
});
