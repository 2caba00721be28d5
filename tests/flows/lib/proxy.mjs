// nginx with packaging/nginx/danh.conf, or HAProxy with packaging/haproxy/danh.cfg, in front of an installation: only ports, paths, host and user are put in.
// A folder of its own, free ports of loopback, a root and certificates made here.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { library } from './clock.mjs';
import { ROOT, end, freePort, until } from './installation.mjs';

const openssl = (args, env = {}) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });

/** A key and a certificate below an issuer, or below itself. madeOn: "2020-01-01": it ended thirty days later. */
export function certificate(folder, name, { subject, issuer, extensions = [], madeOn = null }) {
  const key = path.join(folder, `${name}.key`);
  const pem = path.join(folder, `${name}.pem`);
  openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key]);
  const signed = issuer ? ['-CA', path.join(folder, `${issuer}.pem`), '-CAkey', path.join(folder, `${issuer}.key`)] : [];
  const then = madeOn && { LD_PRELOAD: library(), FAKETIME: `${madeOn} 00:00:00` };
  openssl(['req', '-x509', '-new', '-key', key, '-subj', subject, '-days', '30', ...signed, ...extensions.flatMap((e) => ['-addext', e]), '-out', pem], then ?? {});
  return { key, pem };
}

/** The packaged text with everything in its place; what is not found there is a mistake of the list. */
function fill(file, places) {
  let text = readFileSync(path.join(ROOT, 'packaging', file), 'utf8');
  for (const [from, to] of places) {
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

class Proxy {
  constructor(kind, folder, host) {
    Object.assign(this, { kind, host, folder: path.join(folder, kind), errors: '' });
    mkdirSync(this.folder);
    certificate(this.folder, 'root', { subject: '/CN=Danh test root', extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign'] });
    certificate(this.folder, 'server', {
      subject: `/CN=${host}`, issuer: 'root', extensions: [`subjectAltName=DNS:${host}`, 'basicConstraints=critical,CA:FALSE'],
    });
    this.roots = readFileSync(path.join(this.folder, 'root.pem'));
  }

  file(name) {
    return path.join(this.folder, name);
  }

  /** check: the program's own judgement of the configuration. */
  async begin(program, check, run) {
    execFileSync(program, check, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = spawn(program, run, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr.on('data', (part) => (this.errors += part));
    await until(`${this.kind} answers`, () => {
      if (this.child.exitCode !== null) throw new Error(`${this.kind} ended: ${this.errors}`);
      return this.reach({}).then((socket) => { socket.destroy(); return true; }, () => false);
    });
    return this;
  }

  /** A TLS connection; rejects when the handshake fails. */
  reach(options) {
    return new Promise((resolve, reject) => {
      const socket = tls.connect({ host: '127.0.0.1', port: this.port, servername: this.host, ca: this.roots, ...options }, () => resolve(socket));
      socket.once('error', reject);
    });
  }

  /** One request on a connection of its own: {status, headers, text}. */
  async ask(method, target, { headers = {}, body = '', ...options } = {}) {
    const socket = await this.reach(options);
    const lines = { Host: this.host, Connection: 'close', 'Content-Length': Buffer.byteLength(body), ...headers };
    if (method === 'GET') delete lines['Content-Length'];
    socket.write(`${method} ${target} HTTP/1.1\r\n${Object.entries(lines).map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n${body}`);
    let text = '';
    for await (const part of socket) text += part;
    const [head, ...rest] = text.split('\r\n\r\n');
    const [first, ...fields] = head.split('\r\n');
    return { status: Number(first.split(' ')[1]), headers: Object.fromEntries(fields.map((f) => [f.slice(0, f.indexOf(':')).toLowerCase(), f.slice(f.indexOf(':') + 2)])), text: rest.join('\r\n\r\n') };
  }

  async close() {
    await end(this.child);
  }
}

const user = userInfo().username;

export const PROXIES = {
  /** sockets: what the nodes listen on, at most two; newcomers: their doors for those. */
  async nginx(folder, sockets, host = 'dinhdanh.example', newcomers = sockets) {
    const nginx = new Proxy('nginx', folder, host);
    [nginx.port, nginx.plainPort] = [await freePort(), await freePort()];
    const site = fill('nginx/danh.conf', [
      ['/run/danh/web.sock', sockets[0]], ['# server unix:/run/danh/b.sock', `server unix:${sockets[1] ?? sockets[0]}`],
      ['/run/danh/new.sock', newcomers[0]], ['# server unix:/run/danh/b-new.sock', `server unix:${newcomers[1] ?? newcomers[0]}`],
      ['listen 443 ssl', `listen 127.0.0.1:${nginx.port} ssl`], ['listen [::]:443 ssl', `listen [::1]:${nginx.port} ssl`],
      ['listen 80;', `listen 127.0.0.1:${nginx.plainPort};`], ['listen [::]:80;', `listen [::1]:${nginx.plainPort};`],
      ['dinhdanh.example', host],
      ['/etc/danh/tls/certificate.pem', nginx.file('server.pem')], ['/etc/danh/tls/key.pem', nginx.file('server.key')],
      ['/etc/danh/tls/client-roots.pem', nginx.file('root.pem')],
    ]);
    const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${nginx.file(kind)};`).join('\n');
    const workers = process.getuid() === 0 ? 'user root;' : ''; // who may connect to Danh's socket
    writeFileSync(nginx.file('nginx.conf'), `${workers}\nworker_processes 1;\npid ${nginx.file('nginx.pid')};\nerror_log ${nginx.file('error.log')};\n`
      + `events { worker_connections 512; }\nhttp {\naccess_log off;\n${own}\n${site}\n}\n`);
    const told = ['-e', nginx.file('error.log'), '-c', nginx.file('nginx.conf')];
    return nginx.begin('/usr/sbin/nginx', ['-t', '-q', ...told], [...told, '-g', 'daemon off;']);
  },

  async haproxy(folder, sockets, host = 'dinhdanh.example', newcomers = sockets) {
    const haproxy = new Proxy('haproxy', folder, host);
    [haproxy.port, haproxy.plainPort] = [await freePort(), await freePort()];
    writeFileSync(haproxy.file('haproxy.pem'), readFileSync(haproxy.file('server.pem'), 'utf8') + readFileSync(haproxy.file('server.key'), 'utf8'));
    writeFileSync(haproxy.file('haproxy.cfg'), fill('haproxy/danh.cfg', [
      ['/run/danh/a.sock', sockets[0]], ['/run/danh/b.sock', sockets[1] ?? sockets[0]],
      ['/run/danh/a-new.sock', newcomers[0]], ['/run/danh/b-new.sock', newcomers[1] ?? newcomers[0]],
      ['bind :443', `bind 127.0.0.1:${haproxy.port}`], ['bind :80', `bind 127.0.0.1:${haproxy.plainPort}`],
      ['dinhdanh.example', host],
      ['/etc/danh/tls/haproxy.pem', haproxy.file('haproxy.pem')], ['/etc/danh/tls/client-roots.pem', haproxy.file('root.pem')],
      ['user haproxy', `user ${user}`], ['group danh', `group ${execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()}`],
    ]));
    return haproxy.begin('/usr/sbin/haproxy', ['-c', '-q', '-f', haproxy.file('haproxy.cfg')], ['-db', '-q', '-f', haproxy.file('haproxy.cfg')]);
  },
};
