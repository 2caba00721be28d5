// Back to a moment on PostgreSQL: a base copy and the archived log bring back what was acknowledged before somebody's mistake, and nothing after it.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '../../script/lib/client.mjs';
import { Cluster } from './lib/cluster.mjs';
import * as database from './lib/database.mjs';
import { Installation, copyFolder, danh, end, start, until } from './lib/installation.mjs';
import { submit } from './lib/story.mjs';

const skip = (database.ENGINE === 'postgresql' && 'it has a cluster of its own') || (!process.env.DANH_LONG && 'half a minute: DANH_LONG=1, or script/test --long');
const ARCHIVED = ['wal_level=replica', 'max_wal_senders=4', 'archive_mode=on', 'archive_command=mkdir -p ../wal && cp %p ../wal/%f'];
let cluster;
let place;
before(async () => {
  if (skip) return;
  cluster = await Cluster.open(...ARCHIVED);
  place = await Installation.open({ receivers: false, serve: false });
  const moved = await danh('move-db', '--data', place.data, '--to', cluster.url);
  assert.equal(moved.code, 0, moved.stderr);
  await place.startServer();
});
after(async () => {
  await place?.close();
  await cluster?.close();
});

const held = async (data) => JSON.parse((await danh('ledger', 'verify', '--data', data, '--json')).stdout);

test('all that was acknowledged before the mistake is there again, and the ledger holds', { skip }, async () => {
  const early = await submit(await place.as('citizen.hanoi'));
  await cluster.base();
  const late = await submit(await place.as('citizen.hue'));
  await until('the ledger is signed', async () => (await held(place.data)).waiting === 0);
  const { entries } = await held(place.data);
  const moment = await cluster.sql('SELECT clock_timestamp()');
  await cluster.sql('DELETE FROM dossier');
  await place.stop('server');

  const copy = path.join(place.folder, 'copy');
  copyFolder(place.data, copy);
  const ini = path.join(copy, 'danh.ini');
  writeFileSync(ini, readFileSync(ini, 'utf8').replace(cluster.url, await cluster.recover(moment)));
  const ledger = await held(copy);
  assert.ok(ledger.holds && ledger.signatures_checked && ledger.entries === entries, JSON.stringify(ledger));
  assert.equal(database.rows(place.data, 'SELECT code FROM dossier').length, 0, 'the mistake was one');
  const server = await start(['serve', '--data', copy, '--listen', '127.0.0.1:0']);
  try {
    const citizen = new Client(`http://localhost:${server.ready.port}`);
    for (const [name, { code }] of [['citizen.hanoi', early], ['citizen.hue', late]]) {
      assert.equal((await citizen.signIn(place.identity(name).pin, place.synth.demo_password)).status, 303);
      assert.equal((await citizen.get(`/api/dossiers/${code}`)).body.code, code);
    }
  } finally {
    await end(server);
  }
});
