// The database of a test's installation: SQLite's file in its folder or, with DANH_TEST_POSTGRES=URL in the environment (script/lib/postgres.py), a database
// of its own in that cluster. What a story asks of either is one text: $1.. are put in as literals, and columns of one name are one.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

let CLUSTER;
/** "postgresql" or "sqlite". */
export let ENGINE;
/** Where what is made once for all files is kept: with the cluster, it ends with the cluster. */
export let SHELF;

/** The cluster that databases are made in from here on; null: none, in files. */
export function use(url) {
  CLUSTER = url;
  ENGINE = url ? 'postgresql' : 'sqlite';
  SHELF = /[?&]host=(\/[^&]*)/.exec(url ?? '')?.[1] ?? tmpdir();
}
use(process.env.DANH_TEST_POSTGRES || null);

const addressOf = (name) => CLUSTER.replace(/\/postgres(\?|$)/, `/${name}$1`);
const psql = (url, text) =>
  execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url, '-f', '-'], { input: text, encoding: 'utf8', maxBuffer: 64 << 20 });

/** A new database's address; of another's rows when that one's address is given, to which nobody may be connected. */
export function create(template) {
  const name = `flow_${randomBytes(6).toString('hex')}`;
  psql(CLUSTER, `CREATE DATABASE ${name} TEMPLATE ${template ? nameOf(template) : 'template0'} STRATEGY file_copy`);
  return addressOf(name);
}

export const drop = (url) => psql(CLUSTER, `DROP DATABASE IF EXISTS ${nameOf(url)} WITH (FORCE)`);
const nameOf = (url) => /\/(flow_[0-9a-f]+)(\?|$)/.exec(url)[1];

/** A new database's address, with what is in another one whoever is connected to it. */
export function copy(from) {
  const url = create();
  psql(url, execFileSync('pg_dump', ['--no-owner', '-d', from], { encoding: 'utf8', maxBuffer: 256 << 20 }));
  return url;
}

/** What danh.ini of that folder names; null: its file. */
export const addressIn = (data) => /^\[database\]\s+url = (\S+)/m.exec(readFileSync(path.join(data, 'danh.ini'), 'utf8'))?.[1] ?? null;

const literal = (value) => (typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`);
const filled = (sql, values) => sql.replace(/\$(\d+)/g, (_, number) => literal(values[number - 1]));

const IN_FILE = `import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=60)
rows = db.execute(sys.stdin.read()).fetchall()
db.commit()
print(json.dumps(rows))`;
const inFile = (data, sql) => JSON.parse(execFileSync('/usr/bin/python3', ['-c', IN_FILE, path.join(data, 'danh.db')], { input: sql, encoding: 'utf8', maxBuffer: 64 << 20 }));

/** The rows that a question is answered with, each a list of its columns. */
export function rows(data, sql, ...values) {
  const url = addressIn(data);
  if (!url) return inFile(data, filled(sql, values));
  const told = psql(url, `SELECT COALESCE(json_agg(to_json(q)), '[]') FROM (${filled(sql, values)}) q;`);
  return JSON.parse(told).map((row) => Object.values(row));
}

/** A column of bytes as a text in small letters, in the engine's words. */
export const hexOf = (column) => (CLUSTER ? `encode(${column}, 'hex')` : `LOWER(hex(${column}))`);

/** Bytes, in the engine's words. */
export const bytes = (value) => (CLUSTER ? `'\\x${value.toString('hex')}'` : `x'${value.toString('hex')}'`);

/** Changes rows behind the installation's back. */
export function change(data, sql, ...values) {
  const url = addressIn(data);
  if (url) psql(url, filled(sql, values));
  else inFile(data, filled(sql, values));
}
