// Board and calendar by pointer and by keyboard: a card is dragged to a column or a day, the arrow keys go from card to
// card, "m" opens its menu. What a drag does, the form in the menu does too, and the server has the last word.

const board = document.querySelector("[data-board]")
const calendar = document.querySelector("[data-calendar]")
const status = document.querySelector("[data-status]")

for (const hint of document.querySelectorAll("[data-needs-script]")) hint.hidden = false

for (const form of document.querySelectorAll("[data-submits]")) {
  form.querySelector("button").hidden = true
  form.addEventListener("change", () => form.requestSubmit())
}

// -- dragging

let dragged = null
const targets = [...document.querySelectorAll("[data-column], [data-day]")]

for (const card of document.querySelectorAll("[data-movable]")) {
  card.draggable = true
  card.addEventListener("dragstart", (event) => {
    if (event.target.closest("input, textarea")) return event.preventDefault()
    dragged = card
    event.dataTransfer.effectAllowed = "move"
    event.dataTransfer.setData("text/plain", nameOf(card))
    card.classList.add("is-dragged")
  })
  card.addEventListener("dragend", () => {
    card.classList.remove("is-dragged")
    for (const target of targets) target.classList.remove("is-over")
    dragged = null
  })
}

for (const target of targets) {
  target.addEventListener("dragover", (event) => {
    if (!dragged || target.contains(dragged)) return
    event.preventDefault()
    for (const other of targets) other.classList.toggle("is-over", other === target)
  })
  target.addEventListener("drop", (event) => {
    if (!dragged || target.contains(dragged)) return
    event.preventDefault()
    if (target.dataset.column) toColumn(dragged, target.dataset.column)
    else toDay(dragged, target.dataset.day)
  })
}

const nameOf = (card) => card.querySelector("h3, a").textContent.trim()

function toColumn(card, column) {
  const note = column === "changes" && card.querySelector("[data-note] input[type='text']")
  if (note) {
    openMenu(card)
    note.focus()
    status.textContent = "Say what should change."
    return
  }
  const form = card.querySelector("[data-when]").cloneNode(true)
  form.querySelector("fieldset").remove()
  const move = form.querySelector("[name='move']")
  move.name = "to"
  move.value = column
  form.hidden = true
  document.body.append(form)
  remember(card)
  form.submit()
}

// A day is known by where the card was dropped, the time is not: it is asked for.
function toDay(card, day) {
  const date = card.querySelector("[data-when] [name='at_0']")
  if (!date) {
    const here = encodeURIComponent(location.pathname + location.search)
    remember(card)
    location.href = `${card.dataset.plan}?move=${card.dataset.what}&day=${day}&next=${here}`
    return
  }
  const time = card.querySelector("[data-when] [name='at_1']")
  date.value = day
  time.value ||= "12:00"
  openMenu(card)
  time.focus()
  status.textContent = `${nameOf(card)}: press Enter to set ${day}, ${time.value}.`
}

// A move loads the page anew: whoever moved a card goes on from where it is now.
const MOVED = "desk-moved"

function remember(card) {
  try {
    sessionStorage.setItem(MOVED, card.dataset.card)
  } catch {
    // Where nothing may be kept, the page begins at its beginning.
  }
}

function focusMoved() {
  try {
    const moved = sessionStorage.getItem(MOVED)
    sessionStorage.removeItem(MOVED)
    if (moved) focus(document.querySelector(`[data-card="${CSS.escape(moved)}"]`))
  } catch {
    // As above.
  }
}

document.addEventListener("submit", ({ target }) => {
  const card = target.closest("[data-card]")
  if (card) remember(card)
})
for (const link of document.querySelectorAll("a.move, .card-menu a")) {
  link.addEventListener("click", () => remember(link.closest("[data-card]")))
}

const openMenu = (card) => { card.querySelector("details.card-menu").open = true }

// -- keys

const areKeysOn = () => !document.body.classList.contains("keys-off")
const cardsOf = (group) => [...group.querySelectorAll("[data-card]")]
const groups = [...document.querySelectorAll("[data-column], [data-day], .tray")]

function focus(card) {
  if (!card) return
  card.querySelector("a").focus()
  card.scrollIntoView({ block: "nearest", inline: "nearest" })
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || !areKeysOn()) return
  if (event.target.closest("input, textarea, select, .menu") || document.querySelector("dialog[open]")) return
  const card = event.target.closest("[data-card]")
  if (!card) {
    if (event.key === "ArrowDown" && event.target === document.body && (board || calendar)) {
      event.preventDefault()
      focus(document.querySelector("[data-card]"))
    }
    return
  }
  const filled = groups.filter((group) => cardsOf(group).length)
  const group = filled.findIndex((one) => one.contains(card))
  const place = cardsOf(filled[group]).indexOf(card)
  const sideways = (step) => {
    const next = filled[group + step]
    if (next) focus(cardsOf(next)[Math.min(place, cardsOf(next).length - 1)])
  }
  const moves = {
    ArrowDown: () => focus(cardsOf(filled[group])[place + 1]),
    ArrowUp: () => focus(cardsOf(filled[group])[place - 1]),
    ArrowRight: () => sideways(1),
    ArrowLeft: () => sideways(-1),
    m: () => {
      const menu = card.querySelector("details.card-menu")
      if (menu) {
        menu.open = true
        menu.querySelector(".menu input:not([type=hidden]), .menu button, .menu a").focus()
      } else card.querySelector("a.move")?.click()
    },
  }
  if (moves[event.key]) {
    event.preventDefault()
    moves[event.key]()
  }
})

focusMoved()
