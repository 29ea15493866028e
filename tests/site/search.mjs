// Prints the first page that the site's search finds for each query, as the browser asks for it: search.mjs DOCS SITE QUERY...
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [docs, site, ...queries] = process.argv.slice(2)
const load = path => import(pathToFileURL(path))
const required = createRequire(pathToFileURL(join(docs, 'package.json')))
const { resolveConfig } = await load(join(docs, 'node_modules/vitepress/dist/node/index.js'))
const { options, searchOptions } = (await resolveConfig(docs, 'build')).site.themeConfig.search.options.miniSearch
const chunks = join(site, 'assets', 'chunks')
const index = (await load(join(chunks, readdirSync(chunks).find(file => file.startsWith('@localSearchIndex'))))).default

// The fields and the defaults are those of VitePress's VPLocalSearchBox.vue.
const found = required('minisearch').loadJSON(index, {
  fields: ['title', 'titles', 'text'],
  storeFields: ['title', 'titles'],
  searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 }, ...searchOptions },
  ...options,
})
console.log(JSON.stringify(queries.map(query => found.search(query)[0]?.id.split('#')[0] ?? '')))
