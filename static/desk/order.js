// Rows in an order, of people or stories: buttons in place of the number, and a new one comes last.

for (const group of document.querySelectorAll(".bylines.inline-group")) {
  const rows = () => [...group.querySelectorAll(".byline:not(.empty-form)")]
  const position = (row) => row.querySelector("[name$='-position']")
  const isChosen = (row) => Boolean(row.querySelector("select")?.value)
  const number = () => rows().forEach((row, index) => {
    if (position(row) && isChosen(row)) position(row).value = index
  })
  const changed = () => group.dispatchEvent(new Event("input", { bubbles: true }))
  const equip = (row) => {
    const field = position(row)
    if (!field || row.querySelector(".order")) return
    field.hidden = true
    const box = document.createElement("span")
    box.className = "order"
    for (const [label, symbol, step] of [["Move up", "↑", -1], ["Move down", "↓", 1]]) {
      const button = document.createElement("button")
      button.type = "button"
      button.textContent = symbol
      button.setAttribute("aria-label", label)
      button.addEventListener("click", () => {
        const all = rows()
        const other = all[all.indexOf(row) + step]
        if (!other) return
        if (step < 0) other.before(row)
        else other.after(row)
        number()
        changed()
        button.focus()
      })
      box.append(button)
    }
    field.after(box)
  }
  // A form that comes back, or is taken up, has its rows as they were numbered when it was first shown.
  const place = (row) => (isChosen(row) ? Number(position(row)?.value) : Infinity)
  const inOrder = rows().sort((one, other) => place(one) - place(other) || 0)
  inOrder.forEach((row, index) => index && inOrder[index - 1].after(row))
  rows().forEach(equip)
  document.addEventListener("formset:removed", changed)
  document.addEventListener("formset:added", ({ target }) => group.contains(target) && equip(target))
  group.closest("form").addEventListener("submit", number)
}
