import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { defineConfig } from 'vitepress'

const source = `https://github.com/${process.env.GITHUB_REPOSITORY ?? 'mosaic-stories/mosaic-database'}`

// The index is the one list of all pages: the sidebar is made from it.
function sidebar() {
  const groups: { text: string; items: { text: string; link: string }[] }[] = []
  for (const line of readFileSync(new URL('../README.md', import.meta.url), 'utf8').split('\n')) {
    const heading = line.match(/^## (.*)$/)
    if (heading) groups.push({ text: heading[1], items: [] })
    for (const [, text, link] of line.matchAll(/\[([^\]]+)\]\(([^)]+)\.md\)/g)) groups.at(-1)!.items.push({ text, link: `/${link}` })
  }
  return groups
}

// A link to a file of the program, which is no page, leads to the repository.
function outOfDocs(href: string, page: string) {
  if (/^([a-z]+:|[#/])/.test(href)) return href
  const target = normalize(join('docs', dirname(page), href))
  return /^docs\/.*\.md(#|$)/.test(target) ? href : `${source}/blob/main/${target}`
}

// The anchors of headings are those of GitHub, where the pages are read too.
function githubSlug(heading: string) {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')
}

// A search takes the forms of a word as one: rotate finds rotation. Pages that mention every word, as the long tables do, come after those that
// explain it. VitePress forgives one letter in five, which finds host for cost. The browser gets the functions as text, so they use nothing from
// outside.
const search = {
  options: { processTerm: (term: string) => term.toLowerCase().replace(/^(.{4,}?)(?:ing|ions?|e[ds]?|s)$/, '$1') },
  searchOptions: {
    fuzzy: 0.1,
    boostDocument: (id: string) => (/(transitions|configuration|performance|controls|permissions|faults|first-run|screens)#/.test(id) ? 0.5 : 1),
  },
}

export default defineConfig({
  title: 'mosaic-database',
  description: 'The PostgreSQL database of an application on EKS, as one Pulumi program',
  lang: 'en',
  base: process.env.DOCS_BASE ?? '/',
  rewrites: { 'README.md': 'index.md' },
  cleanUrls: true,
  markdown: {
    anchor: { slugify: githubSlug },
    config(md) {
      md.core.ruler.push('out-of-docs', state => {
        for (const token of state.tokens.flatMap(t => t.children ?? [])) {
          const href = token.type === 'link_open' && token.attrGet('href')
          if (href) token.attrSet('href', outOfDocs(href, state.env.relativePath))
        }
      })
    },
  },
  themeConfig: {
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local', options: { miniSearch: search } },
    socialLinks: [{ icon: 'github', link: source }],
  },
})
