// The moderators' queue without waiting: cards are decided in place, and the keyboard is enough.
// Everything here is a form that also works by itself.
const KEYS = "desk-keys" // shared with the rest of the desk; "off" where somebody turned them off
const TOAST = 20_000 // milliseconds
const AFTER_G = 1500 // milliseconds in which the desk's own "g" keys wait for their second letter

const queue = document.querySelector("[data-queue]")
const list = () => queue.querySelector("[data-list]")
const cards = () => [...queue.querySelectorAll("[data-card]")]
const current = () => queue.querySelector("[data-card].is-current")
const announce = (words) => { queue.querySelector("[data-announce]").textContent = words }

// -- the current card

function settle(card, { focus = true } = {}) {
  current()?.removeAttribute("aria-current")
  current()?.classList.remove("is-current")
  if (!card) return
  card.classList.add("is-current")
  card.setAttribute("aria-current", "true")
  if (focus) {
    card.focus({ preventScroll: true })
    card.scrollIntoView({ block: "nearest" })
  }
}

function prepare(root) {
  for (const card of root.matches?.("[data-card]") ? [root] : root.querySelectorAll("[data-card]")) card.tabIndex = 0
}

function move(step) {
  const all = cards()
  const at = all.indexOf(current())
  const next = all[at < 0 ? 0 : at + step]
  if (next) settle(next)
}

// -- deciding

async function send(form, submitter) {
  const body = new FormData(form, submitter)
  const response = await fetch(form.action, {
    method: "POST", body, headers: { "X-Requested-With": "queue", Accept: "text/html" }, redirect: "error",
  })
  if (!response.ok && response.status !== 409) throw new Error(`${response.status}`)
  const holder = document.createElement("template")
  holder.innerHTML = await response.text()
  return { part: holder.content.firstElementChild, isTaken: response.status === 409 }
}

// Where anything goes wrong (signed out, no connection), the browser sends the form itself and shows what happened.
function fallBack(form, submitter) {
  form.removeAttribute("data-decide")
  form.removeAttribute("data-undo")
  form.requestSubmit(submitter)
}

async function decide(form, submitter) {
  const card = form.closest("[data-card]")
  if (card.hasAttribute("aria-busy")) return
  card.setAttribute("aria-busy", "true")
  try {
    const { part, isTaken } = await send(form, submitter)
    const all = cards()
    const next = all[all.indexOf(card) + 1] ?? all[all.indexOf(card) - 1]
    const hadFocus = card.contains(document.activeElement) || document.activeElement === document.body
    card.replaceWith(part)
    count(-1)
    announce(part.querySelector("p").textContent)
    if (!isTaken) toast(part)
    if (next) settle(next, { focus: hadFocus })
    else await refill()
    chosen()
  } catch {
    card.removeAttribute("aria-busy")
    fallBack(form, submitter)
  }
}

async function undo(form, submitter) {
  const line = form.closest("[data-line]")
  try {
    const { part, isTaken } = await send(form, submitter)
    hideToast()
    if (part.matches("[data-card]") && !line.closest("[data-list]")) (list() ?? line.parentElement).prepend(part), line.remove()
    else line.replaceWith(part)
    prepare(part)
    announce(isTaken ? part.textContent : "Taken back.")
    if (part.matches("[data-card]")) { count(1); settle(part) } else part.focus()
  } catch {
    fallBack(form, submitter)
  }
}

function undoLast() {
  const lines = [...queue.querySelectorAll("[data-line] form")]
  const last = latest?.isConnected ? latest.querySelector("form") : lines[0]
  last?.requestSubmit()
}

// The page is decided: bring what waits next to the same place.
async function refill() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } })
  if (!response.ok) return location.reload()
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html")
  const column = fresh.querySelector(".queue-column")
  if (!column) return location.reload()
  queue.querySelector(".queue-column").replaceWith(document.adoptNode(column))
  queue.querySelector("[data-waiting]").textContent = fresh.querySelector("[data-waiting]").textContent
  enhance()
  if (cards().length) settle(cards()[0])
  announce(cards().length ? "The next comments." : "Nothing waits.")
}

function count(step) {
  const shown = queue.querySelector("[data-waiting]")
  const number = Math.max(0, Number(shown.textContent) + step)
  shown.textContent = number
  for (const place of document.querySelectorAll(".destinations [aria-current] .waiting")) place.lastChild.textContent = number
}

// -- the toast: a short way to undo, never the only one

let latest = null
let timer = null

function toast(line) {
  latest = line
  const box = queue.querySelector("[data-toast]")
  box.querySelector("[data-toast-words]").textContent = line.querySelector("p").textContent
  box.hidden = false
  clearTimeout(timer)
  timer = setTimeout(hideToast, TOAST)
}

function hideToast() {
  const box = queue.querySelector("[data-toast]")
  if (box) box.hidden = true
}

// -- choosing many

function chosen() {
  const boxes = [...queue.querySelectorAll("[data-choose]")]
  const number = boxes.filter((box) => box.checked).length
  const shown = queue.querySelector("[data-chosen]")
  if (shown) shown.textContent = number ? ` (${number})` : ""
  const all = queue.querySelector("[data-choose-all]")
  if (all) {
    all.checked = number > 0 && number === boxes.length
    all.indeterminate = number > 0 && number < boxes.length
  }
}

// -- keys

let pressedG = -Infinity
const areKeysOn = () => localStorage.getItem(KEYS) !== "off"

function showKeys() {
  queue.classList.toggle("has-keys", areKeysOn())
  for (const button of queue.querySelectorAll("[data-toggle-keys]")) {
    button.textContent = areKeysOn() ? "Turn keys off" : "Turn keys on"
  }
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  f: () => press("[data-key='f']"),
  p: () => press("[data-key='p']"),
  d: openReasons,
  x: () => current()?.querySelector("[data-choose]")?.click(),
  z: undoLast,
  t: () => queue.querySelector("[data-tab]:not([aria-current])")?.click(),
  "?": () => queue.querySelector("[data-help]").showModal(),
  Escape: closeReasons,
}

function press(selector) {
  current()?.querySelector(selector)?.click()
}

function openReasons() {
  const reasons = current()?.querySelector("[data-reject]")
  if (!reasons) return
  reasons.open = true
  reasons.querySelector("[data-reason]").focus()
}

function closeReasons() {
  const reasons = current()?.querySelector("[data-reject][open]")
  if (!reasons) return
  reasons.open = false
  current().focus()
}

function isTyping(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || event.repeat) return
  if (!areKeysOn() || isTyping(event.target) || document.querySelector("dialog[open]")) return
  const follows = event.timeStamp - pressedG < AFTER_G
  pressedG = event.key === "g" ? event.timeStamp : -Infinity
  if (follows) return
  if (/^[1-6]$/.test(event.key)) {
    const reason = current()?.querySelector(`[data-reject][open] [data-reason="${event.key}"]`)
    if (reason) { event.preventDefault(); reason.click() }
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
  showKeys()
}

queue.classList.add("is-scripted")
enhance()
if (cards().length) settle(cards()[0], { focus: false })

queue.addEventListener("submit", (event) => {
  const form = event.target
  if (form.matches("[data-decide]")) { event.preventDefault(); decide(form, event.submitter) }
  else if (form.matches('[data-undo]:not([data-undo="many"])')) { event.preventDefault(); undo(form, event.submitter) }
})
queue.addEventListener("focusin", (event) => {
  const card = event.target.closest("[data-card]")
  if (card && card !== current()) settle(card, { focus: false })
})
queue.addEventListener("pointerup", (event) => {
  const card = event.target.closest("[data-card]")
  if (card && card !== current()) settle(card, { focus: false })
})
queue.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit()
  if (event.target.matches("[data-choose-all]")) {
    for (const box of queue.querySelectorAll("[data-choose]")) box.checked = event.target.checked
  }
  chosen()
})
queue.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-undo]")) undoLast()
  if (event.target.closest("[data-toggle-keys]")) {
    localStorage.setItem(KEYS, areKeysOn() ? "off" : "on")
    showKeys()
  }
})
document.addEventListener("keydown", onKey)
