// The front desk by pointer: a story is dragged by its handle, the time of the day by a slider. Both have buttons too,
// and a story's own have keys.

const desk = document.querySelector("[data-front-desk]")
const drop = document.getElementById("front-drop")

if (desk && drop) {
  let dragged = null
  for (const row of desk.querySelectorAll(".front-row[data-article]")) {
    const handle = row.querySelector(".front-handle")
    if (!handle) continue
    handle.hidden = false
    handle.addEventListener("pointerdown", () => { row.draggable = true })
    handle.addEventListener("pointerup", () => { row.draggable = false })
    row.addEventListener("dragstart", (event) => {
      dragged = row
      event.dataTransfer.effectAllowed = "move"
      event.dataTransfer.setData("text/plain", row.querySelector(".front-row__headline").textContent)
      row.classList.add("front-row--dragged")
    })
    row.addEventListener("dragend", () => {
      row.draggable = false
      row.classList.remove("front-row--dragged")
      for (const mark of desk.querySelectorAll(".front-row--before, .front-zone--over")) mark.classList.remove("front-row--before", "front-zone--over")
      dragged = null
    })
  }
  const rowsOf = (zone) => [...zone.querySelectorAll(".front-row[data-article]")].filter((row) => row !== dragged)
  const indexAt = (zone, y) => {
    const rows = rowsOf(zone)
    const index = rows.findIndex((row) => { const box = row.getBoundingClientRect(); return y < box.top + box.height / 2 })
    return index < 0 ? rows.length : index
  }
  for (const zone of desk.querySelectorAll(".front-zone")) {
    zone.addEventListener("dragover", (event) => {
      if (!dragged) return
      event.preventDefault()
      for (const mark of desk.querySelectorAll(".front-row--before, .front-zone--over")) mark.classList.remove("front-row--before", "front-zone--over")
      const next = rowsOf(zone)[indexAt(zone, event.clientY)]
      if (next) next.classList.add("front-row--before")
      else zone.classList.add("front-zone--over")
    })
    zone.addEventListener("drop", (event) => {
      if (!dragged) return
      event.preventDefault()
      const { key, article } = dragged.dataset
      for (const [name, value] of Object.entries({ key, article, zone: zone.dataset.zone, index: indexAt(zone, event.clientY) })) {
        drop.elements[name].value = value
      }
      drop.submit()
    })
  }
}

const slider = document.getElementById("front-slider")
const moment = document.getElementById("front-moment")
if (slider && moment) {
  const minutes = (text) => Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16))
  slider.parentElement.hidden = false
  slider.value = minutes(moment.value)
  const told = () => {
    const clock = [Math.floor(slider.value / 60), slider.value % 60].map((part) => String(part).padStart(2, "0")).join(":")
    slider.setAttribute("aria-valuetext", clock)
    return clock
  }
  told()
  slider.addEventListener("input", () => { moment.value = `${moment.value.slice(0, 11)}${told()}` })
  slider.addEventListener("change", () => { moment.form.requestSubmit() })
}

// -- keys: the arrows go from story to story; u and n move one up and down, p pins it, m opens its menu

const rows = [...document.querySelectorAll("[data-front-desk] .front-row[data-article]")]
const buttons = { u: "[value='up']", n: "[value='down']", p: "[value='pin'], [value='unpin']" }

function focusOn(row) {
  if (!row) return
  row.querySelector(".front-row__headline").focus()
  row.scrollIntoView({ block: "nearest" })
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
  if (document.body.classList.contains("keys-off") || document.querySelector("dialog[open]")) return
  if (event.target.closest("input, textarea, select, .menu")) return
  const here = rows.findIndex((row) => row.contains(event.target))
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (here < 0 && (step !== 1 || event.target !== document.body)) return
  if (step) focusOn(rows[here + step])
  else if (buttons[event.key]) rows[here].querySelector(buttons[event.key]).click()
  else if (event.key === "m") {
    rows[here].querySelector(".front-row__menu").open = true
    rows[here].querySelector(".front-row__menu select").focus()
  } else return
  event.preventDefault()
})
