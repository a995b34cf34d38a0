// What every page of the desk has: menus that close, one key for the search, chips for tags, dates in words.

const inField = (element) => element.closest("input, textarea, select, [contenteditable='true']")

document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.desk-menu[open]")) {
    if (!menu.contains(target)) menu.open = false
  }
})

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.activeElement?.closest("details.desk-menu[open]")
    if (menu) {
      menu.open = false
      menu.querySelector("summary").focus()
    }
  }
})

// -- keys: single letters, at rest while somebody writes, off for whoever wants that; `?` lists them

const AFTER_G = 1500 // milliseconds in which the second letter counts
const areKeysOn = () => !document.body.classList.contains("keys-off")
const sheet = document.getElementById("keys")
let pressedG = -Infinity
let row = -1

const showKeys = () => { if (sheet && !sheet.open) sheet.showModal() }
for (const button of document.querySelectorAll("[data-show-keys]")) {
  button.hidden = false
  button.addEventListener("click", showKeys)
}
// Of the account, so that they are off wherever its owner signs in; where it cannot be sent so, the form is sent itself.
document.addEventListener("submit", async (event) => {
  const form = event.target
  if (!form.matches("[data-switch-keys]")) return
  event.preventDefault()
  const body = new FormData(form, event.submitter)
  const headers = { "X-Requested-With": "fetch" }
  const response = await fetch(form.action, { method: "POST", body, headers, redirect: "error" }).catch(() => null)
  if (!response?.ok) return HTMLFormElement.prototype.submit.call(form)
  document.body.classList.toggle("keys-off", body.get("keys") === "off")
  for (const button of document.querySelectorAll("[data-switch-keys] button")) {
    button.value = areKeysOn() ? "off" : "on"
    button.textContent = areKeysOn() ? "Turn keys off" : "Turn keys on"
  }
})

function toRow(step) {
  const rows = [...document.querySelectorAll("#result_list tbody tr")]
  if (!rows.length) return false
  const here = rows.findIndex((one) => one.contains(document.activeElement))
  row = Math.min(Math.max((here < 0 ? row : here) + step, 0), rows.length - 1)
  rows[row].querySelector("th a, td a, a")?.focus()
  rows[row].scrollIntoView({ block: "nearest" })
  return true
}

const keys = {
  "/": () => {
    const search = document.getElementById("searchbar") ?? document.getElementById("desk-search")
    search?.focus()
    return search
  },
  "?": () => {
    if (document.querySelector("[data-help]")) return false // a page with a sheet of its own
    showKeys()
    return true
  },
  j: () => toRow(1),
  k: () => toRow(-1),
  x: () => {
    const box = document.activeElement?.closest("#result_list tr")?.querySelector(".action-select")
    box?.click()
    return box
  },
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
  if (!areKeysOn() || inField(event.target) && !event.target.matches("[type='checkbox']") || document.querySelector("dialog[open]")) return
  if (event.timeStamp - pressedG < AFTER_G) {
    pressedG = -Infinity
    const line = document.querySelector(`.destinations [data-go="${CSS.escape(event.key)}"]`)
    if (line) {
      event.preventDefault()
      line.click()
    }
    return
  }
  pressedG = event.key === "g" ? event.timeStamp : -Infinity
  if (keys[event.key]?.()) event.preventDefault()
})

// Of tabs that do not fit beside each other, the one that is shown is in sight.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" })

// "Everything else" stays open where its page is shown.
const everything = document.querySelector("#nav-sidebar .everything")
const isDestination = document.querySelector("#nav-sidebar .destinations [aria-current]")
if (!isDestination && everything?.querySelector("[aria-current='page']")) everything.open = true

// -- tags

function chips(input) {
  input.autocomplete = "off"
  const box = document.createElement("div")
  box.className = "tag-box"
  const chosen = document.createElement("ul")
  chosen.className = "tag-chips"
  const field = document.createElement("input")
  field.type = "text"
  field.maxLength = 100
  field.placeholder = "Add…"
  field.autocomplete = "off"
  const list = document.createElement("ul")
  list.className = "tag-suggestions"
  list.id = `${input.id}_suggestions`
  list.setAttribute("role", "listbox")
  list.hidden = true
  const label = input.labels[0]
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    "aria-label": label?.textContent.trim() ?? "Tags",
  })) field.setAttribute(name, value)
  list.setAttribute("aria-label", "Suggestions")
  field.id = `${input.id}_field`
  if (label) label.htmlFor = field.id
  box.append(chosen, field, list)
  input.after(box)
  input.hidden = true

  let names = input.value.split(",").map((name) => name.trim()).filter(Boolean)
  let marked = -1
  let asked = 0

  const close = () => {
    list.hidden = true
    marked = -1
    field.setAttribute("aria-expanded", "false")
    field.removeAttribute("aria-activedescendant")
  }
  const write = () => {
    input.value = names.join(", ")
    chosen.replaceChildren(
      ...names.map((name) => {
        const item = document.createElement("li")
        const remove = document.createElement("button")
        item.textContent = name
        remove.type = "button"
        remove.textContent = "×"
        remove.setAttribute("aria-label", `Remove ${name}`)
        remove.addEventListener("click", () => {
          names = names.filter((other) => other !== name)
          change()
          field.focus()
        })
        item.append(remove)
        return item
      }),
    )
  }
  const change = () => {
    write()
    input.dispatchEvent(new Event("input", { bubbles: true }))
  }
  const add = (name) => {
    const clean = name.replaceAll(",", " ").trim()
    if (clean && !names.some((other) => other.toLowerCase() === clean.toLowerCase())) names.push(clean)
    field.value = ""
    close()
    change()
  }
  const mark = (step) => {
    const options = [...list.children]
    if (!options.length) return
    marked = (marked + step + options.length) % options.length
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === marked)))
    field.setAttribute("aria-activedescendant", options[marked].id)
    options[marked].scrollIntoView({ block: "nearest" })
  }
  const suggest = async () => {
    const term = field.value.trim()
    const turn = ++asked
    if (!term) return close()
    const response = await fetch(input.dataset.suggestions + encodeURIComponent(term)).catch(() => null)
    if (!response?.ok || turn !== asked) return
    const { results } = await response.json()
    const found = results.map(({ text }) => text).filter((name) => !names.includes(name))
    const isNew = !results.some(({ text }) => text.toLowerCase() === term.toLowerCase())
    const options = [...found.map((name) => [name, name]), ...(isNew ? [[term, `New tag “${term}”`]] : [])]
    list.replaceChildren(
      ...options.map(([name, text], index) => {
        const option = document.createElement("li")
        option.id = `${list.id}_${index}`
        option.textContent = text
        option.setAttribute("role", "option")
        option.setAttribute("aria-selected", "false")
        option.addEventListener("mousedown", (event) => {
          event.preventDefault()
          add(name)
        })
        option.dataset.name = name
        return option
      }),
    )
    marked = -1
    list.hidden = !options.length
    field.setAttribute("aria-expanded", String(!list.hidden))
  }
  let waiting
  field.addEventListener("input", () => {
    if (field.value.includes(",")) return add(field.value)
    clearTimeout(waiting)
    waiting = setTimeout(suggest, 150)
  })
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault()
      mark(event.key === "ArrowDown" ? 1 : -1)
    } else if (event.key === "Enter" && (field.value.trim() || marked >= 0)) {
      event.preventDefault()
      add(marked >= 0 ? list.children[marked].dataset.name : field.value)
    } else if (event.key === "Backspace" && !field.value && names.length) {
      names.pop()
      change()
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation()
      close()
    }
  })
  field.addEventListener("blur", () => {
    if (field.value.trim()) add(field.value)
    close()
  })
  box.addEventListener("click", ({ target }) => target === box && field.focus())
  write()
  if (input.autofocus) field.focus()
}

for (const input of document.querySelectorAll("[data-suggestions]")) chips(input)

// -- the admin's autocomplete has no name of its own, and tells nobody but jQuery that something was chosen

const nameAutocompletes = (within) => {
  for (const select of within.querySelectorAll("select.admin-autocomplete")) {
    const name = select.getAttribute("aria-label") ?? select.labels[0]?.textContent.replace(":", "").trim()
    const drawn = select.nextElementSibling
    if (!name || !drawn?.matches(".select2")) continue
    window.django.jQuery(select).on("change", ({ originalEvent }) => originalEvent || select.dispatchEvent(new Event("input", { bubbles: true })))
    const words = drawn.querySelector(".select2-selection__rendered")
    for (const part of drawn.querySelectorAll("[role]")) {
      part.removeAttribute("aria-labelledby")
      const label = () => part.setAttribute("aria-label", [name, words?.title].filter(Boolean).join(": "))
      label()
      window.django.jQuery(select).on("change", label)
    }
  }
}
// Its own start waits in the same queue.
window.django?.jQuery(() => nameAutocompletes(document))
document.addEventListener("formset:added", ({ target }) => nameAutocompletes(target))

// -- dates in words

const day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })

function zoneOffset(moment, timeZone) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" })
      .formatToParts(moment).map(({ type, value }) => [type, value]),
  )
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute) - Math.floor(moment / 60000) * 60000
}

// The moments at which a clock in a zone shows a time: one, two in the hour that comes twice, none in one left out.
function momentsOf(wall, timeZone) {
  const HALF_DAY = 12 * 3600000
  const tried = [-HALF_DAY, HALF_DAY].map((apart) => wall - zoneOffset(wall + apart, timeZone))
  return [...new Set(tried)].filter((moment) => moment + zoneOffset(moment, timeZone) === wall).sort((one, other) => one - other)
}

function distance(minutes) {
  if (minutes === 0) return "now"
  const ahead = minutes > 0
  const all = Math.abs(minutes)
  const words = all < 60 ? `${all} min` : all < 48 * 60 ? `${Math.floor(all / 60)} h ${all % 60} min` : `${Math.round(all / 1440)} days`
  return ahead ? `in ${words}` : `${words} ago`
}

for (const box of document.querySelectorAll("[data-moment]")) {
  const [date, time] = box.querySelectorAll("input")
  const words = box.parentElement.querySelector(".moment-words")
  const zone = box.dataset.zone
  const say = () => {
    const wall = Date.parse(`${date.value}T${time.value || "00:00"}Z`)
    if (!date.value || Number.isNaN(wall)) {
      words.textContent = `${zone} time.`
      return
    }
    let moments
    try {
      moments = momentsOf(wall, zone)
    } catch {
      return
    }
    // As the form will read it: of an hour that comes twice the first is meant, one that is left out is refused.
    const apart = (moments[0] ?? wall) - Date.now()
    const minutes = Math.round(apart / 60000)
    const clocks = { 0: ` There is no ${time.value} then: the clocks go forward.`, 2: " The clocks go back: it comes twice, and the first is meant." }
    words.textContent = `${day.format(wall)}${time.value && moments.length ? `, ${distance(minutes)}` : ""}. ${zone} time.${time.value ? (clocks[moments.length] ?? "") : ""}`
    box.dispatchEvent(new CustomEvent("moment:change", { bubbles: true, detail: { isAhead: apart > 0, hasTime: Boolean(time.value) } }))
  }
  box.addEventListener("input", say)
  say()
}
