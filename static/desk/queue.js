// The moderators' queue without waiting: a decision shows at once and is sent behind it, the next comments are fetched
// before they are needed, and the keyboard is enough. Everything here is a form that also works by itself.
const UNDO = 30_000 // milliseconds before the reader is told
const AFTER_G = 1500 // milliseconds in which the desk's own "g" keys wait for their second letter
const RENEW = 30_000 // milliseconds after which a claim is renewed and the others' are asked for
const FEW = 8 // cards left at which more are fetched
const ASIDE = { "X-Requested-With": "queue", Accept: "text/html" }

const queue = document.querySelector("[data-queue]")
const list = () => queue.querySelector("[data-list]")
const cards = () => [...queue.querySelectorAll("[data-card]")]
const open = () => cards().filter((card) => !card.matches(".is-claimed"))
const current = () => queue.querySelector("[data-card].is-current")
const announce = (words) => { queue.querySelector("[data-announce]").textContent = words }
const token = () => queue.querySelector("[name=csrfmiddlewaretoken]")?.value

function fragment(html) {
  const holder = document.createElement("template")
  holder.innerHTML = html
  return holder.content
}

// -- the current card

function settle(card, { focus = true } = {}) {
  const before = current()
  if (before !== card) {
    before?.removeAttribute("aria-current")
    before?.classList.remove("is-current")
    before?.querySelector("[data-mine]")?.setAttribute("hidden", "")
  }
  if (!card) return
  card.classList.add("is-current")
  card.setAttribute("aria-current", "true")
  if (focus) {
    card.focus({ preventScroll: true })
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
    card.scrollIntoView({ block: "nearest", behavior: calm ? "instant" : "auto" })
  }
  claim(card)
}

function prepare(root) {
  const found = root.matches?.("[data-card]") ? [root] : root.querySelectorAll("[data-card]")
  for (const card of found) {
    card.tabIndex = 0
    for (const part of card.querySelectorAll("[data-next], [data-more], [data-open]")) part.hidden = false
    const more = card.querySelector("[data-more-of]")
    if (more) more.hidden = true
  }
}

function move(step) {
  const all = open()
  const at = all.indexOf(current())
  const next = all[at < 0 ? 0 : at + step]
  if (next) settle(next)
  const more = all.length - at < FEW && topUp()
  // Asked for what is still on its way: go there once it is here.
  if (more && !next && step > 0) more.then(() => { if (open().length > all.length) move(step) })
}

// What comes after a card that leaves: the next one, else the one before it.
function neighbour(card) {
  const all = open()
  const at = all.indexOf(card)
  return all[at + 1] ?? all[at - 1]
}

// -- sending, one after another, so that they arrive as they were made

let sending = Promise.resolve()

function send(address, body) {
  const sent = sending.then(async () => {
    const response = await fetch(address, { method: "POST", body, headers: ASIDE, redirect: "error", keepalive: true })
    if (!response.ok && response.status !== 409) throw new Error(`${response.status}`)
    return { part: fragment(await response.text()).firstElementChild, isTaken: response.status === 409 }
  })
  sending = sent.catch(() => {})
  return sent
}

// -- deciding

const decided = new Set() // ids; what is fetched in the same moment may still hold them
const made = new Map() // a line that stands for a decision: the card it came from and the answer that is awaited

function decide(form, submitter) {
  const card = form.closest("[data-card]")
  const sent = send(form.action, new FormData(form, submitter))
  const hadFocus = card.contains(document.activeElement) || document.activeElement === document.body
  const next = neighbour(card)
  const line = queue.querySelector("[data-line-made]").content.firstElementChild.cloneNode(true)
  line.querySelector("b").textContent = submitter.dataset.done
  line.querySelector("bdi").textContent = card.dataset.name
  const because = line.querySelector("span")
  because.hidden = !submitter.dataset.because
  because.textContent = submitter.dataset.because ? `: ${submitter.dataset.because}` : ""
  const entry = { card, line, sent }
  made.set(line, entry)
  decided.add(card.dataset.card)
  card.replaceWith(line)
  keepFewLines(line)
  count(-1)
  announce(line.querySelector("p").textContent)
  toast(line, submitter.value.startsWith("reject") ? card.dataset.name : "")
  settle(next, { focus: hadFocus && Boolean(next) })
  if (!next && hadFocus) line.focus()
  chosen()
  entry.answered = sent.then(({ part, isTaken }) => {
    made.delete(entry.line)
    if (entry.line.isConnected) entry.line.replaceWith(part)
    if (latest === entry.line) latest = part
    entry.line = part
    if (isTaken) { hideToast(); announce(part.textContent) }
    if (open().length < FEW) return topUp()
  }).catch(() => {
    // Signed out or no connection: the comment comes back, and nothing has happened to it.
    made.delete(entry.line)
    hideToast()
    bringBack(card, entry.line)
    announce(`Not sent: the comment by ${card.dataset.name} was not decided about. Try again.`)
    tell(card, "This was not sent: no answer from the newsroom. Nothing was decided. Try again, or reload to sign in.")
  })
}

// Lines of this page fold away but for the last three; the tab “Decided” has them all.
function keepFewLines(line) {
  const lines = [...queue.querySelectorAll("[data-list] [data-line]")].filter((one) => one !== line && !made.has(one))
  while (lines.length > 2) lines.shift().remove()
}

function bringBack(card, line) {
  if (line.isConnected) line.replaceWith(card)
  else list()?.prepend(card)
  decided.delete(card.dataset.card)
  card.querySelector("[data-reject]")?.removeAttribute("open")
  count(1)
  settle(card)
}

function tell(card, words) {
  const inset = card.querySelector("[data-inset]")
  inset.hidden = false
  inset.replaceChildren(Object.assign(document.createElement("p"), { className: "queue-problem", textContent: words }))
}

async function undo(line) {
  const entry = made.get(line)
  if (entry) {
    // Not answered yet: wait for its number, then take that back.
    await entry.answered
    line = entry.line
    if (!line.isConnected && !line.querySelector("form")) return
  }
  const form = line.querySelector("form")
  if (!form) return
  hideToast()
  try {
    const { part, isTaken } = await send(form.action, new FormData(form))
    const isCard = part.matches("[data-card]")
    if (isCard && (!line.isConnected || !line.closest("[data-list]"))) (list() ?? line.parentElement).prepend(part), line.remove()
    else line.replaceWith(part)
    prepare(part)
    announce(isTaken ? part.textContent : "Taken back.")
    if (isCard) { decided.delete(part.dataset.card); count(1); settle(part) } else part.focus()
  } catch {
    form.removeAttribute("data-undo")
    form.requestSubmit()
  }
}

function undoLast() {
  const lines = [...queue.querySelectorAll("[data-line]")].filter((one) => one.querySelector("form, [data-undo-made]"))
  const last = latest?.isConnected ? latest : lines[0]
  if (last?.querySelector("[data-undo='many']")) last.querySelector("form").requestSubmit()
  else if (last) undo(last)
}

function count(step) {
  const shown = queue.querySelector("[data-waiting]")
  if (!shown) return
  shown.textContent = Math.max(0, Number(shown.textContent) + step)
  for (const place of document.querySelectorAll(".destinations [aria-current] .waiting")) {
    const text = place.lastChild
    // It says no more than "5,000+" where more wait.
    if (/^\d+$/.test(text.textContent)) text.textContent = Math.max(0, Number(text.textContent) + step)
  }
}

// -- the next comments, before they are needed

let fetching = null
let isDrained = false

function topUp() {
  if (fetching || isDrained || !list()) return fetching
  if (!current()) announce("The next comments are on their way.")
  fetching = (async () => {
    await sending
    const before = new Set(cards().map((card) => card.dataset.card))
    const response = await fetch(list().dataset.moreAt + before.size, { headers: ASIDE }).catch(() => null)
    if (!response?.ok) return
    const more = [...fragment(await response.text()).querySelectorAll("[data-card]")]
    const fresh = more.filter((card) => !document.getElementById(card.id) && !decided.has(card.dataset.card))
    for (const card of fresh) {
      prepare(card)
      list().append(card)
    }
    isDrained = !fresh.length
    if (!current() && open().length) settle(open()[0], { focus: document.activeElement === document.body || document.activeElement?.matches("[data-line]") })
    if (!cards().length) location.reload()
  })().finally(() => { fetching = null })
  return fetching
}

// -- who is on what

let claimed = null
let claimedAt = 0
let isActive = true

async function claim(card, { isRenewal = false } = {}) {
  if (!queue.dataset.claims || !token()) return
  if (card && card === claimed && !isRenewal) return
  claimed = card
  claimedAt = Date.now()
  const body = new FormData()
  body.set("csrfmiddlewaretoken", token())
  if (card) body.set("comment", card.dataset.card)
  for (const one of cards()) body.append("shown", one.dataset.card)
  const response = await fetch(queue.dataset.claims, { method: "POST", body, headers: ASIDE, redirect: "error" }).catch(() => null)
  if (!response?.ok) return
  const { claims, gone } = await response.json()
  for (const one of cards()) {
    const { card: id } = one.dataset
    if (gone[id]) leave(one, gone[id])
    else mark(one, one.dataset.opened ? "" : claims[id] ?? "")
  }
  const mine = current()
  mine?.querySelector("[data-mine]")?.toggleAttribute("hidden", Boolean(claims[mine.dataset.card]))
}

function mark(card, name) {
  card.querySelector("[data-claim]").hidden = !name
  card.querySelector("[data-claimer]").textContent = name
  if (card.classList.contains("is-claimed") === Boolean(name)) return
  const next = neighbour(card)
  card.classList.toggle("is-claimed", Boolean(name))
  if (name && card === current()) {
    announce(`${name} is on it.`)
    settle(next, { focus: card.contains(document.activeElement) })
  }
}

// A colleague decided meanwhile: a line says who and what, and the next comment takes its place.
function leave(card, words) {
  const line = queue.querySelector("[data-line-made]").content.firstElementChild.cloneNode(true)
  line.className += " queue-line-taken"
  line.querySelector("p").textContent = `${card.dataset.name}: ${words}`
  line.querySelector("button").remove()
  const next = neighbour(card)
  const wasCurrent = card === current()
  const hadFocus = card.contains(document.activeElement)
  card.replaceWith(line)
  count(-1)
  if (wasCurrent) {
    announce(line.textContent)
    settle(next, { focus: hadFocus })
  }
}

for (const sign of ["keydown", "pointerdown", "scroll"]) addEventListener(sign, () => { isActive = true }, { passive: true })
setInterval(() => {
  if (document.hidden || Date.now() - claimedAt < RENEW) return
  claim(isActive ? current() : null, { isRenewal: true })
  isActive = false
}, 5000)

// -- the toast: a short way to undo, never the only one

let latest = null
let timer = null

function toast(line, told) {
  latest = line
  const box = queue.querySelector("[data-toast]")
  const words = line.querySelector("p").textContent
  box.querySelector("[data-toast-words]").textContent = told ? `Rejected. Goes to ${told} in ${UNDO / 1000} s.` : `${words}.`
  box.hidden = false
  clearTimeout(timer)
  timer = setTimeout(hideToast, UNDO)
}

function hideToast() {
  const box = queue.querySelector("[data-toast]")
  if (box) box.hidden = true
}

// -- what opens inside a card: the conversation, a sanction

async function openInset(card, link, kind) {
  const inset = card?.querySelector("[data-inset]")
  if (!inset || !link) return
  if (!inset.hidden && inset.dataset.kind === kind) {
    inset.hidden = true
    card.focus()
    return
  }
  const response = await fetch(link.href, { headers: ASIDE }).catch(() => null)
  if (!response?.ok) return location.assign(link.href)
  inset.replaceChildren(fragment(await response.text()))
  inset.dataset.kind = kind
  inset.hidden = false
  inset.tabIndex = -1
  inset.querySelector("select, input:not([type=hidden])")?.focus() ?? inset.focus({ preventScroll: true })
  inset.scrollIntoView({ block: "nearest" })
}

async function sanction(form, submitter) {
  const card = form.closest("[data-card]")
  const response = await fetch(form.action, { method: "POST", body: new FormData(form, submitter), headers: ASIDE, redirect: "error" }).catch(() => null)
  if (!response || (!response.ok && response.status !== 422)) return tell(card, "This was not sent. Try again.")
  const part = fragment(await response.text())
  if (response.status === 422) return card.querySelector("[data-inset]").replaceChildren(part)
  card.querySelector("[data-sanctions]").replaceChildren(part)
  card.querySelector("[data-inset]").hidden = true
  announce("The sanction holds. Its author is told when they write again.")
  card.focus()
}

function showMore(card, isOpen) {
  const button = card?.querySelector("[data-more]")
  const more = card?.querySelector("[data-more-of]")
  if (!more) return
  more.hidden = !(isOpen ?? more.hidden)
  button.setAttribute("aria-expanded", String(!more.hidden))
}

// -- choosing many

function chosen() {
  const boxes = [...queue.querySelectorAll("[data-choose]")]
  const number = boxes.filter((box) => box.checked).length
  const shown = queue.querySelector("[data-chosen]")
  if (shown) shown.textContent = number ? ` (${number})` : ""
  const bulk = queue.querySelector("[data-bulk]")
  if (bulk) bulk.classList.toggle("has-chosen", number > 0)
  const all = queue.querySelector("[data-choose-all]")
  if (all) {
    all.checked = number > 0 && number === boxes.length
    all.indeterminate = number > 0 && number < boxes.length
  }
}

// -- keys

let pressedG = -Infinity
const areKeysOn = () => !document.body.classList.contains("keys-off")

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  f: () => press("[data-key='f']"),
  p: () => press("[data-key='p']"),
  s: () => press("[data-key='s']"),
  e: () => press("[data-key='e']"),
  d: openReasons,
  o: () => openInset(current(), current()?.querySelector("[data-context]"), "context"),
  x: () => current()?.querySelector("[data-choose]")?.click(),
  z: undoLast,
  t: () => {
    const tabs = [...queue.querySelectorAll("[data-tab]")]
    tabs[(tabs.findIndex((tab) => tab.ariaCurrent) + 1) % tabs.length].click()
  },
  "?": () => queue.querySelector("[data-help]").showModal(),
  Escape: closeAll,
}

function press(selector) {
  const button = current()?.querySelector(selector)
  if (button) button.form.requestSubmit(button)
}

function openReasons() {
  const reasons = current()?.querySelector("[data-reject]")
  if (!reasons) return
  reasons.open = true
  reasons.querySelector("[data-reason]")?.focus({ preventScroll: true })
  current().scrollIntoView({ block: "nearest" })
}

function closeAll() {
  const card = current()
  const inset = card?.querySelector("[data-inset]:not([hidden])")
  const reasons = card?.querySelector("[data-reject][open]")
  if (inset) inset.hidden = true
  else if (reasons) reasons.open = false
  else return showMore(card, false)
  card.focus()
}

const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || event.repeat) return
  if (event.key === "Escape" && event.target.closest("[data-inset], [data-reject]")) return closeAll()
  if (!areKeysOn() || isTyping(event.target) || document.querySelector("dialog[open]")) return
  const follows = event.timeStamp - pressedG < AFTER_G
  pressedG = event.key === "g" ? event.timeStamp : -Infinity
  if (follows) return
  if (/^[1-9]$/.test(event.key)) {
    const reason = current()?.querySelector(`[data-reject][open] [data-reason="${event.key}"]`)
    if (reason) { event.preventDefault(); reason.form.requestSubmit(reason) }
    return
  }
  const action = ACTIONS[event.key]
  if (action) { event.preventDefault(); action() }
}

// -- attach

function enhance() {
  prepare(queue)
  for (const part of queue.querySelectorAll("[data-needs-script], [data-keys]")) part.hidden = false
  for (const part of queue.querySelectorAll("[data-needless]")) part.hidden = true
  chosen()
}

queue.classList.add("is-scripted")
enhance()
if (open().length) settle(open()[0], { focus: false })

queue.addEventListener("submit", (event) => {
  const form = event.target
  if (form.matches("[data-decide]")) { event.preventDefault(); decide(form, event.submitter) }
  else if (form.matches("[data-sanction-form]") && form.closest("[data-card]")) { event.preventDefault(); sanction(form, event.submitter) }
  else if (form.matches('[data-undo]:not([data-undo="many"])')) { event.preventDefault(); undo(form.closest("[data-line]")) }
})
for (const sign of ["focusin", "pointerup"]) {
  queue.addEventListener(sign, (event) => {
    const card = event.target.closest("[data-card]:not(.is-claimed)")
    if (card && card !== current()) settle(card, { focus: false })
  })
}
queue.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit()
  if (event.target.matches("[data-choose-all]")) {
    for (const box of queue.querySelectorAll("[data-choose]")) box.checked = event.target.checked
  }
  chosen()
})
queue.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector)
  const card = hit("[data-card]")
  if (hit("[data-toast-undo]")) undoLast()
  if (hit("[data-undo-made]")) undo(hit("[data-line]"))
  if (hit("[data-next]")) move(1)
  if (hit("[data-more]")) showMore(card)
  if (hit("[data-open]")) { card.dataset.opened = "yes"; mark(card, ""); settle(card) }
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey
  if (card && isPlain && hit("[data-context]")) { event.preventDefault(); openInset(card, hit("[data-context]"), "context") }
  if (card && isPlain && hit("[data-sanction]")) { event.preventDefault(); openInset(card, hit("[data-sanction]"), "sanction") }
})
document.addEventListener("keydown", onKey)
