// Connects with the client that the argument names, as an application in a pod does, and prints the client's version and whether TLS is on.
const { readFileSync } = require('fs')

const query = 'SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
const { DB_LIBPQ_URL: url, PGSSLROOTCERT: bundle } = process.env

async function pg(options) {
  const { Client } = require('pg')
  const client = new Client({ connectionString: url, ...options })
  await client.connect()
  const { rows } = await client.query(query)
  await client.end()
  return [require('pg/package.json').version, rows[0].ssl]
}

async function postgres() {
  const sql = require('postgres')(url, { max: 1, ssl: bundle ? { ca: readFileSync(bundle) } : 'require' })
  const rows = await sql.unsafe(query)
  await sql.end()
  return [require(require('path').join(process.env.NODE_PATH, 'postgres/package.json')).version, rows[0].ssl]
}

const clients = {
  pg: () => pg({ ssl: bundle ? { ca: readFileSync(bundle) } : { rejectUnauthorized: false } }),
  'pg alone': () => pg({}),
  postgres,
}
clients[process.argv[2]]().then(
  (lines) => console.log(lines.join('\n')),
  (error) => { console.error(String(error)); process.exit(1) },
)
