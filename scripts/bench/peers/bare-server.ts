/**
 * The peer of the drain: a server with no logic. It takes rows as JSON and puts them into one table, one statement a
 * request; no signature, no chain, no tenant, no projection. `node bare-server.ts` with DATABASE_URL; says its address.
 */
import Fastify from 'fastify'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
await pool.query('create table if not exists bare (run int not null, seq bigint not null, hash text not null, text text not null, primary key (run, seq))')

const app = Fastify({ bodyLimit: 64 * 1024 * 1024 })
app.post<{ Params: { run: string }; Body: { seq: number; hash: string; text: string }[] }>('/rows/:run', async ({ params, body }) => {
  await pool.query({
    name: 'bare',
    text: 'insert into bare (run, seq, hash, text) select $1::int, seq, hash, text from unnest($2::bigint[], $3::text[], $4::text[]) as row (seq, hash, text)',
    values: [params.run, body.map(({ seq }) => seq), body.map(({ hash }) => hash), body.map(({ text }) => text)],
  })
  return { rows: body.length }
})
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.once('SIGTERM', () => { void app.close().then(() => pool.end()).then(() => process.exit(0)) })
process.once('disconnect', () => process.exit(0))
process.stdout.write(`${JSON.stringify({ ready: 'bare', url })}\n`)
