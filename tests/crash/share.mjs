// How many of all kills are one engine's. A server of a database takes longer to come back than a file: one in ten is its own.
const KILLS = Number(process.env.DANH_KILLS || 100);
const ONLY = process.env.DANH_ENGINE || '';

export function share(engine) {
  if (ONLY) return ONLY === engine ? KILLS : 0;
  const onPostgres = Math.floor(KILLS / 10);
  return engine === 'postgres' ? onPostgres : KILLS - onPostgres;
}
