// Pages come from the network, always. Without one, a story the reader saved is shown with its date, or a page that
// lists what is saved. The server writes KEPT above this: what the offline page needs, and a version of it.
const { version, offline, files, never, language, words } = self.KEPT
const SHELL = `newsroom-shell-${version}`
const SAVED = "newsroom-saved:" // a cache for each story: its page and what that needs

const path = (url) => new URL(url, location).pathname
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt()};`)

self.addEventListener("install", (event) => {
  self.skipWaiting()
  event.waitUntil(fill())
})

async function fill() {
  const shell = await caches.open(SHELL)
  await shell.addAll([new Request(offline, { cache: "reload", credentials: "omit" }), ...files])
}

// Open pages are not claimed: a browser throws away those it kept for going back when a worker claims them.
self.addEventListener("activate", (event) => event.waitUntil(tidy()))

async function tidy() {
  for (const name of await caches.keys()) {
    if (name.startsWith("newsroom-shell-") && name !== SHELL) await caches.delete(name)
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== location.origin) return
  if (never.some((beginning) => url.pathname.startsWith(beginning))) return
  if (request.mode === "navigate") event.respondWith(page(event, url))
  else if (/^(style|script|font|image)$/.test(request.destination)) event.respondWith(file(request, url))
})

async function page(event, url) {
  try {
    const response = await fetch(event.request)
    event.waitUntil(inTurn(url.pathname, () => follow(url.pathname, response.status)))
    return response
  } catch {
    return (await savedStory(url.pathname)) ?? savedList()
  }
}

// A saved copy is never older than the last visit, and goes when the story has gone.
async function follow(pathname, status) {
  if (!(await caches.has(SAVED + pathname))) return
  if (status === 404 || status === 410) await caches.delete(SAVED + pathname)
  else if (status === 200) await keep(pathname)
}

async function file(request, url) {
  try {
    return (await (await caches.open(SHELL)).match(request)) ?? (await fetch(request))
  } catch (error) {
    const kept = (await caches.match(request)) ?? (await otherSize(url))
    if (kept) return kept
    throw error
  }
}

// One size of a saved picture stands for all of them.
async function otherSize({ pathname }) {
  const folder = pathname.replace(/[^/]*$/, "")
  if (!folder.includes("/pictures/")) return
  for (const name of await caches.keys()) {
    if (!name.startsWith(SAVED)) continue
    const cache = await caches.open(name)
    const found = (await cache.keys()).find((kept) => path(kept.url).startsWith(folder))
    if (found) return cache.match(found)
  }
}

self.addEventListener("message", (event) => {
  const { saved, unsaved } = event.data ?? {}
  if (saved) event.waitUntil(inTurn(path(saved), () => keep(path(saved))))
  if (unsaved) event.waitUntil(inTurn(path(unsaved), () => caches.delete(SAVED + path(unsaved))))
})

// One thing after another for each story: a copy that is just being renewed would outlive its removal.
const turns = new Map()
async function inTurn(pathname, work) {
  const turn = (turns.get(pathname) ?? Promise.resolve()).catch(() => {}).then(work)
  turns.set(pathname, turn)
  try {
    return await turn
  } finally {
    if (turns.get(pathname) === turn) turns.delete(pathname)
  }
}

async function keep(pathname) {
  if (never.some((beginning) => pathname.startsWith(beginning))) return
  const response = await fetch(pathname, { credentials: "omit" })
  if (!response.ok) return
  const text = await response.text()
  const cache = await caches.open(SAVED + pathname)
  const headers = new Headers(response.headers)
  headers.delete("Content-Encoding")
  headers.set("X-Saved-At", new Date().toISOString())
  await cache.put(pathname, new Response(text, { headers }))
  const needs = [...text.matchAll(/<(?:link rel="stylesheet" href|script (?:defer )?src)="([^"]+)"/g)].map((found) => found[1])
  const story = text.slice(text.indexOf("<main"))
  const lead = story.match(/[^\s"]+-720\.webp/) ?? story.match(/[^\s"]+\.webp/)
  for (const address of lead ? [...needs, lead[0]] : needs) {
    if (!(await cache.match(address))) await cache.add(address)
  }
}

function dated(words, response) {
  const moment = response.headers.get("X-Saved-At")
  const day = new Date(moment).toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric" })
  return escaped(words).replace("{day}", () => `<time datetime="${escaped(moment)}">${day}</time>`)
}

async function savedStory(pathname) {
  const response = await saved(pathname)
  if (!response) return
  const bar = `<p class="offline-bar"><span class="container">${dated(words.offline, response)}</span></p>`
  const text = await response.text()
  return new Response(text.replace("<main", () => `${bar}<main`), { headers: response.headers })
}

async function saved(pathname) {
  const name = SAVED + pathname
  return (await caches.has(name)) ? (await caches.open(name)).match(pathname) : undefined
}

async function savedList() {
  const page = await (await caches.open(SHELL)).match(offline)
  const lines = []
  for (const name of await caches.keys()) {
    if (!name.startsWith(SAVED)) continue
    const pathname = name.slice(SAVED.length)
    const response = await saved(pathname)
    if (!response) continue
    // What stands in the title is escaped already, and holds no element.
    const title = (await response.clone().text()).match(/<title>([^<]*)/)?.[1] ?? escaped(pathname)
    lines.push(`<li><a href="${escaped(pathname)}">${title}</a> <span>${dated(words.saved, response)}</span></li>`)
  }
  const list = lines.join("") || `<li>${escaped(words.none)}</li>`
  const text = (await page.text()).replace(/(data-kept[^>]*>)[^]*?(<\/ul>)/, (all, start, end) => start + list + end)
  return new Response(text, { headers: page.headers })
}
