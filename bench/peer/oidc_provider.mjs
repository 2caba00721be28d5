// The peer that sign-in is measured beside: npm oidc-provider, with a store in memory or with a durable one (node:sqlite, WAL, synchronous=FULL).
// usage: node oidc_provider.mjs PORT memory|FILE      says "ready" on standard output when it listens; ends on SIGTERM.
// One client with a secret, ES256 throughout, PKCE required. Whoever is sent to sign in is signed in and consents at once: no password is checked.
import { DatabaseSync } from 'node:sqlite';
import Provider from 'oidc-provider';

const [port, store] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;
const RESOURCE = 'https://resource.example';

/** Rows as objects in maps: nothing is copied or written out. The library's own store keeps its newest thousand rows, and so forgets sessions under load;
 * this one keeps each until it ends. */
function inMemory() {
  const kept = new Map();
  const byUid = new Map();
  const byUserCode = new Map();
  const byGrant = new Map();
  const now = () => Math.floor(Date.now() / 1000);
  const forget = (key) => {
    const row = kept.get(key);
    if (row === undefined) return;
    kept.delete(key);
    if (byUid.get(row.payload.uid) === key) byUid.delete(row.payload.uid);
    if (row.payload.userCode) byUserCode.delete(row.payload.userCode);
    const ofGrant = byGrant.get(row.payload.grantId);
    ofGrant?.delete(key);
    if (ofGrant?.size === 0) byGrant.delete(row.payload.grantId);
  };
  const read = (key) => {
    const row = kept.get(key);
    return row && row.ends > now() ? row.payload : undefined;
  };
  setInterval(() => {
    const at = now();
    for (const [key, row] of kept) if (row.ends <= at) forget(key);
  }, 10_000).unref();
  return class {
    constructor(model) {
      this.prefix = `${model}:`;
      this.isSession = model === 'Session';
    }

    async upsert(id, payload, lifetime) {
      const key = this.prefix + id;
      forget(key);
      kept.set(key, { payload, ends: lifetime ? now() + lifetime : Infinity });
      if (this.isSession) byUid.set(payload.uid, key);
      if (payload.userCode) byUserCode.set(payload.userCode, key);
      if (payload.grantId) {
        const ofGrant = byGrant.get(payload.grantId);
        if (ofGrant) ofGrant.add(key);
        else byGrant.set(payload.grantId, new Set([key]));
      }
    }

    async find(id) {
      return read(this.prefix + id);
    }

    async findByUid(uid) {
      return read(byUid.get(uid));
    }

    async findByUserCode(code) {
      return read(byUserCode.get(code));
    }

    async consume(id) {
      kept.get(this.prefix + id).payload.consumed = now();
    }

    async destroy(id) {
      forget(this.prefix + id);
    }

    async revokeByGrantId(grant) {
      for (const key of byGrant.get(grant) ?? []) forget(key);
    }
  };
}

/** Every model's rows in one table, each write a transaction of its own that is on disk when it returns. */
function durable(file) {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec('CREATE TABLE kept (model TEXT, id TEXT, payload TEXT, ends INTEGER, grant_id TEXT, uid TEXT, user_code TEXT, PRIMARY KEY (model, id)) WITHOUT ROWID');
  db.exec('CREATE INDEX kept_by_grant ON kept (grant_id) WHERE grant_id IS NOT NULL');
  db.exec('CREATE INDEX kept_by_uid ON kept (uid) WHERE uid IS NOT NULL');
  const put = db.prepare('INSERT INTO kept VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET payload = excluded.payload, ends = excluded.ends');
  const get = db.prepare('SELECT payload, ends FROM kept WHERE model = ? AND id = ?');
  const byUid = db.prepare('SELECT payload, ends FROM kept WHERE model = ? AND uid = ?');
  const byUserCode = db.prepare('SELECT payload, ends FROM kept WHERE model = ? AND user_code = ?');
  const consume = db.prepare("UPDATE kept SET payload = json_set(payload, '$.consumed', ?) WHERE model = ? AND id = ?");
  const remove = db.prepare('DELETE FROM kept WHERE model = ? AND id = ?');
  const removeGrant = db.prepare('DELETE FROM kept WHERE grant_id = ?');
  const now = () => Math.floor(Date.now() / 1000);
  const read = (row) => (row && (row.ends === null || row.ends > now()) ? JSON.parse(row.payload) : undefined);
  return class {
    constructor(model) {
      this.model = model;
    }

    async upsert(id, payload, lifetime) {
      put.run(this.model, id, JSON.stringify(payload), lifetime ? now() + lifetime : null, payload.grantId ?? null, payload.uid ?? null, payload.userCode ?? null);
    }

    async find(id) {
      return read(get.get(this.model, id));
    }

    async findByUid(uid) {
      return read(byUid.get(this.model, uid));
    }

    async findByUserCode(code) {
      return read(byUserCode.get(this.model, code));
    }

    async consume(id) {
      consume.run(now(), this.model, id);
    }

    async destroy(id) {
      remove.run(this.model, id);
    }

    async revokeByGrantId(grant) {
      removeGrant.run(grant);
    }
  };
}

const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
const key = { ...(await crypto.subtle.exportKey('jwk', privateKey)), kid: 'bench', alg: 'ES256', use: 'sig' };

const provider = new Provider(issuer, {
  adapter: store === 'memory' ? inMemory() : durable(store),
  jwks: { keys: [key] },
  clients: [
    {
      client_id: 'bench',
      client_secret: 'a-secret-of-more-than-thirty-two-characters',
      redirect_uris: ['https://client.example/callback'],
      grant_types: ['authorization_code', 'client_credentials'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'ES256',
    },
  ],
  cookies: { keys: ['bench'] },
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Nguyễn Văn An', email: 'an@example.vn' }) }),
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: 'read', audience: RESOURCE, accessTokenTTL: 600, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
    },
  },
  ttl: { AccessToken: 600, AuthorizationCode: 60, ClientCredentials: 600, IdToken: 600, Grant: 86400, Session: 86400, Interaction: 600 },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

/** Signs in and consents in one step, as somebody who filled in both forms would have. */
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const accountId = `person-${params.login_hint ?? 1}`;
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  if (params.resource) grant.addResourceScope(params.resource, 'read');
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(ctx.req, ctx.res, result);
});

const server = provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
