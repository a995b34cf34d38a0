// The panel beside the text in four tabs. Without script its parts stand one below the other.

const side = document.querySelector(".article-side")
const NAMES = { story: "Story", checks: "Checks", notes: "Notes", share: "Share" }
const KEPT = "desk.side"
const held = new Map(Object.keys(NAMES).map((name) => [name, []]))
for (const part of side?.children ?? []) held.get(part.dataset.tab ?? (part.matches(".tab-share") ? "share" : "story")).push(part)

const list = Object.assign(document.createElement("div"), { className: "side-tabs", role: "tablist", ariaLabel: "Beside the text" })
const tabs = []

function open(tab, focus = false) {
  for (const one of tabs) {
    const isOpen = one === tab
    one.setAttribute("aria-selected", isOpen)
    one.tabIndex = isOpen ? 0 : -1
    one.panel.hidden = !isOpen
  }
  if (focus) tab.focus()
}

// Brings forward the tab that holds an element.
const show = (element) => {
  const tab = tabs.find((one) => one.panel.contains(element))
  if (tab?.panel.hidden) open(tab)
}

function count(tab) {
  const errors = tab.panel.querySelectorAll("ul.errorlist").length + Number(tab.panel.querySelector("[data-errors]")?.dataset.errors ?? 0)
  const notes = Number(tab.panel.querySelector("[data-open-notes]")?.dataset.openNotes ?? 0)
  tab.number.hidden = !(errors || notes)
  tab.number.classList.toggle("bad", errors > 0)
  const said = errors ? [errors, "to fix"] : [notes, "open"]
  tab.number.innerHTML = `${said[0]}<span class="visually-hidden"> ${said[1]}</span>`
}

for (const [name, parts] of held) {
  if (!parts.length) continue
  const panel = Object.assign(document.createElement("div"), { id: `side-${name}`, role: "tabpanel" })
  const tab = Object.assign(document.createElement("button"), { type: "button", role: "tab", id: `tab-${name}`, textContent: NAMES[name] })
  tab.setAttribute("aria-controls", panel.id)
  panel.setAttribute("aria-labelledby", tab.id)
  panel.append(...parts)
  tab.panel = panel
  tab.number = Object.assign(document.createElement("span"), { className: "count" })
  tab.append(" ", tab.number)
  tabs.push(tab)
  count(tab)
  new MutationObserver(() => count(tab)).observe(panel, { childList: true, subtree: true })
}

if (tabs.length > 1) {
  for (const details of held.get("share").flatMap((part) => [...part.querySelectorAll("details")])) details.open = true
  list.append(...tabs)
  side.replaceChildren(list, ...tabs.map((tab) => tab.panel))
  const wanted = tabs.find((tab) => tab.panel.querySelector("ul.errorlist")) ?? tabs.find((tab) => tab.id === sessionStorage.getItem(KEPT))
  open(wanted ?? tabs[0])
  list.addEventListener("click", ({ target }) => {
    const tab = target.closest("[role=tab]")
    if (!tab) return
    open(tab)
    sessionStorage.setItem(KEPT, tab.id)
  })
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(event.target)
    const ahead = getComputedStyle(list).direction === "rtl" ? -1 : 1
    const to = { ArrowRight: at + ahead, ArrowLeft: at - ahead, Home: 0, End: tabs.length - 1 }[event.key]
    if (at < 0 || to === undefined) return
    event.preventDefault()
    open(tabs.at(to % tabs.length), true)
  })
  // Before whatever else a press on a link to a place does, and before the browser says what it misses in a field.
  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("[data-go], a[href^='#']")
    if (link) show(document.getElementById(link.dataset.go ?? link.getAttribute("href").slice(1)))
  }, { capture: true })
  document.addEventListener("invalid", ({ target }) => show(target), { capture: true })
  if (location.hash) show(document.getElementById(location.hash.slice(1)))
}
