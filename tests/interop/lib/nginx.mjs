// nginx with packaging/nginx/danh.conf in front of an installation: its own folder, free ports of loopback, a root and certificates made here.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import tls from 'node:tls';
import { ROOT, end, freePort, until } from '../../flows/lib/installation.mjs';

const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** A key and a certificate below an issuer, or below itself. */
export function certificate(folder, name, { subject, issuer, extensions = [] }) {
  const key = path.join(folder, `${name}.key`);
  const pem = path.join(folder, `${name}.pem`);
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key);
  const signed = issuer ? ['-CA', path.join(folder, `${issuer}.pem`), '-CAkey', path.join(folder, `${issuer}.key`)] : [];
  openssl('req', '-x509', '-new', '-key', key, '-subj', subject, '-days', '30', ...signed, ...extensions.flatMap((e) => ['-addext', e]), '-out', pem);
  return { key, pem };
}

export class Nginx {
  /** socket: what Danh listens on. */
  static async open(folder, socket, host = 'dinhdanh.example') {
    const nginx = new Nginx();
    nginx.folder = path.join(folder, 'nginx');
    mkdirSync(nginx.folder);
    nginx.host = host;
    nginx.port = await freePort();
    nginx.plainPort = await freePort();
    certificate(nginx.folder, 'root', { subject: '/CN=Danh test root', extensions: ['basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign'] });
    certificate(nginx.folder, 'server', {
      subject: `/CN=${host}`, issuer: 'root', extensions: [`subjectAltName=DNS:${host}`, 'basicConstraints=critical,CA:FALSE'],
    });
    nginx.roots = readFileSync(path.join(nginx.folder, 'root.pem'));
    let site = readFileSync(path.join(ROOT, 'packaging/nginx/danh.conf'), 'utf8');
    for (const [from, to] of [
      ['/run/danh/web.sock', socket],
      ['listen 443 ssl http2', `listen 127.0.0.1:${nginx.port} ssl http2`],
      [/ {2}listen \[::\]:\d+.*\n/g, ''],
      ['listen 80;', `listen 127.0.0.1:${nginx.plainPort};`],
      [/dinhdanh\.example/g, host],
      ['/etc/danh/tls/certificate.pem', path.join(nginx.folder, 'server.pem')],
      ['/etc/danh/tls/key.pem', path.join(nginx.folder, 'server.key')],
      ['/etc/danh/tls/client-roots.pem', path.join(nginx.folder, 'root.pem')],
    ]) {
      if (typeof from === 'string' ? !site.includes(from) : site.search(from) < 0) throw new Error(`danh.conf has no ${from}`);
      site = site.replaceAll(from, to);
    }
    const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${nginx.folder}/${kind};`).join('\n');
    const file = path.join(nginx.folder, 'nginx.conf');
    const user = process.getuid() === 0 ? 'user root;' : ''; // who may connect to Danh's socket
    writeFileSync(file, `${user}\nworker_processes 1;\npid ${nginx.folder}/nginx.pid;\nerror_log ${nginx.folder}/error.log;\nevents { worker_connections 512; }\n`
      + `http {\naccess_log off;\n${own}\n${site}\n}\n`);
    nginx.child = spawn('/usr/sbin/nginx', ['-e', path.join(nginx.folder, 'error.log'), '-c', file, '-g', 'daemon off;'], { stdio: ['ignore', 'ignore', 'pipe'] });
    nginx.errors = '';
    nginx.child.stderr.on('data', (part) => (nginx.errors += part));
    await until('nginx answers', () => {
      if (nginx.child.exitCode !== null) throw new Error(`nginx ended: ${nginx.errors}`);
      return nginx.reach({}).then((socket) => { socket.destroy(); return true; }, () => false);
    });
    return nginx;
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
