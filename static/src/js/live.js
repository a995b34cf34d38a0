// Live coverage keeps itself up to date. What is new waits behind a button, so that nothing moves under a reader's
// eyes; what was corrected or withdrawn changes where it stands. Without script, the page is loaded again.
import { attach as attachEmbed } from "./embed.js"
import { attach as attachGallery } from "./gallery.js"

const OFTEN = 15_000
const SELDOM = 120_000

export function attach(coverage) {
  const list = coverage.querySelector("[data-live-updates]")
  const status = coverage.querySelector("[data-live-status]")
  const waiting = new Map()
  let { cursor } = coverage.dataset
  let pause = OFTEN
  let key = null
  let timer
  let isAsking = false
  let isOver = !cursor

  // -- where updates stand

  const order = (update) => [Number(update.dataset.at), Number(update.id.slice("update-".length))]
  const isBefore = (one, other) => {
    const [[at, number], [otherAt, otherNumber]] = [order(one), order(other)]
    const isEarlier = at < otherAt || (at === otherAt && number < otherNumber)
    return isEarlier === "oldestFirst" in coverage.dataset
  }

  // Returns false where it belongs on another page of the coverage.
  function place(update) {
    const next = [...list.children].find((other) => isBefore(update, other))
    if (next ? next === list.firstElementChild && "moreBefore" in coverage.dataset : "moreAfter" in coverage.dataset) return false
    list.insertBefore(update, next ?? null)
    update.querySelectorAll("[data-embed-src]").forEach(attachEmbed)
    update.querySelectorAll("[data-gallery]").forEach(attachGallery)
    coverage.querySelector("[data-live-none]")?.remove()
    return true
  }

  function showKeyPoints() {
    if (key) coverage.querySelector("[data-live-key]").replaceWith(key)
    key = null
  }

  // -- what is new

  function offer() {
    status.querySelector("button")?.remove()
    const count = waiting.size
    if (!count) return
    const button = document.createElement("button")
    button.type = "button"
    button.className = "button"
    button.textContent = count === 1 ? coverage.dataset.one : coverage.dataset.many.replace("#", count)
    button.addEventListener("click", show)
    status.prepend(button)
  }

  function show() {
    const updates = [...waiting.values()]
    const placed = updates.filter(place)
    waiting.clear()
    status.querySelector("button")?.remove()
    showKeyPoints()
    if (!placed.length) return location.assign(updates[0].querySelector("[data-live-link]").href)
    const first = placed.reduce((one, other) => (isBefore(other, one) ? other : one))
    first.focus({ preventScroll: true })
    first.scrollIntoView({ block: "start" })
  }

  function end(words) {
    isOver = true
    if (words === coverage.dataset.ended) document.querySelector(".article__head .kicker__live")?.remove()
    const link = document.createElement("a")
    link.className = "button"
    link.href = location.pathname
    link.textContent = words
    status.append(link)
  }

  function take(news) {
    cursor = news.dataset.liveNews
    key = news.querySelector("[data-live-key]") ?? key
    for (const update of news.querySelectorAll("[data-version]")) {
      const known = document.getElementById(update.id)
      if (known?.dataset.version === update.dataset.version) continue
      known?.remove()
      if (known || update.classList.contains("live-update--withdrawn")) {
        waiting.delete(update.id)
        place(update)
      } else waiting.set(update.id, update)
    }
    offer()
    if (!waiting.size) showKeyPoints()
    if ("tooMuch" in news.dataset) end(coverage.dataset.tooMany)
    else if ("ended" in news.dataset) end(coverage.dataset.ended)
  }

  async function ask() {
    if (isAsking || isOver || document.hidden) return
    isAsking = true
    clearTimeout(timer)
    let isNew = false
    try {
      const response = await fetch(`${coverage.dataset.live}?since=${cursor}`, { credentials: "omit" })
      if (response.status === 200) {
        const page = new DOMParser().parseFromString(await response.text(), "text/html")
        take(document.adoptNode(page.querySelector("[data-live-news]")))
        isNew = true
      } else if (response.status === 404) isOver = true // no longer public
    } catch {
      // Out of reach for now; asked again later, less and less often.
    }
    isAsking = false
    pause = isNew ? OFTEN : Math.min(2 * pause, SELDOM)
    if (!isOver) timer = setTimeout(ask, pause)
  }

  // A link to an update that is on this page goes there at once.
  coverage.addEventListener("click", (event) => {
    const link = event.target.closest("[data-live-link]")
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
    const update = document.getElementById(link.hash.slice(1))
    if (!update) return
    event.preventDefault()
    location.hash = link.hash
    update.focus({ preventScroll: true })
  })

  // An address may name an update that has moved to another page since.
  if (/^#update-\d+$/.test(location.hash) && !document.getElementById(location.hash.slice(1)) && !location.search) {
    location.replace(`?update=${location.hash.slice("#update-".length)}${location.hash}`)
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return
    pause = OFTEN
    ask()
  })
  if (!isOver) timer = setTimeout(ask, OFTEN)
}
