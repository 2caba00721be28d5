// Apache with mod_auth_openidc: Debian's program under a configuration of our own, on a free port of loopback, as an unprivileged user, ended by its
// process id.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { end, freePort, until } from '../../flows/lib/installation.mjs';

const MODULES = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'env', 'dir', 'mime', 'alias', 'auth_openidc'];

/** configure(port): {conf, env}. Serves one page at /secure/, "the secret page". */
export async function startApache(folder, configure) {
  const port = await freePort();
  const { conf, env } = await configure(port);
  const root = path.join(folder, 'apache');
  mkdirSync(path.join(root, 'www/secure'), { recursive: true });
  chmodSync(folder, 0o755); // whoever Apache runs as has to get in
  writeFileSync(path.join(root, 'www/secure/index.html'), 'the secret page\n');
  writeFileSync(path.join(root, 'danh.conf'), conf);
  const isRoot = process.getuid() === 0;

  writeFileSync(path.join(root, 'apache.conf'), [
    `ServerRoot ${root}`, `PidFile ${root}/apache.pid`, `Listen 127.0.0.1:${port}`, 'ServerName 127.0.0.1', `ErrorLog ${root}/error.log`, 'LogLevel warn',
    `Mutex file:${root} default`, `DefaultRuntimeDir ${root}`,
    ...MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    ...(isRoot ? ['User nobody', 'Group nogroup'] : []),
    'StartServers 1', 'ThreadsPerChild 8', 'MaxRequestWorkers 8', 'ServerLimit 1',
    `DocumentRoot ${root}/www`, 'DirectoryIndex index.html', 'TypesConfig /etc/mime.types', '<Directory />', '  Require all denied', '</Directory>',
    `<Directory ${root}/www>`, '  Require all granted', '</Directory>', `Include ${root}/danh.conf`, ''].join('\n'));
  chmodSync(root, 0o777);
  const child = spawn('/usr/sbin/apache2', ['-f', path.join(root, 'apache.conf'), '-DFOREGROUND'], { env: { ...process.env, ...env }, stdio: 'pipe' });
  child.said = '';
  for (const name of ['stdout', 'stderr']) child[name].on('data', (part) => (child.said += part));
  await until(`apache answers: ${child.said}`, async () => {
    if (child.exitCode !== null) throw new Error(`apache ended: ${child.said}`);
    return fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);
  });
  return { port, root, stop: () => end(child) };
}
